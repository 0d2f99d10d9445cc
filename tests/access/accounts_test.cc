#include "engine/access/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/access/secret.h"
#include "engine/access/sign_in.h"
#include "engine/access/totp.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr PasswordCost kCheap{1, 8192};
constexpr const char* kStrong = "Marronnier-Brouette-37";
const Time kMorning = parse_time("2026-10-14T08:00:00Z").value();

// ---- Passwords ----------------------------------------------------------------------------------

TEST(Password, IsAsTheCnilAsks) {
  for (const char* good :
       {"aB3!efghijkl", "aB3efghijklmno", "ab3!efghijklmn", kStrong,
        "trois corbeaux verts dansent sous la pluie fine demain", "Éclair-Pluvieux-9"}) {
    EXPECT_FALSE(objection_to_password(good, "marie")) << good;
  }
  for (const char* bad : {"", "aB3!efghijk", "aB3efghijklmn", "abcdefghijklmnopqrstuvwxyz",
                          "un deux trois un deux trois", "123456789012345678901234567890"}) {
    EXPECT_TRUE(objection_to_password(bad, "marie")) << bad;
  }
  EXPECT_FALSE(objection_to_password(random_password(), "marie"));
  EXPECT_FALSE(objection_to_password(std::string(60, 'x') + "aB3!efghijkl", "marie"))
      << "64 characters and more are welcome";
  EXPECT_TRUE(objection_to_password(std::string(2000, 'x') + "aB3!efghijkl", "marie"));
}

TEST(Password, IsNoWellKnownOneInDisguise) {
  for (const char* known :
       {"P@ssw0rd2026!", "MotDePasse2026!", "Azerty123456!", "AZERTYazerty12!", "Administrateur1!",
        "!!Bonjour2026!!", "M41r1e123456!", "Aaaaaaaaaaa1!"}) {
    EXPECT_TRUE(objection_to_password(known, "paul")) << known;
  }
  EXPECT_TRUE(objection_to_password("Marie.Dupont.2026", "marie.dupont"));
  EXPECT_FALSE(objection_to_password("Marie.Dupont.2026", "paul"));
}

// ---- Codes --------------------------------------------------------------------------------------

TEST(Totp, GivesTheCodesOfRfc6238) {
  const std::string secret = "12345678901234567890";
  const std::pair<std::uint64_t, const char*> kVectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : kVectors) {
    const std::uint64_t step = totp::step_of(Time(std::chrono::seconds(seconds)));
    EXPECT_EQ(totp::code_of(secret, step, 8), code) << seconds;
    EXPECT_EQ(totp::code_of(secret, step), std::string(code).substr(2)) << seconds;
  }
}

TEST(Totp, TakesACodeOfNowOrAStepBesideOnce) {
  const std::string secret = totp::make_secret();
  const std::uint64_t now = 58'000'000;
  for (const std::uint64_t step : {now - 1, now, now + 1}) {
    EXPECT_EQ(totp::matching_step(secret, totp::code_of(secret, step), now, 0), step);
    EXPECT_FALSE(totp::matching_step(secret, totp::code_of(secret, step), now, step));
  }
  EXPECT_FALSE(totp::matching_step(secret, totp::code_of(secret, now - 2), now, 0));
  EXPECT_FALSE(totp::matching_step(secret, totp::code_of(secret, now + 2), now, 0));
  EXPECT_FALSE(totp::matching_step(secret, "", now, 0));
}

