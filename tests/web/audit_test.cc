// What is changed over HTTP is written down, and whoever is turned away; the trail is read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string said(const AuditEntry& entry) {
  return entry.actor + "|" + entry.action + "|" + entry.tenant + "|" + entry.object + "|" +
         entry.result + "|" + std::to_string(entry.unlisted);
}

Route doing(std::string method, RouteAccess access, unsigned status) {
  Route route;
  route.method = std::move(method);
  route.pattern = "/towns/{tenant}/things/{thing}";
  route.access = access;
  route.right = Right::kWork;
  route.description.operation = "doThing";
  route.handler = at_once([status](const Request&) {
    Response response = status < 400 ? json_response("{}") : problem(status, "no");
    response.made = status < 400 ? "12" : "";
    return response;
  });
  return route;
}

class AuditOverHttp : public TownOverHttp {
 protected:
  AuditOverHttp() : TownOverHttp({"techniville"}) {}

  /// Signed in as the gate says; the entries go to `entries_`.
  void serve_watched(Route route) {
    std::vector<Route> routes;
    routes.push_back(std::move(route));
    watcher_.watch(routes);
    session_ = sign_in_->sessions().start("admin");
    server_.emplace(std::move(routes), ServerLimits{}, watcher_.watch(Gate(*sign_in_, {})));
  }
  RawAnswer ask(const std::string& method, const std::string& headers) {
    return server_->ask(method + " /towns/techniville/things/5 HTTP/1.1\r\nHost: x\r\n" + headers +
                        "Content-Length: 0\r\n\r\n");
  }
  std::string own() const {
    return "Cookie: vigie=" + session_.id + "\r\nX-CSRF-Token: " + session_.csrf_token + "\r\n";
  }

  std::vector<std::string> entries_;
  Auditor watcher_{[this](const AuditEntry& entry) { entries_.push_back(said(entry)); }, clock_};
  Session session_;
};

TEST_F(AuditOverHttp, WhatIsDoneIsWrittenDownWithWhoAndWhat) {
  serve_watched(doing("POST", RouteAccess::kSignedIn, 201));
  EXPECT_EQ(ask("POST", own()).status, 200);
  EXPECT_THAT(entries_, ElementsAre("admin|doThing|techniville|5 12|done|0"));
}

TEST_F(AuditOverHttp, WhatIsRefusedByItsHandlerToo) {
  serve_watched(doing("DELETE", RouteAccess::kSignedIn, 409));
  EXPECT_EQ(ask("DELETE", own()).status, 409);
  EXPECT_THAT(entries_, ElementsAre("admin|doThing|techniville|5|refused 409|0"));
}

TEST_F(AuditOverHttp, ReadingIsNot) {
  serve_watched(doing("GET", RouteAccess::kSignedIn, 200));
  EXPECT_EQ(ask("GET", own()).status, 200);
  EXPECT_EQ(ask("GET", "").status, 401) << "nobody has signed in yet";
  EXPECT_THAT(entries_, IsEmpty());
}

TEST_F(AuditOverHttp, ForgedSessionsTokensAndPagesAreWrittenDown) {
  serve_watched(doing("POST", RouteAccess::kSignedIn, 200));
  const std::chrono::seconds kLater{2};
  EXPECT_EQ(ask("POST", "Cookie: vigie=forged\r\n").status, 401);
  clock_.set(clock_.now() + kLater);
  EXPECT_EQ(ask("POST", "Authorization: Bearer guessed\r\n").status, 401);
  clock_.set(clock_.now() + kLater);
  EXPECT_EQ(ask("POST", own() + "Origin: https://evil.example\r\n").status, 403);
  clock_.set(clock_.now() + kLater);
  EXPECT_EQ(ask("POST", "Cookie: vigie=" + session_.id + "\r\nX-CSRF-Token: x\r\n").status, 403);
  EXPECT_THAT(entries_, ElementsAre("|doThing|techniville|5|refused 401|0",
                                    "|doThing|techniville|5|refused 401|0",
                                    "|doThing|techniville|5|refused 403|0",
                                    "admin|doThing|techniville|5|refused 403|0"));
}

TEST_F(AuditOverHttp, AFloodIsCounted) {
  serve_watched(doing("POST", RouteAccess::kSignedIn, 200));
  for (int i = 0; i < 20; ++i) {
    ask("POST", "Cookie: vigie=forged\r\n");
  }
  clock_.set(clock_.now() + std::chrono::seconds(1));
  ask("POST", "Cookie: vigie=forged\r\n");
  EXPECT_THAT(entries_, ElementsAre(HasSubstr("refused 401|0"), HasSubstr("refused 401|19")));
}

TEST_F(AuditOverHttp, SignInsAreWrittenDownWithoutWhatMayBeAPassword) {
  ApiParts own_parts = parts();
  own_parts.audit = [this](const AuditEntry& entry) { entries_.push_back(said(entry)); };
  serve(session_routes(std::make_shared<const ApiParts>(std::move(own_parts))));
  for (const char* account : {"admin", "hunter2 was typed here"}) {
    const std::string body = std::string(R"({"account":")") + account + R"(","password":"wrong"})";
    EXPECT_EQ(server_
                  ->ask("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: "
                        "application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n",
                        body)
                  .status,
              401);
  }
  EXPECT_THAT(entries_, ElementsAre("admin|signIn|||refused 401|0", "|signIn|||refused 401|0"));
}

TEST_F(AuditOverHttp, TheTrailIsReadPageByPage) {
  const std::string folder = testing::TempDir() + "/vigie_audit_pages";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  ApiParts own_parts = parts();
  own_parts.data_directory = folder;
  serve(audit_routes(std::make_shared<const ApiParts>(std::move(own_parts))));
  EXPECT_EQ(get_api("audit").body, R"({"entries":[],"below":null})");
  const auto trail = AuditTrail::open(folder, clock_).value();
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(trail->append({"marie", "takeAlert", "techniville", "a" + std::to_string(i)}));
  }
  const std::string page = get_api("audit?limit=2").body;
  EXPECT_THAT(page, HasSubstr(R"("object":"a5")"));
  EXPECT_THAT(page, HasSubstr(R"("object":"a4")"));
  EXPECT_THAT(page, testing::EndsWith(R"("below":4})"));
  const std::string last = get_api("audit?limit=3&below=4").body;
  EXPECT_THAT(last, HasSubstr(R"("object":"a1")"));
  EXPECT_THAT(last, testing::EndsWith(R"("below":null})"));
  ASSERT_TRUE(trail->append({"paul", "takeAlert", "autreville", "b1"}));
  ASSERT_TRUE(trail->append({"paul", "signIn", "", ""}));
  grants_ = Grants(RolesByTenant{{"techniville", {Role::kTenantAdmin}}});
  const std::string own_town = get_api("audit?limit=2").body;
  EXPECT_THAT(own_town, HasSubstr(R"("object":"a5")"));
  EXPECT_THAT(own_town, testing::Not(HasSubstr("paul"))) << "another town's, and nobody's town's";
  grants_ = Grants(RolesByTenant{{"*", {Role::kOperator}}});
  EXPECT_THAT(get_api("audit?limit=2").body, testing::AllOf(HasSubstr("b1"), HasSubstr("signIn")));
  EXPECT_EQ(get_api("audit?limit=0").status, 400);
  EXPECT_EQ(get_api("audit?limit=9999").status, 400);
  EXPECT_EQ(get_api("audit?beneath=4").status, 400);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace vigie
