// Accounts, tokens and sessions over HTTP: who may change whom, and what ends when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "engine/access/totp.h"
#include "tests/web/door_over_http.h"

namespace vigie {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string member(const std::string& body, const char* name) {
  simdjson::dom::parser parser;
  std::string_view value;
  return parser.parse(body)[name].get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

class AccountsOverHttp : public DoorOverHttp {
 protected:
  AccountsOverHttp() {
    settle("ops", {{"*", {Role::kOperator}}});
    settle("chef", {{"techniville", {Role::kTenantAdmin}}});
    settle("marie", {{"techniville", {Role::kReader}}});
    settle("autre", {{"autreville", {Role::kReader}}});
    settle("deux", {{"techniville", {Role::kReader}}, {"autreville", {Role::kReader}}});
  }
  RawAnswer do_as(std::string_view who, const std::string& path, const std::string& body = "{}") {
    return ask("POST", "/api/v1/" + path, as(who), body);
  }
  RawAnswer get_as(std::string_view who, const std::string& path) {
    return ask("GET", "/api/v1/" + path, as(who));
  }
  RawAnswer sign_in(const std::string& account, const std::string& password,
                    const std::string& code = "") {
    return ask("POST", "/api/v1/session", "",
               "{\"account\":\"" + account + "\",\"password\":\"" + password +
                   (code.empty() ? "" : "\",\"code\":\"" + code) + "\"}");
  }
};

TEST_F(AccountsOverHttp, AnInvitedOneChangesTheirPasswordAndIsIn) {
  const RawAnswer made =
      do_as("chef", "accounts", R"({"name":"paul","roles":{"techniville":["community_manager"]}})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(heard_, Contains("chef|inviteAccount||paul|done"));
  const std::string once = member(made.body, "password");
  const RawAnswer in = sign_in("paul", once);
  ASSERT_EQ(in.status, 200);
  EXPECT_EQ(member(in.body, "duty"), "change_password");
  const std::string headers = as("paul");
  EXPECT_EQ(ask("GET", "/api/v1/tenants/techniville/alerts", headers).status, 404);
  EXPECT_THAT(ask("GET", "/api/v1/tenants", headers).body, HasSubstr("\"tenants\":[]"));
  const std::string own = get_as("deux", "tenants").body;
  EXPECT_THAT(own, HasSubstr("\"rights\":[\"signed_in\",\"read_figures\""));
  EXPECT_THAT(own, HasSubstr("\"engine_rights\":[\"signed_in\"]"));
  EXPECT_THAT(get_as("ops", "tenants").body, HasSubstr("\"operate_engine\"]"));
  const auto change = [&](const std::string& old, const std::string& wanted) {
    return ask("POST", "/api/v1/session/password", headers,
               "{\"old\":\"" + old + "\",\"new\":\"" + wanted + "\"}");
  };
  EXPECT_EQ(change("wrong", kPassword).status, 403);
  EXPECT_EQ(change(once, "Password2026!").status, 422);
  const RawAnswer changed = change(once, kPassword);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask("GET", "/api/v1/session", headers).status, 401) << "a new session id";
  EXPECT_EQ(get_as("paul", "tenants/techniville/alerts").status, 200);
  EXPECT_EQ(sign_in("paul", once).status, 401);
}

TEST_F(AccountsOverHttp, AnAdminSeesAndManagesTheirOwnTown) {
  const std::string seen = get_as("chef", "accounts").body;
  EXPECT_THAT(seen, AllOf(HasSubstr("\"marie\""), HasSubstr("\"deux\""),
                          Not(HasSubstr("\"autre\"")), Not(HasSubstr("\"ops\"")),
                          Not(HasSubstr("\"admin\"")), Not(HasSubstr("autreville"))));
  for (const char* hidden : {"autre", "ops", "admin", "nobody", "deux"}) {
    for (const char* action : {"disable", "enable", "password"}) {
      EXPECT_EQ(do_as("chef", std::string("accounts/") + hidden + "/" + action).status, 404)
          << hidden << " " << action;
    }
  }
  EXPECT_EQ(do_as("ops", "accounts/deux/disable").status, 204);
  EXPECT_EQ(do_as("chef", "accounts/marie/disable").status, 204);
  EXPECT_EQ(sign_in("marie", kPassword).status, 401);
}

TEST_F(AccountsOverHttp, NobodyHandsOutRolesBeyondTheirTowns) {
  for (const char* body :
       {R"({"tenant":"autreville","roles":["reader"]})", R"({"tenant":"*","roles":["reader"]})",
        R"({"tenant":"*","roles":["operator"]})",
        R"({"tenant":"nulle-part","roles":["reader"]})"}) {
    EXPECT_EQ(do_as("chef", "accounts/marie/roles", body).status, 404) << body;
    EXPECT_EQ(do_as("chef", "accounts/chef/roles", body).status, 404) << body;
  }
  EXPECT_EQ(do_as("chef", "accounts", R"({"name":"x","roles":{"autreville":["reader"]}})").status,
            404);
  EXPECT_EQ(do_as("chef", "accounts", R"({"name":"x","roles":{}})").status, 400);
  EXPECT_EQ(do_as("chef", "accounts", R"({"name":"x","roles":{"techniville":["root"]}})").status,
            400);
  EXPECT_EQ(do_as("chef", "accounts/deux/roles",
                  R"({"tenant":"techniville","roles":["community_manager"]})")
                .status,
            204);
  EXPECT_TRUE(accounts_->grants("deux").may(Right::kSilence, "techniville"));
  EXPECT_TRUE(accounts_->grants("deux").is_member("autreville")) << "is no business of theirs";
  EXPECT_EQ(do_as("ops", "accounts/marie/roles", R"({"tenant":"techniville","roles":["operator"]})")
                .status,
            422);
}

TEST_F(AccountsOverHttp, WhoAdministersOneTownCannotBeBothPersonsOfAReveal) {
  for (const char* role : {"director", "data_protection_officer", "operator"}) {
    const std::string roles = "\"roles\":[\"" + std::string(role) + "\"]}";
    const std::string there = R"({"tenant":"techniville",)" + roles;
    EXPECT_EQ(do_as("chef", "accounts/marie/roles", there).status, 404) << role;
    EXPECT_EQ(do_as("chef", "accounts/chef/roles", there).status, 404) << role;
  }
  constexpr auto kDirector = R"({"tenant":"techniville","roles":["director"]})";
  EXPECT_EQ(do_as("ops", "accounts/marie/roles", kDirector).status, 204);
  EXPECT_TRUE(accounts_->grants("marie").may(Right::kApproveReveal, "techniville"));
  EXPECT_EQ(do_as("chef", "accounts/marie/password").status, 404) << "nor become one who is";
}

TEST_F(AccountsOverHttp, SessionsEndWhenARoleIsTakenOrTheAccountDisabled) {
  for (const auto& [path, body] :
       {std::pair("accounts/marie/roles", R"({"tenant":"techniville","roles":[]})"),
        std::pair("accounts/marie/disable", "{}"), std::pair("accounts/marie/password", "{}")}) {
    ASSERT_TRUE(accounts_->set_roles("marie", "techniville", {Role::kReader}));
    ASSERT_TRUE(accounts_->set_disabled("marie", false));
    const Session session = sign_in_->sessions().start("marie");
    EXPECT_EQ(ask("GET", "/api/v1/session", headers_of(session)).status, 200);
    EXPECT_LT(do_as("chef", path, body).status, 300) << path;
    EXPECT_EQ(ask("GET", "/api/v1/session", headers_of(session)).status, 401) << path;
  }
}

TEST_F(AccountsOverHttp, ASecondFactorIsEnrolledAndThenAskedFor) {
  const std::string headers = as("marie");
  const std::string enrolment = ask("POST", "/api/v1/session/second-factor", headers).body;
  EXPECT_THAT(member(enrolment, "uri"), HasSubstr("otpauth://totp/Vigie:marie?secret="));
  EXPECT_EQ(
      ask("POST", "/api/v1/session/second-factor/confirm", headers, R"({"code":"000"})").status,
      409);
  std::string secret;
  unsigned bits = 0, held = 0;
  for (const char c : member(enrolment, "secret")) {
    bits = bits << 5 | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
    if ((held += 5) >= 8) {
      secret += static_cast<char>(bits >> (held -= 8) & 255U);
    }
  }
  const auto code = [&] { return totp::code_of(secret, totp::step_of(clock_.now())); };
  const RawAnswer confirmed = ask("POST", "/api/v1/session/second-factor/confirm", headers,
                                  "{\"code\":\"" + code() + "\"}");
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  simdjson::dom::parser parser;
  const std::string recovery(
      parser.parse(confirmed.body)["recovery_codes"].at(0).get_string().value());

  clock_.advance(std::chrono::minutes(5));
  const RawAnswer half = sign_in("marie", kPassword);
  EXPECT_EQ(half.status, 401);
  EXPECT_EQ(member(half.body, "needs"), "code");
  EXPECT_EQ(member(sign_in("marie", "wrong").body, "needs"), "");
  const std::string now = code();
  EXPECT_EQ(sign_in("marie", kPassword, now).status, 200);
  EXPECT_EQ(sign_in("marie", kPassword, now).status, 401) << "replayed";
  EXPECT_EQ(heard_.back(), "marie|signIn|||refused 401");
  EXPECT_EQ(sign_in("marie", kPassword, recovery).status, 200);
  EXPECT_EQ(sign_in("marie", kPassword, recovery).status, 401);
}

TEST_F(AccountsOverHttp, TokensCanDoNoMoreThanTheirMaker) {
  const auto make = [&](std::string_view who, const std::string& rights, const std::string& town) {
    return do_as(who, "tokens",
                 "{\"name\":\"script\",\"rights\":[\"" + rights + "\"],\"tenants\":[\"" + town +
                     "\"],\"days\":30}");
  };
  EXPECT_EQ(make("chef", "read_mentions", "autreville").status, 404);
  EXPECT_EQ(make("chef", "read_mentions", "nulle-part").status, 404);
  EXPECT_EQ(make("chef", "read_mentions", "*").status, 404);
  EXPECT_EQ(make("chef", "erase", "techniville").status, 404);
  EXPECT_EQ(make("ops", "read_mentions", "techniville").status, 404) << "reads none either";
  EXPECT_EQ(make("chef", "everything", "techniville").status, 400);
  const RawAnswer made = make("chef", "read_mentions", "techniville");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(make("chef", "read_mentions", "techniville").status, 409);
  const std::string bearer = "Authorization: Bearer " + member(made.body, "token") + "\r\n";
  EXPECT_EQ(ask("GET", "/api/v1/tenants/techniville/mentions", bearer).status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/tenants/autreville/mentions", bearer).status, 404);
  const std::string seen = get_as("chef", "tokens").body;
  EXPECT_THAT(seen, AllOf(HasSubstr("\"script\""), Not(HasSubstr("\"api\"")),
                          Not(HasSubstr(member(made.body, "token")))));
  EXPECT_THAT(get_as("ops", "tokens").body, HasSubstr("\"api\""));
  EXPECT_EQ(ask("DELETE", "/api/v1/tokens/api", as("chef")).status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/tokens/script", as("chef")).status, 204);
  EXPECT_EQ(ask("GET", "/api/v1/tenants/techniville/mentions", bearer).status, 401);
}

TEST_F(AccountsOverHttp, WhoeverHasNoTownSeesNone) {
  EXPECT_THAT(get_as("ops", "tenants").body, HasSubstr("\"tenants\":[]"));
  EXPECT_THAT(get_as("marie", "tenants").body,
              AllOf(HasSubstr("techniville"), Not(HasSubstr("autreville"))));
}

}  // namespace
}  // namespace vigie