TEST(Totp, WritesBase32AsRfc4648) {
  EXPECT_EQ(totp::to_base32(""), "");
  EXPECT_EQ(totp::to_base32("f"), "MY");
  EXPECT_EQ(totp::to_base32("foob"), "MZXW6YQ");
  EXPECT_EQ(totp::to_base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(totp::enrolment_uri("foobar", "a@b"),
            "otpauth://totp/Vigie:a%40b?secret=MZXW6YTBOI&issuer=Vigie");
}

// ---- Accounts -----------------------------------------------------------------------------------

class Staff : public testing::Test {
 protected:
  Staff() { open(); }
  void open(PasswordCost cost = kCheap) {
    accounts_.reset();
    auto opened = Accounts::open(folder_, cost);
    ASSERT_TRUE(opened) << opened.error().text;
    accounts_ = std::move(opened->accounts);
  }
  std::string content() const {
    std::stringstream text;
    text << std::ifstream(folder_ + "/access.json").rdbuf();
    return text.str();
  }
  /// Invited and with a password of their own.
  void settle(std::string_view name, RolesByTenant roles) {
    ASSERT_TRUE(accounts_->invite(name, std::move(roles)));
    ASSERT_TRUE(accounts_->change_password(name, kStrong));
  }
  std::string enrol(std::string_view name, Time now) {
    const auto begun = accounts_->begin_totp(name);
    EXPECT_TRUE(begun);
    secret_ = decoded(begun->secret);
    const auto codes = accounts_->confirm_totp(name, code_at(now), now);
    EXPECT_TRUE(codes) << codes.error().text;
    return codes ? codes->front() : "";
  }
  std::string code_at(Time time) const { return totp::code_of(secret_, totp::step_of(time)); }
  static std::string decoded(std::string_view base32) {
    std::string bytes;
    unsigned bits = 0, held = 0;
    for (const char c : base32) {
      bits = bits << 5 | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
      if ((held += 5) >= 8) {
        bytes += static_cast<char>(bits >> (held -= 8) & 255U);
      }
    }
    return bytes;
  }

  TempFolder temp_;
  const std::string folder_ = temp_.path();
  std::string secret_;
  std::unique_ptr<Accounts> accounts_;
};

TEST_F(Staff, TheOneAdminOfAnEarlierVersionBecomesAdminOfEverything) {
  accounts_.reset();
  std::ofstream(folder_ + "/access.json")
      << "{\"format\":1,\"account\":\"admin\",\"password\":\"" << hash_password("old one", kCheap)
      << "\",\"api_token\":\"" << fingerprint("the token") << "\"}\n";
  open();
  EXPECT_TRUE(accounts_->is_password("admin", "old one"));
  const Grants grants = accounts_->grants("admin");
  EXPECT_TRUE(grants.may_engine_wide(Right::kOperateEngine));
  EXPECT_TRUE(grants.may(Right::kManageAccounts, "techniville"));
  const ApiToken* const token = accounts_->identify("the token", kMorning);
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->grants().cover(Grants::all()));
  open();
  EXPECT_TRUE(accounts_->is_password("admin", "old one")) << "and is written in the new form";
  EXPECT_THAT(content(), HasSubstr("\"format\":2"));
}

TEST_F(Staff, EverythingIsThereAfterARestart) {
  settle("marie", {{"techniville", {Role::kCommunityManager, Role::kReader}},
                   {"autreville", {Role::kReader}}});
  const std::string recovery = enrol("marie", kMorning);
  ASSERT_TRUE(accounts_->invite("paul", {{"*", {Role::kOperator}}}));
  ASSERT_TRUE(accounts_->set_disabled("paul", true));
  open();
  EXPECT_TRUE(accounts_->is_password("marie", kStrong));
  EXPECT_TRUE(accounts_->grants("marie").may(Right::kWork, "techniville"));
  EXPECT_FALSE(accounts_->grants("marie").may(Right::kWork, "autreville"));
  EXPECT_FALSE(accounts_->use_code("marie", code_at(kMorning), kMorning)) << "used at enrolment";
  EXPECT_TRUE(accounts_->use_code("marie", code_at(kMorning + 30s), kMorning + 30s));
  EXPECT_TRUE(accounts_->use_code("marie", recovery, kMorning));
  EXPECT_TRUE(accounts_->find("paul")->disabled);
  EXPECT_THAT(accounts_->workers("techniville"), ElementsAre("admin", "marie"));
}

