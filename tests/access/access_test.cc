#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/access/accounts.h"
#include "engine/access/secret.h"
#include "engine/access/sessions.h"
#include "engine/access/sign_in.h"
#include "engine/access/throttle.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr PasswordCost kCheap{1, 8192};
const Time kMorning = parse_time("2026-10-14T08:00:00Z").value();

class AccountsTest : public testing::Test {
 protected:
  std::string file() const { return folder_ + "/access.json"; }
  std::string content() const {
    std::stringstream text;
    text << std::ifstream(file()).rdbuf();
    return text.str();
  }

  TempFolder temp_;
  const std::string folder_ = temp_.path();
};

TEST_F(AccountsTest, MakesOneAdminAtTheFirstStartAndKnowsItAtTheNext) {
  auto first = Accounts::open(folder_, kCheap);
  ASSERT_TRUE(first && first->first);
  EXPECT_EQ(first->first->account, "admin");
  EXPECT_GE(first->first->password.size(), 20u);
  first->accounts.reset();

  const auto again = Accounts::open(folder_, kCheap);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_FALSE(again->first) << "secrets are shown once";
  EXPECT_TRUE(again->accounts->is_password("admin", first->first->password));
  EXPECT_TRUE(again->accounts->identify(first->first->api_token, kMorning));
}

TEST_F(AccountsTest, RefusesWhatIsNotThePassword) {
  const auto opened = Accounts::open(folder_, kCheap);
  Accounts& accounts = *opened->accounts;
  const std::string password = opened->first->password;
  EXPECT_FALSE(accounts.is_password("admin", ""));
  EXPECT_FALSE(accounts.is_password("admin", password + "x"));
  EXPECT_FALSE(accounts.is_password("admin", password + std::string(1, '\0')));
  EXPECT_FALSE(accounts.is_password("Admin", password));
  EXPECT_FALSE(accounts.is_password("", password));
  EXPECT_FALSE(accounts.is_password("admin", std::string(1 << 20, 'a')));
  EXPECT_FALSE(accounts.identify("", kMorning));
  EXPECT_FALSE(accounts.identify(opened->first->api_token + "x", kMorning));
}

TEST_F(AccountsTest, KeepsNothingButHashesInAFileForItsOwnerOnly) {
  const auto opened = Accounts::open(folder_, kCheap);
  EXPECT_THAT(content(), HasSubstr("$argon2id$"));
  EXPECT_THAT(content(), Not(HasSubstr(opened->first->password)));
  EXPECT_THAT(content(), Not(HasSubstr(opened->first->api_token)));
  struct stat status {};
  ASSERT_EQ(stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(AccountsTest, NeverMakesANewFileOverADamagedOne) {
  for (const char* damaged :
       {"", "{", "{\"format\":1}", "[]", "\xff\xfe", "{\"format\":3,\"accounts\":[],\"tokens\":[]}",
        "{\"format\":2,\"accounts\":[]}",
        "{\"format\":2,\"accounts\":[{\"name\":\"a\",\"password\":\"plain\",\"roles\":{}}],"
        "\"tokens\":[]}",
        "{\"format\":1,\"password\":\"plain\",\"api_token\":\"x\"}"}) {
    std::ofstream(file()) << damaged;
    const auto opened = Accounts::open(folder_, kCheap);
    ASSERT_FALSE(opened) << damaged;
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(content(), damaged);
  }
}

TEST_F(AccountsTest, SaysWhyItCannotWriteItsFile) {
  const auto opened = Accounts::open(folder_ + "/missing", kCheap);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("missing/access.json"));
}

TEST(Secrets, AreLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(random_token().size(), 43u);
    EXPECT_TRUE(seen.insert(random_token()).second);
    EXPECT_TRUE(seen.insert(random_password()).second);
  }
}

TEST(Sessions, HaveANewIdEveryTime) {
  ManualClock clock(kMorning);
  Sessions sessions(clock);
  const Session first = sessions.start("admin");
  const Session second = sessions.start("admin");
  EXPECT_NE(first.id, second.id);
  EXPECT_NE(first.csrf_token, second.csrf_token);
  EXPECT_EQ(sessions.find(first.id)->account, "admin");
  EXPECT_FALSE(sessions.find(""));
  EXPECT_FALSE(sessions.find(first.id + "x"));
}

TEST(Sessions, EndWhenUnusedForTooLong) {
  ManualClock clock(kMorning);
  Sessions sessions(clock, {30min, 12h, 10});
  const std::string id = sessions.start("admin").id;
  for (int i = 0; i < 4; ++i) {
    clock.advance(29min);
    EXPECT_TRUE(sessions.find(id)) << "use keeps it";
  }
  clock.advance(31min);
  EXPECT_FALSE(sessions.find(id));
}

TEST(Sessions, EndAfterAWorkingDayHoweverMuchTheyAreUsed) {
  ManualClock clock(kMorning);
  Sessions sessions(clock, {30min, 12h, 10});
  const std::string id = sessions.start("admin").id;
  for (int i = 0; i < 36; ++i) {
    EXPECT_TRUE(sessions.find(id));
    clock.advance(20min);
  }
  clock.advance(1s);
  EXPECT_FALSE(sessions.find(id));
}

TEST(Sessions, EndAtSignOut) {
  ManualClock clock(kMorning);
  Sessions sessions(clock);
  const std::string id = sessions.start("admin").id, other = sessions.start("admin").id;
  sessions.end(id);
  EXPECT_FALSE(sessions.find(id));
  EXPECT_TRUE(sessions.find(other));
}

