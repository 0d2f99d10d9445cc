#include "engine/access/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/access/secret.h"
#include "engine/access/sign_in.h"
#include "engine/core/form.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const Time kMorning = parse_time("2026-10-14T08:00:00Z").value();

TEST(Directory, PkceIsThatOfItsStandard) {
  // RFC 7636, appendix B
  EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Directory, SendsTheBrowserOffWithAllThatIsCheckedAfterwards) {
  ManualClock clock(kMorning);
  DirectoryDoor door(clock);
  DirectorySettings settings;
  settings.client_id = "vigie & co";
  settings.redirect_url = "https://vigie.ville.example/auth/directory/callback";
  const DirectoryDoor::Begun begun = door.begin();
  const std::string url = authorization_url(settings, "https://id.ville.example/a?b=c", begun);
  ASSERT_EQ(url.find("https://id.ville.example/a?b=c&"), 0U);
  auto fields = parse_form(url.substr(url.find('?') + 1));
  EXPECT_EQ(fields["response_type"], "code");
  EXPECT_EQ(fields["client_id"], "vigie & co");
  EXPECT_EQ(fields["redirect_uri"], settings.redirect_url);
  EXPECT_EQ(fields["scope"], "openid profile");
  EXPECT_EQ(fields["state"], begun.state);
  EXPECT_EQ(fields["nonce"], begun.nonce);
  EXPECT_EQ(fields["code_challenge"], pkce_challenge(begun.verifier));
  EXPECT_EQ(fields["code_challenge_method"], "S256");
  EXPECT_EQ(url.find(begun.verifier), std::string::npos);
  EXPECT_EQ(url.find(begun.browser), std::string::npos);
}

TEST(Directory, TakesAStateOnceFromItsBrowserWithinTenMinutes) {
  ManualClock clock(kMorning);
  DirectoryDoor door(clock);
  const DirectoryDoor::Begun mine = door.begin(), other = door.begin();
  EXPECT_FALSE(door.take(mine.state, other.browser)) << "another browser's cookie";
  EXPECT_FALSE(door.take(mine.state, ""));
  EXPECT_FALSE(door.take("", mine.browser));
  clock.advance(10min);
  const auto taken = door.take(mine.state, mine.browser);
  ASSERT_TRUE(taken) << "another browser's try spends nothing";
  EXPECT_EQ(taken->nonce, mine.nonce);
  EXPECT_EQ(taken->verifier, mine.verifier);
  EXPECT_FALSE(door.take(mine.state, mine.browser)) << "a second time";
  clock.advance(1s);
  EXPECT_FALSE(door.take(other.state, other.browser)) << "too late";
}

TEST(Directory, ForgetsTheOldestWhenTooManyWereBegun) {
  ManualClock clock(kMorning);
  DirectoryDoor door(clock);
  const DirectoryDoor::Begun first = door.begin();
  clock.advance(1s);
  const DirectoryDoor::Begun second = door.begin();
  for (std::size_t i = 1; i < DirectoryDoor::kMaxBegun; ++i) {
    door.begin();
  }
  EXPECT_FALSE(door.take(first.state, first.browser));
  EXPECT_TRUE(door.take(second.state, second.browser));
}

TEST(Directory, GroupsGiveRolesTogether) {
  DirectorySettings settings;
  settings.roles = {{"com", {{"techniville", {Role::kCommunityManager}}}},
                    {"dir", {{"techniville", {Role::kDirector}}, {"*", {Role::kReader}}}}};
  EXPECT_EQ(settings.roles_of({"com", "dir", "jardins"}),
            (RolesByTenant{{"techniville", {Role::kCommunityManager, Role::kDirector}},
                           {"*", {Role::kReader}}}));
  EXPECT_TRUE(settings.roles_of({"jardins", ""}).empty());
  EXPECT_TRUE(settings.roles_of({}).empty());
}