TEST_F(Staff, InvitedOnesDoNothingButChangeTheirPassword) {
  const Result<std::string> once = accounts_->invite("marie", {{"techniville", {Role::kReader}}});
  ASSERT_TRUE(once);
  EXPECT_TRUE(accounts_->is_password("marie", *once));
  EXPECT_FALSE(accounts_->grants("marie").is_member("techniville"));
  EXPECT_TRUE(accounts_->grants("marie").may_somewhere(Right::kSignedIn));
  EXPECT_FALSE(accounts_->change_password("marie", *once)) << "the one that others have seen";
  EXPECT_FALSE(accounts_->change_password("marie", "short"));
  ASSERT_TRUE(accounts_->change_password("marie", kStrong));
  EXPECT_TRUE(accounts_->grants("marie").is_member("techniville"));
  EXPECT_FALSE(accounts_->is_password("marie", *once));
}

TEST_F(Staff, DisabledOnesHaveNoPasswordAndNoRights) {
  settle("marie", {{"techniville", {Role::kReader}}});
  ASSERT_TRUE(accounts_->set_disabled("marie", true));
  EXPECT_FALSE(accounts_->is_password("marie", kStrong));
  EXPECT_FALSE(accounts_->grants("marie").may_somewhere(Right::kSignedIn));
  ASSERT_TRUE(accounts_->set_disabled("marie", false));
  EXPECT_TRUE(accounts_->is_password("marie", kStrong));
}

