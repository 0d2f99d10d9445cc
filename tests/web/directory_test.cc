// Providers that answer as no provider should; what a right one does, tests/commands/directory.py
// shows with a real one.
#include "engine/web/directory_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/temp_folder.h"
#include "tests/web/server_under_test.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

class DirectoryOverHttp : public testing::Test {
 protected:
  DirectoryOverHttp() {
    accounts_ = std::move(Accounts::open(temp_.path(), {1, 8192}).value().accounts);
    sign_in_.emplace(*accounts_, clock_);
    settings_.issuer = "https://id.ville.example";
    settings_.client_id = "vigie";
    PublicSide side;
    side.secure = true;
    std::vector<Route> routes = directory_routes(
        {settings_, *sign_in_, clock_, side,
         [this](const AuditEntry& entry) { heard_.push_back(entry); },
         [this](DirectoryQuestion question) { return answer(std::move(question)); }});
    routes_ = routes;
    server_.emplace(std::move(routes));
  }

  boost::asio::awaitable<Result<DirectoryAnswer>> answer(DirectoryQuestion question) {
    asked_.push_back(question.url);
    if (answers_.empty()) {
      co_return fail(ErrorCode::kUnavailable, "10.1.2.3 said no");
    }
    DirectoryAnswer next = answers_.front();
    answers_.pop_front();
    co_return next;
  }
  RawAnswer ask(const std::string& path, const std::string& headers = {}) {
    return server_->ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  }
  static std::string description(const std::string& issuer, const std::string& token) {
    return R"({"issuer":")" + issuer +
           R"(","authorization_endpoint":"https://id.ville.example/a","token_endpoint":")" + token +
           R"(","jwks_uri":"https://id.ville.example/k"})";
  }

  ManualClock clock_{parse_time("2026-10-14T08:00:00Z").value()};
  TempFolder temp_;
  std::unique_ptr<Accounts> accounts_;
  std::optional<SignIn> sign_in_;
  DirectorySettings settings_;
  std::vector<AuditEntry> heard_;
  std::deque<DirectoryAnswer> answers_;
  std::vector<std::string> asked_;
  std::vector<Route> routes_;
  std::optional<ServerUnderTest> server_;
};

TEST_F(DirectoryOverHttp, OpensTwoDoorsThatAreReadOnly) {
  ASSERT_EQ(routes_.size(), 2U);
  for (const Route& route : routes_) {
    EXPECT_EQ(route.method, "GET");
    EXPECT_EQ(route.access, RouteAccess::kPublic);
  }
}

TEST_F(DirectoryOverHttp, SendsNobodyToAProviderThatIsNotTheOneOfTheSettings) {
  const std::string issuer = settings_.issuer, token = issuer + "/t", keys = R"({"keys":[]})";
  const std::vector<std::deque<DirectoryAnswer>> wrong = {
      {},
      {{500, description(issuer, token)}},
      {{302, description(issuer, token)}},
      {{200, "<html>"}},
      {{200, "{}"}},
      {{200, description("https://evil.example", token)}},
      {{200, description(issuer + "/", token)}},
      {{200, description(issuer, "http://id.ville.example/t")}},
      {{200, description(issuer, "file:///etc/passwd")}},
      {{200, description(issuer, token)}, {404, ""}},
      {{200, description(issuer, token)}, {200, keys}},
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    SCOPED_TRACE(i);
    clock_.advance(std::chrono::seconds(1));
    answers_ = wrong[i];
    const RawAnswer refused = ask("/auth/directory");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("annuaire ne r"));
    EXPECT_THAT(refused.body, Not(HasSubstr("ville.example")));
    EXPECT_THAT(refused.body, Not(HasSubstr("10.1.2.3")));
    ASSERT_EQ(heard_.size(), i + 1);
    EXPECT_THAT(heard_.back().result, HasSubstr("refused 503: "));
    EXPECT_THAT(heard_.back().result, Not(HasSubstr("10.1.2.3")));
  }
  EXPECT_EQ(asked_.front(), "https://id.ville.example/.well-known/openid-configuration");
}

TEST_F(DirectoryOverHttp, AsksTheProviderOnceAnHourAndBindsTheSignInToTheBrowser) {
  const std::string keys =  // RFC 7517, A.1
      R"({"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
      R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";
  for (int hour = 1; hour <= 2; ++hour) {
    answers_ = {{200, description(settings_.issuer, settings_.issuer + "/t")}, {200, keys}};
    for (int i = 0; i < 3; ++i) {
      const RawAnswer sent = ask("/auth/directory");
      EXPECT_EQ(sent.status, 302) << sent.body;
      EXPECT_THAT(sent.headers.at("location"),
                  testing::StartsWith("https://id.ville.example/a?response_type=code&"));
      const std::string cookie = sent.headers.at("set-cookie");
      const std::size_t end = std::string("__Host-vigie-directory=").size() + 43;
      EXPECT_EQ(cookie.find("__Host-vigie-directory="), 0U) << cookie;
      EXPECT_EQ(cookie.substr(end), "; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600");
    }
    EXPECT_EQ(asked_.size(), 2U * static_cast<std::size_t>(hour));
    clock_.advance(std::chrono::hours(1));
  }
}

TEST_F(DirectoryOverHttp, WritesDownOneRefusalASecond) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask("/auth/directory/callback?state=x&code=y").status, 400);
  }
  EXPECT_EQ(heard_.size(), 1U);
  clock_.advance(std::chrono::seconds(1));
  ask("/auth/directory/callback?state=x&code=y", "Cookie: __Host-vigie-directory=x\r\n");
  ASSERT_EQ(heard_.size(), 2U);
  EXPECT_EQ(heard_.back().unlisted, 4U);
  EXPECT_TRUE(asked_.empty()) << "the provider is not asked about what is not ours";
}

TEST(DirectoryUrls, AreHttpsOrOnThisMachine) {
  for (const char* const good : {"https://id.ville.example", "http://localhost",
                                 "http://127.0.0.1:8/a", "http://[::1]:8080/x"}) {
    EXPECT_TRUE(is_directory_url(good)) << good;
  }
  for (const char* const wrong :
       {"", "https://", "http://id.ville.example", "http://localhost.evil.example",
        "http://127.0.0.1@evil.example", "http://127.0.0.1:8@evil.example/", "ftp://localhost",
        "http://127.0.0.1.evil.example", "javascript:alert(1)"}) {
    EXPECT_FALSE(is_directory_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace vigie