class DirectoryPeople : public testing::Test {
 protected:
  DirectoryPeople() {
    accounts_ = std::move(Accounts::open(temp_.path(), {1, 8192}).value().accounts);
    sign_in_.emplace(*accounts_, clock_);
  }
  static RolesByTenant worker() { return {{"techniville", {Role::kCommunityManager}}}; }
  bool may_work(const Session& session) {
    const auto found = sign_in_->sessions().find(session.id);
    return found && sign_in_->grants(*found).may(Right::kWork, "techniville");
  }

  ManualClock clock_{kMorning};
  TempFolder temp_;
  std::unique_ptr<Accounts> accounts_;
  std::optional<SignIn> sign_in_;
};

TEST_F(DirectoryPeople, MayWhatTheirGroupsGive) {
  const Session session = sign_in_->sessions().start_of_directory("marie", worker());
  EXPECT_TRUE(may_work(session));
  EXPECT_FALSE(sign_in_->grants(session).may(Right::kWork, "autreville"));
  EXPECT_THAT(sign_in_->sessions().directory_workers("techniville"), ElementsAre("marie"));
  EXPECT_TRUE(sign_in_->sessions().directory_workers("autreville").empty());
}

TEST_F(DirectoryPeople, LoseInEverySessionWhatTheNextSignInDoesNotGive) {
  const Session old = sign_in_->sessions().start_of_directory("marie", worker());
  sign_in_->sessions().start_of_directory("marie", {{"techniville", {Role::kReader}}});
  EXPECT_FALSE(sign_in_->sessions().is_alive(old.id));
}

TEST_F(DirectoryPeople, MayHaveSeveralSessionsUntilTheDirectoryKnowsThemNoMore) {
  const Session one = sign_in_->sessions().start_of_directory("marie", worker());
  const Session two = sign_in_->sessions().start_of_directory("marie", worker());
  EXPECT_TRUE(may_work(one));
  EXPECT_TRUE(may_work(two));
  EXPECT_THAT(sign_in_->sessions().directory_workers("techniville"), ElementsAre("marie"));
  sign_in_->sessions().end_of_directory("marie");
  EXPECT_FALSE(sign_in_->sessions().is_alive(one.id));
  EXPECT_FALSE(sign_in_->sessions().is_alive(two.id));
}

TEST_F(DirectoryPeople, AreTurnedAwayUnderANameOfOurOwn) {
  const Session session = sign_in_->sessions().start_of_directory("marie", worker());
  ASSERT_TRUE(accounts_->invite("marie", worker()));
  EXPECT_FALSE(may_work(session)) << "never the account's rights, nor those of before";
  EXPECT_FALSE(sign_in_->is_free_for_directory("marie"));
  ASSERT_TRUE(accounts_->set_disabled("marie", true));
  EXPECT_FALSE(sign_in_->is_free_for_directory("marie"));
  EXPECT_FALSE(may_work(session));
  EXPECT_FALSE(sign_in_->is_free_for_directory("admin"));
  EXPECT_FALSE(sign_in_->is_free_for_directory("api")) << "a token's name";
  EXPECT_FALSE(sign_in_->is_free_for_directory("<script>"));
  EXPECT_TRUE(sign_in_->is_free_for_directory("zoe.martin@ville.example"));
}

TEST_F(DirectoryPeople, KeepTheLimitsOfAllSessions) {
  const Session session = sign_in_->sessions().start_of_directory("marie", worker());
  clock_.advance(121min);
  EXPECT_FALSE(sign_in_->sessions().find(session.id));
  EXPECT_TRUE(sign_in_->sessions().directory_workers("techniville").empty());
}

TEST_F(DirectoryPeople, DoNotTouchTheSessionsOfAccounts) {
  const Session ours = sign_in_->sessions().start("admin");
  sign_in_->sessions().start_of_directory("admin", worker());
  EXPECT_FALSE(sign_in_->sessions().find(ours.id)->directory_roles);
  sign_in_->sessions().end_of_directory("admin");
  EXPECT_TRUE(sign_in_->sessions().find(ours.id));
}

}  // namespace
}  // namespace vigie