TEST_F(Staff, RefusesWhatCannotBe) {
  for (const char* name : {"", "a b", "é", "a:b", "a/b", "*"}) {
    EXPECT_EQ(accounts_->invite(name, {{"*", {Role::kReader}}}).error().code,
              ErrorCode::kInvalidInput)
        << name;
  }
  EXPECT_EQ(accounts_->invite("admin", {}).error().code, ErrorCode::kRefused);
  EXPECT_EQ(accounts_->invite("api", {}).error().code, ErrorCode::kRefused)
      << "the audit could not tell it from the token";
  EXPECT_EQ(accounts_->invite("ops", {{"techniville", {Role::kOperator}}}).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(accounts_->set_roles("nobody", "techniville", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(accounts_->set_disabled("nobody", true).error().code, ErrorCode::kNotFound);
}

TEST_F(Staff, RolesAreGivenAndTakenTownByTown) {
  settle("marie", {{"techniville", {Role::kReader}}});
  ASSERT_TRUE(accounts_->set_roles("marie", "autreville", {Role::kDirector}));
  ASSERT_TRUE(accounts_->set_roles("marie", "techniville", {}));
  const Grants grants = accounts_->grants("marie");
  EXPECT_FALSE(grants.is_member("techniville"));
  EXPECT_TRUE(grants.may(Right::kSetObjectives, "autreville"));
}

TEST_F(Staff, APasswordHashedAtALowerCostIsHashedAnewAtSignIn) {
  settle("marie", {{"techniville", {Role::kReader}}});
  const std::string before = accounts_->find("marie")->password_hash;
  open({2, 16384});
  EXPECT_FALSE(accounts_->is_password("marie", "wrong"));
  EXPECT_EQ(accounts_->find("marie")->password_hash, before);
  EXPECT_TRUE(accounts_->is_password("marie", kStrong));
  EXPECT_THAT(accounts_->find("marie")->password_hash, HasSubstr("m=16,t=2"));
  EXPECT_TRUE(accounts_->is_password("marie", kStrong));
}

TEST_F(Staff, OneProgramAtATimeHasTheFile) {
  const auto second = Accounts::open(folder_, kCheap);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().text, HasSubstr("/api/v1/accounts"));
}

// ---- Second factor ------------------------------------------------------------------------------

TEST_F(Staff, ASecondFactorCountsOnceItsAppHasShownTheRightCode) {
  settle("marie", {{"techniville", {Role::kReader}}});
  const auto begun = accounts_->begin_totp("marie");
  ASSERT_TRUE(begun);
  secret_ = decoded(begun->secret);
  EXPECT_FALSE(accounts_->has_totp("marie"));
  EXPECT_FALSE(accounts_->confirm_totp("marie", "000000", kMorning - 24h));
  const auto codes = accounts_->confirm_totp("marie", code_at(kMorning), kMorning);
  ASSERT_TRUE(codes);
  EXPECT_EQ(std::set<std::string>(codes->begin(), codes->end()).size(), 10U);
  EXPECT_TRUE(accounts_->has_totp("marie"));
  EXPECT_FALSE(accounts_->begin_totp("marie")) << "whoever has the session must not replace it";
  EXPECT_FALSE(accounts_->confirm_totp("marie", code_at(kMorning), kMorning));
}

TEST_F(Staff, ACodeIsGoodOnce) {
  settle("marie", {{"techniville", {Role::kReader}}});
  const std::string recovery = enrol("marie", kMorning);
  const Time later = kMorning + 10min;
  EXPECT_TRUE(accounts_->use_code("marie", code_at(later), later));
  EXPECT_FALSE(accounts_->use_code("marie", code_at(later), later)) << "replayed";
  EXPECT_FALSE(accounts_->use_code("marie", code_at(later - 30s), later))
      << "older than a used one";
  EXPECT_TRUE(accounts_->use_code("marie", recovery, later));
  EXPECT_FALSE(accounts_->use_code("marie", recovery, later));
  EXPECT_FALSE(accounts_->use_code("marie", "", later));
  EXPECT_FALSE(accounts_->use_code("admin", code_at(later + 1min), later + 1min)) << "has none";
}

TEST_F(Staff, TheSecretIsSealedAndBoundToItsAccount) {
  settle("marie", {{"techniville", {Role::kReader}}});
  settle("paul", {{"techniville", {Role::kReader}}});
  const std::string recovery = enrol("marie", kMorning);
  EXPECT_THAT(content(), Not(HasSubstr(to_base64url(secret_))));
  EXPECT_THAT(content(), Not(HasSubstr(totp::to_base32(secret_))));
  EXPECT_THAT(content(), Not(HasSubstr(recovery)));
  const auto mode = std::filesystem::status(folder_ + "/access.key").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  // Somebody who can write the file gives Paul's account Marie's second factor.
  AccessRecords records = read_access_file(folder_ + "/access.json").value().value();
  for (Account& account : records.accounts) {
    account.totp_secret = accounts_->find("marie")->totp_secret;
  }
  ASSERT_TRUE(write_access_file(folder_ + "/access.json", records));
  open();
  const Time later = kMorning + 10min;
  EXPECT_FALSE(accounts_->use_code("paul", code_at(later), later));
  EXPECT_TRUE(accounts_->use_code("marie", code_at(later), later));
}

TEST_F(Staff, ThoseWithPowerMustHaveOneWhereItIsRequired) {
  settle("marie", {{"techniville", {Role::kReader}}});
  settle("dpo", {{"techniville", {Role::kDataProtectionOfficer}}});
  EXPECT_TRUE(accounts_->grants("dpo").is_member("techniville"));
  accounts_->require_second_factor();
  EXPECT_EQ(accounts_->duty_of(*accounts_->find("dpo")), Accounts::Duty::kEnrolSecondFactor);
  EXPECT_FALSE(accounts_->grants("dpo").is_member("techniville"));
  EXPECT_FALSE(accounts_->grants("admin").may_engine_wide(Right::kOperateEngine));
  EXPECT_TRUE(accounts_->grants("marie").is_member("techniville"));
  enrol("dpo", kMorning);
  EXPECT_TRUE(accounts_->grants("dpo").is_member("techniville"));
  ASSERT_TRUE(accounts_->reset_password("dpo"));
  EXPECT_FALSE(accounts_->has_totp("dpo"));
}

TEST_F(Staff, SigningInTakesPasswordThenCode) {
  settle("marie", {{"techniville", {Role::kReader}}});
  enrol("marie", kMorning);
  ManualClock clock(kMorning + 10min);
  SignIn door(*accounts_, clock);
  const auto attempt = [&](std::string_view password, std::string_view code) {
    clock.advance(1s);
    return door.attempt("marie", password, code, "192.0.2.7");
  };
  const auto first = attempt(kStrong, "");
  EXPECT_TRUE(first.needs_code && !first.session);
  EXPECT_FALSE(attempt("wrong", "").needs_code);
  const std::string code = code_at(clock.now());
  EXPECT_FALSE(attempt("wrong", code).session);
  EXPECT_TRUE(attempt(kStrong, code).session) << "a wrong password does not use the code up";
  const auto replayed = attempt(kStrong, code);
  EXPECT_FALSE(replayed.session || replayed.needs_code);
}

TEST_F(Staff, GuessingCodesIsSlowedDown) {
  settle("marie", {{"techniville", {Role::kReader}}});
  enrol("marie", kMorning);
  ManualClock clock(kMorning + 10min);
  SignIn door(*accounts_, clock);
  int looked_at = 0;
  for (int i = 0; i < 60; ++i) {
    clock.advance(1s);
    looked_at += door.attempt("marie", kStrong, "12345", "192.0.2.7").retry_after == 0s;
  }
  EXPECT_LT(looked_at, 15);
}

// ---- Tokens -------------------------------------------------------------------------------------

ApiToken wanted(std::string name, std::set<Right> rights = {Right::kReadMentions}) {
  ApiToken token;
  token.name = std::move(name);
  token.rights = std::move(rights);
  token.tenants = {"techniville"};
  token.made_by = "admin";
  token.made_at = kMorning;
  token.expires_at = kMorning + std::chrono::days(30);
  return token;
}

TEST_F(Staff, ATokenDoesWhatItWasMadeForUntilItExpiresOrIsRevoked) {
  const Result<std::string> token = accounts_->make_token(wanted("export"));
  ASSERT_TRUE(token);
  EXPECT_THAT(content(), Not(HasSubstr(*token)));
  open();
  const ApiToken* const known = accounts_->identify(*token, kMorning);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->name, "export");
  EXPECT_TRUE(known->grants().may(Right::kReadMentions, "techniville"));
  EXPECT_FALSE(known->grants().may(Right::kWork, "techniville"));
  EXPECT_FALSE(known->grants().is_member("autreville"));
  EXPECT_EQ(known->used_at, kMorning);
  EXPECT_TRUE(accounts_->identify(*token, kMorning + std::chrono::days(30) - 1s));
  EXPECT_FALSE(accounts_->identify(*token, kMorning + std::chrono::days(30)));
  ASSERT_TRUE(accounts_->revoke_token("export"));
  EXPECT_FALSE(accounts_->identify(*token, kMorning));
  EXPECT_EQ(accounts_->revoke_token("export").error().code, ErrorCode::kNotFound);
}

TEST_F(Staff, ATokenHasANameOfItsOwnRightsAndAnEnd) {
  EXPECT_EQ(accounts_->make_token(wanted("api")).error().code, ErrorCode::kRefused);
  EXPECT_EQ(accounts_->make_token(wanted("admin")).error().code, ErrorCode::kRefused);
  EXPECT_EQ(accounts_->make_token(wanted("x", {})).error().code, ErrorCode::kInvalidInput);
  ApiToken endless = wanted("x");
  endless.expires_at.reset();
  EXPECT_EQ(accounts_->make_token(endless).error().code, ErrorCode::kInvalidInput);
  endless.expires_at = kMorning + std::chrono::days(400);
  EXPECT_EQ(accounts_->make_token(endless).error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace vigie
