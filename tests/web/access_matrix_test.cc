// Who may call what: every route of the API, taken from the routes themselves, against every role
// in two towns, and against everybody who must not get in. What each route asks for is written down
// here once more: a route without a row fails, and so does one whose right was changed in passing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/web/door_over_http.h"

namespace vigie {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTenant = "{tenant}";
constexpr const char* kTown = "techniville";
constexpr const char* kOtherTown = "autreville";
constexpr Role kRoles[] = {Role::kReader,      Role::kCommunityManager,
                           Role::kDirector,    Role::kDataProtectionOfficer,
                           Role::kTenantAdmin, Role::kOperator};

/// By operation; signIn asks for nothing.
const std::map<std::string, Right> kRightOf = {
    {"getSession", Right::kSignedIn},
    {"signOut", Right::kSignedIn},
    {"changePassword", Right::kSignedIn},
    {"beginSecondFactor", Right::kSignedIn},
    {"confirmSecondFactor", Right::kSignedIn},
    {"listTenants", Right::kSignedIn},
    {"listAccounts", Right::kManageAccounts},
    {"inviteAccount", Right::kManageAccounts},
    {"setRoles", Right::kManageAccounts},
    {"disableAccount", Right::kManageAccounts},
    {"enableAccount", Right::kManageAccounts},
    {"resetPassword", Right::kManageAccounts},
    {"listTokens", Right::kManageAccounts},
    {"makeToken", Right::kManageAccounts},
    {"revokeToken", Right::kManageAccounts},
    {"listMentions", Right::kReadMentions},
    {"getMention", Right::kReadMentions},
    {"listStories", Right::kReadMentions},
    {"getStory", Right::kReadMentions},
    {"correctMention", Right::kWork},
    {"recordAtCounter", Right::kRecordAtCounter},
    {"getStatistics", Right::kReadFigures},
    {"getSummary", Right::kReadFigures},
    {"getEngineMetrics", Right::kOperateEngine},
    {"getKpis", Right::kReadFigures},
    {"getUsual", Right::kReadFigures},
    {"listEmergent", Right::kReadMentions},
    {"draftEmergent", Right::kDraftRules},
    {"listAlerts", Right::kReadMentions},
    {"getAlert", Right::kReadMentions},
    {"takeAlert", Right::kWork},
    {"closeAlert", Right::kWork},
    {"listDeliveries", Right::kReadMentions},
    {"listSilences", Right::kReadMentions},
    {"makeSilence", Right::kSilence},
    {"expireSilence", Right::kSilence},
    {"listWork", Right::kReadMentions},
    {"getWorkJournal", Right::kReadMentions},
    {"listWorkAccounts", Right::kReadMentions},
    {"getWork", Right::kReadMentions},
    {"getWorkHistory", Right::kReadMentions},
    {"doWork", Right::kWork},
    {"listConnectors", Right::kReadSources},
    {"getRules", Right::kReadSources},
    {"listDeadLetters", Right::kOperateEngine},
    {"getCoverage", Right::kReadSources},
    {"saveCoverage", Right::kReadSources},
    {"getCosts", Right::kReadSources},
    {"saveCosts", Right::kReadSources},
    {"watch", Right::kReadMentions},
    {"listSamples", Right::kReadFigures},
    {"drawSample", Right::kJudgeSamples},
    {"listSampled", Right::kJudgeSamples},
    {"judgeSampled", Right::kJudgeSamples},
    {"getSampleResult", Right::kReadFigures},
    {"listObjectives", Right::kReadFigures},
    {"makeObjective", Right::kSetObjectives},
    {"changeObjective", Right::kSetObjectives},
    {"closeObjective", Right::kSetObjectives},
    {"listAudit", Right::kReadAudit},
    {"listCards", Right::kReadFigures},
    {"draftReply", Right::kWork},
    {"eraseAuthor", Right::kErase},
    {"listErasures", Right::kErase},
    {"getErasure", Right::kErase},
    {"makeAccessFile", Right::kErase},
    {"makeEvidence", Right::kErase},
    {"requestReveal", Right::kRequestReveal},
    {"getReveal", Right::kRequestReveal},
    {"readIdentity", Right::kRequestReveal},
    {"listOwnReveals", Right::kRequestReveal},
    {"listReveals", Right::kApproveReveal},
    {"decideReveal", Right::kApproveReveal},
    {"showRules", Right::kReadSources},
    {"checkRules", Right::kDraftRules},
    {"previewRules", Right::kDraftRules},
    {"publishRules", Right::kPublishRules},
    {"listRulesHistory", Right::kReadSources},
    {"getRulesVersion", Right::kReadSources},
    {"restoreRules", Right::kPublishRules},
    {"exploreMentions", Right::kReadMentions},
    {"saveExploration", Right::kReadMentions},
    {"draftFromQuery", Right::kDraftRules},
    {"getThread", Right::kReadMentions},
    {"getSettings", Right::kConfigureTown},
    {"changeSettings", Right::kConfigureTown},
    {"lookAtFeed", Right::kConfigureTown},
    {"tryMail", Right::kConfigureTown},
    {"listDates", Right::kReadFigures},
};

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
bool is_of_a_town(const Route& route) { return route.pattern.find(kTenant) != std::string::npos; }

class AccessMatrix : public DoorOverHttp {
 protected:
  AccessMatrix() { session_ = sign_in_->sessions().start("admin"); }

