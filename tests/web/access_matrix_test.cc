// Who may call what: every route of the API, taken from the routes themselves, against everybody
// who must not get in. A new route is in the matrix without a word; one that is open to anybody, or
// a tenant's that answers for towns that are not there, fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::ElementsAre;

constexpr std::string_view kTenant = "{tenant}";

/// "{number}" → "1", and so on; `town` for the tenant.
std::string filled(std::string pattern, std::string_view town) {
  for (std::size_t at; (at = pattern.find('{')) != pattern.npos;) {
    const std::size_t end = pattern.find('}', at);
    const std::string name = pattern.substr(at, end + 1 - at);
    pattern.replace(at, name.size(),
                    name == kTenant    ? town
                    : name == "{ref}"  ? "20740-1"
                    : name == "{week}" ? "2026-W40"
                                       : "1");
  }
  return pattern;
}

bool changes_something(const Route& route) { return route.method != "GET"; }

class AccessMatrix : public TownOverHttp {
 protected:
  AccessMatrix() : TownOverHttp({"techniville", "autreville"}) {
    silences_ = Silences::recall(*store_, clock_.now()).value();
    ApiParts own = parts();
    own.silences = silences_.get();
    own.connectors = [] { return std::vector<ConnectorHealth>(); };
    own.rules = [] { return RulesInForce(); };
    std::vector<Route> routes = api_routes(own);
    for (const Route& route : routes) {
      routes_.push_back(route);
      routes_.back().handler = nullptr;
    }
    session_ = sign_in_->sessions().start("admin");
    server_.emplace(std::move(routes), ServerLimits{}, Gate(*sign_in_, {}));
  }
  RawAnswer ask(const Route& route, const std::string& headers,
                std::string_view town = "techniville", const std::string& body = "{}") {
    const bool has_body = changes_something(route);
    return server_->ask(route.method + " " + filled(route.pattern, town) +
                            " HTTP/1.1\r\nHost: x\r\n" + headers +
                            (has_body ? "Content-Type: application/json\r\nContent-Length: " +
                                            std::to_string(body.size()) + "\r\n"
                                      : "") +
                            "\r\n",
                        has_body ? body : "");
  }
  std::string cookie() const { return "Cookie: vigie=" + session_.id + "\r\n"; }
  std::string token() const { return "X-CSRF-Token: " + session_.csrf_token + "\r\n"; }

  std::vector<Route> routes_;
  std::unique_ptr<Silences> silences_;
  Session session_;
};

TEST_F(AccessMatrix, OneRouteIsOpenToAnybody) {
  std::vector<std::string> open;
  for (const Route& route : routes_) {
    if (route.access != RouteAccess::kSignedIn) {
      open.push_back(route.method + " " + route.pattern);
    }
  }
  EXPECT_THAT(open, ElementsAre("POST /api/v1/session"));
  EXPECT_GT(routes_.size(), 40U);
}

TEST_F(AccessMatrix, NobodyGetsInWithoutBeingSignedIn) {
  const std::pair<const char*, std::string> kStrangers[] = {
      {"nobody", ""},
      {"a forged session", "Cookie: vigie=" + std::string(43, 'A') + "\r\n"},
      {"another name's cookie", "Cookie: __Host-vigie=" + session_.id + "\r\n"},
      {"an empty token", "Authorization: Bearer \r\n"},
      {"a guessed token", "Authorization: Bearer " + std::string(43, 'A') + "\r\n"},
      {"a token that is a session", "Authorization: Bearer " + session_.id + "\r\n"}};
  std::set<std::string> bodies;
  for (const Route& route : routes_) {
    if (route.access != RouteAccess::kSignedIn) {
      continue;
    }
    for (const auto& [who, headers] : kStrangers) {
      const RawAnswer answer = ask(route, headers);
      EXPECT_EQ(answer.status, 401) << who << ": " << route.method << " " << route.pattern;
      bodies.insert(answer.body);
    }
  }
  EXPECT_EQ(bodies.size(), 1U) << "the answer tells nothing of what is there";
}

TEST_F(AccessMatrix, NothingIsChangedWithoutTheSessionsTokenOrFromAnotherSite) {
  for (const Route& route : routes_) {
    if (!changes_something(route) || route.access != RouteAccess::kSignedIn) {
      continue;
    }
    for (const std::string& headers :
         {cookie(), cookie() + "X-CSRF-Token: " + std::string(43, 'A') + "\r\n",
          cookie() + token() + "Origin: https://evil.example\r\n",
          cookie() + token() + "Origin: null\r\n",
          cookie() + token() + "Sec-Fetch-Site: cross-site\r\n",
          cookie() + token() + "Sec-Fetch-Site: same-site\r\n"}) {
      EXPECT_EQ(ask(route, headers).status, 403) << headers << route.method << " " << route.pattern;
    }
  }
  EXPECT_TRUE(sign_in_->sessions().is_alive(session_.id)) << "nobody signed out";
}

TEST_F(AccessMatrix, ATownThatIsNotThereIsAsAnyOther) {
  std::set<std::string> bodies;
  std::size_t asked = 0;
  for (const Route& route : routes_) {
    if (route.pattern.find(kTenant) == std::string::npos ||
        !accounts_->grants("admin").may(*route.right, "techniville")) {
      continue;  // 403 whatever the town is called
    }
    ++asked;
    for (const char* town : {"nulle-part", "TECHNIVILLE", "techniville%00", "%2e%2e", "0"}) {
      const RawAnswer answer = ask(route, cookie() + token(), town);
      const bool is_malformed = std::string_view(town) == "techniville%00";
      EXPECT_EQ(answer.status, is_malformed ? 400 : 404)
          << town << ": " << route.method << " " << route.pattern << " " << answer.body;
      if (!is_malformed) {
        bodies.insert(answer.body);
      }
    }
  }
  EXPECT_GT(asked, 30U);
  EXPECT_EQ(bodies.size(), 1U) << "the answer tells nothing of what is there";
}

}  // namespace
}  // namespace vigie