TEST(Sessions, AreBoundedInNumber) {
  ManualClock clock(kMorning);
  Sessions sessions(clock, {30min, 12h, 3});
  const std::string first = sessions.start("admin").id;
  clock.advance(1s);
  const std::string second = sessions.start("admin").id;
  clock.advance(1s);
  sessions.find(first);
  sessions.start("admin");
  sessions.start("admin");
  EXPECT_TRUE(sessions.find(first));
  EXPECT_FALSE(sessions.find(second)) << "the one that was idle longest had to go";
}

TEST(Throttle, MakesEveryFurtherGuessWaitTwiceAsLong) {
  ManualClock clock(kMorning);
  Throttle throttle(clock, {3, 1s, 60s, 100});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(throttle.wait("a"), 0s);
    throttle.failed("a");
  }
  EXPECT_EQ(throttle.wait("a"), 1s);
  EXPECT_EQ(throttle.wait("b"), 0s);
  throttle.failed("a");
  EXPECT_EQ(throttle.wait("a"), 2s);
  clock.advance(2s);
  EXPECT_EQ(throttle.wait("a"), 0s);
  for (int i = 0; i < 1000; ++i) {
    throttle.failed("a");
  }
  EXPECT_EQ(throttle.wait("a"), 60s);
  throttle.succeeded("a");
  EXPECT_EQ(throttle.wait("a"), 0s);
}

TEST(Throttle, ForgetsWhoeverWaitsLongerThanAsked) {
  ManualClock clock(kMorning);
  Throttle throttle(clock, {2, 60s, 60s, 100, 900s});
  for (int i = 0; i < 3; ++i) {
    throttle.failed("a");
  }
  clock.advance(959s);
  throttle.failed("a");
  EXPECT_GT(throttle.wait("a"), 0s);
  clock.advance(960s);
  throttle.failed("a");
  EXPECT_EQ(throttle.wait("a"), 0s) << "a slip of this morning counts this evening";
}

TEST(Throttle, ForgetsTheOldestKeyWhenItKnowsTooMany) {
  ManualClock clock(kMorning);
  Throttle throttle(clock, {0, 10s, 60s, 2});
  for (const char* key : {"a", "b", "c"}) {
    throttle.failed(key);
    clock.advance(1s);
  }
  EXPECT_EQ(throttle.wait("a"), 0s);
  EXPECT_GT(throttle.wait("b"), 0s);
  EXPECT_GT(throttle.wait("c"), 0s);
}

TEST(Sessions, AreNotKeptAliveByBeingLookedAt) {
  ManualClock clock(kMorning);
  Sessions sessions(clock);
  const std::string id = sessions.start("admin").id;
  for (int minute = 0; minute <= 120; ++minute) {
    EXPECT_TRUE(sessions.is_alive(id));
    clock.advance(1min);
  }
  EXPECT_FALSE(sessions.is_alive(id)) << "an open screen keeps its session for ever";
  EXPECT_FALSE(sessions.find(id));
}

class SignInTest : public AccountsTest {
 protected:
  SignInTest() : opened_(Accounts::open(folder_, kCheap)), door_(*opened_->accounts, clock_) {}
  SignIn::Outcome attempt(std::string_view password, std::string_view address = "192.0.2.7") {
    clock_.advance(1s);
    return door_.attempt("admin", password, "", address);
  }

  ManualClock clock_{kMorning};
  Result<Accounts::Opened> opened_;
  SignIn door_;
};

TEST_F(SignInTest, GivesASessionForTheRightPassword) {
  const auto outcome = attempt(opened_->first->password);
  ASSERT_TRUE(outcome.session);
  EXPECT_TRUE(door_.sessions().find(outcome.session->id));
}

TEST_F(SignInTest, SlowsDownAnAddressThatGuesses) {
  for (int i = 0; i < 12; ++i) {
    EXPECT_FALSE(attempt("guess" + std::to_string(i)).session);
  }
  EXPECT_GT(attempt("guess").retry_after, 1s);
  EXPECT_FALSE(attempt(opened_->first->password).session) << "even the right one waits";
  EXPECT_TRUE(attempt(opened_->first->password, "192.0.2.8").session)
      << "from elsewhere the owner gets in";
}

TEST_F(SignInTest, SlowsDownGuessesAtOneAccountFromManyAddresses) {
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    looked_at += attempt("guess", "192.0.2." + std::to_string(i)).retry_after == 0s;
  }
  EXPECT_LT(looked_at, 20);
}

TEST_F(SignInTest, LooksAtAFewPasswordsASecondAtMost) {
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    looked_at += door_.attempt("nobody" + n, "guess", "", "192.0.2." + n).retry_after == 0s;
  }
  EXPECT_EQ(looked_at, 5);
}

TEST_F(SignInTest, TakesANetworkOfIpv6ForOneAddress) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(attempt("wrong", "2001:db8:1:2::" + std::to_string(i + 1)).retry_after, 0s);
  }
  clock_.advance(-1s);
  EXPECT_GT(attempt("wrong", "2001:db8:1:2:ffff::9").retry_after, 0s);
  EXPECT_EQ(attempt("wrong", "2001:db8:1:3::1").retry_after, 0s);
}

}  // namespace
}  // namespace vigie