  RawAnswer ask_route(const Route& route, const std::string& headers, std::string_view town = kTown,
                      const std::string& method = "") {
    return ask(method.empty() ? route.method : method, filled(route.pattern, town), headers);
  }
  /// With a stream, only its head.
  RawAnswer knock(const Route& route, const std::string& headers, std::string_view town) {
    return ask_route(route, headers, town, route.description.operation == "watch" ? "HEAD" : "");
  }
  std::string cookie() const { return "Cookie: vigie=" + session_.id + "\r\n"; }
  std::string token() const { return "X-CSRF-Token: " + session_.csrf_token + "\r\n"; }
  static std::string named(const Route& route) { return route.method + " " + route.pattern; }
  /// Refused, the answer tells nothing, and the audit knows who it was.
  void expect_refused(const Route& route, const std::string& headers, std::string_view town,
                      int status, const std::string& actor) {
    const std::size_t before = heard_.size();
    const RawAnswer answer = ask_route(route, headers, town);
    EXPECT_EQ(answer.status, status) << actor << " " << town << ": " << named(route);
    refusals_[status].insert(answer.body);
    ASSERT_EQ(heard_.size(), before + 1) << actor << ": " << named(route);
    EXPECT_THAT(heard_.back(), HasSubstr(actor + "|" + route.description.operation + "|"));
    EXPECT_THAT(heard_.back(), HasSubstr("|refused " + std::to_string(status)));
  }

  Session session_;
  std::map<int, std::set<std::string>> refusals_;  ///< bodies by status
};

TEST_F(AccessMatrix, OneRouteIsOpenToAnybodyAndEveryOtherHasARow) {
  std::set<std::string> operations;
  for (const Route& route : routes_) {
    const std::string& operation = route.description.operation;
    operations.insert(operation);
    if (operation == "signIn") {
      EXPECT_EQ(route.access, RouteAccess::kPublic);
      continue;
    }
    EXPECT_EQ(route.access, RouteAccess::kSignedIn) << named(route);
    const auto row = kRightOf.find(operation);
    if (row == kRightOf.end()) {
      ADD_FAILURE() << "no row for " << operation << ", " << named(route);
      continue;
    }
    EXPECT_EQ(route.right, row->second) << operation;
  }
  for (const auto& [operation, right] : kRightOf) {
    EXPECT_TRUE(operations.contains(operation)) << "a row without a route: " << operation;
  }
}

TEST_F(AccessMatrix, EveryRoleDoesWhatItMayInItsTownAndNothingInAnother) {
  for (const Role role : kRoles) {
    const std::string name(to_string(role));
    settle(name, {{role == Role::kOperator ? std::string(kEveryTenant) : kTown, {role}}});
  }
  for (const Route& route : routes_) {
    const auto row = kRightOf.find(route.description.operation);
    if (row == kRightOf.end()) {
      continue;
    }
    for (const Role role : kRoles) {
      const std::string name(to_string(role));
      const bool may = rights_of(role).has(row->second);
      const bool is_member = role != Role::kOperator;
      if (is_of_a_town(route)) {
        expect_refused(route, as(name), kOtherTown, 404, name);
        if (!is_member) {
          expect_refused(route, as(name), kTown, 404, name);
        }
      }
      if (!may && (is_member || !is_of_a_town(route))) {
        expect_refused(route, as(name), kTown, 403, name);
      } else if (may && (is_member || !is_of_a_town(route))) {
        const RawAnswer answer = knock(route, as(name), kTown);
        EXPECT_NE(answer.status, 401) << name << ": " << named(route);
        EXPECT_NE(answer.status, 403) << name << ": " << named(route);
        EXPECT_LT(answer.status, 500) << name << ": " << named(route) << answer.body;
      }
    }
  }
  EXPECT_EQ(refusals_[404].size(), 1U) << "the answer tells nothing of what is there";
  EXPECT_EQ(refusals_[403].size(), 1U);
}

TEST_F(AccessMatrix, ATokenOpensItsTownOnly) {
  ApiToken wanted;
  wanted.name = "script";
  wanted.rights = {Right::kReadMentions};
  wanted.tenants = {kTown};
  wanted.made_at = clock_.now();
  wanted.expires_at = clock_.now() + std::chrono::days(30);
  const std::string bearer =
      "Authorization: Bearer " + accounts_->make_token(wanted).value() + "\r\n";
  for (const Route& route : routes_) {
    const auto row = kRightOf.find(route.description.operation);
    if (row == kRightOf.end()) {
      continue;
    }
    if (is_of_a_town(route)) {
      expect_refused(route, bearer, kOtherTown, 404, "script");
    }
    if (row->second == Right::kReadMentions) {
      EXPECT_NE(knock(route, bearer, kTown).status, 403) << named(route);
    } else if (row->second != Right::kSignedIn) {
      expect_refused(route, bearer, kTown, 403, "script");
    }
  }
  clock_.advance(std::chrono::days(31));
  for (const Route& route : routes_) {
    if (kRightOf.contains(route.description.operation)) {
      expect_refused(route, bearer, kTown, 401, "");
    }
  }
  EXPECT_EQ(refusals_[404].size(), 1U);
}

TEST_F(AccessMatrix, NobodyGetsInWithoutBeingSignedIn) {
  const Session expired = sign_in_->sessions().start("admin");
  clock_.advance(std::chrono::hours(3));
  session_ = sign_in_->sessions().start("admin");
  const Session ended = sign_in_->sessions().start("admin");
  sign_in_->sessions().end(ended.id);
  const std::pair<const char*, std::string> kStrangers[] = {
      {"a forged session", "Cookie: vigie=" + std::string(43, 'A') + "\r\n"},
      {"another name's cookie", "Cookie: __Host-vigie=" + session_.id + "\r\n"},
      {"an expired session", headers_of(expired)},
      {"a session that ended", headers_of(ended)},
      {"an empty token", "Authorization: Bearer \r\n"},
      {"a guessed token", "Authorization: Bearer " + std::string(43, 'A') + "\r\n"},
      {"a token that is a session", "Authorization: Bearer " + session_.id + "\r\n"}};
  for (const Route& route : routes_) {
    if (route.access != RouteAccess::kSignedIn) {
      continue;
    }
    const RawAnswer nobody = ask_route(route, "");
    EXPECT_EQ(nobody.status, 401) << named(route);
    refusals_[401].insert(nobody.body);
    for (const auto& [who, headers] : kStrangers) {
      SCOPED_TRACE(who);
      expect_refused(route, headers, kTown, 401, "");
    }
  }
  EXPECT_EQ(refusals_[401].size(), 1U) << "the answer tells nothing of what is there";
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
      SCOPED_TRACE(headers);
      expect_refused(route, headers, kTown, 403, "");
    }
  }
  EXPECT_TRUE(sign_in_->sessions().is_alive(session_.id)) << "nobody signed out";
}

TEST_F(AccessMatrix, ATownThatIsNotThereIsAsAnyOther) {
  std::set<std::string> bodies;
  std::size_t asked = 0;
  for (const Route& route : routes_) {
    if (!is_of_a_town(route)) {
      continue;
    }
    ++asked;
    // Who is everywhere is told that no role of theirs allows it, whatever the town is called.
    const bool may = accounts_->grants("admin").may(*route.right, kTown);
    for (const char* town : {"nulle-part", "TECHNIVILLE", "techniville%00", "%2e%2e", "0", "*"}) {
      const RawAnswer answer = ask_route(route, cookie() + token(), town);
      const bool is_malformed = std::string_view(town) == "techniville%00";
      EXPECT_EQ(answer.status, is_malformed ? 400
                               : may        ? 404
                                            : 403)
          << town << ": " << named(route) << " " << answer.body;
      if (!is_malformed && may) {
        bodies.insert(answer.body);
      }
    }
  }
  EXPECT_GT(asked, 30U);
  EXPECT_EQ(bodies.size(), 1U) << "the answer tells nothing of what is there";
}

}  // namespace
}  // namespace vigie
