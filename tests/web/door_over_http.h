#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/web/town_over_http.h"

namespace vigie {

/// The whole API behind its real gate, two towns, and what the audit hears of it.
class DoorOverHttp : public TownOverHttp {
 protected:
  static constexpr const char* kPassword = "Marronnier-Brouette-37";

  DoorOverHttp() : TownOverHttp({"techniville", "autreville"}) {
    silences_ = Silences::recall(*store_, clock_.now()).value();
    ApiParts own = parts();
    own.silences = silences_.get();
    own.connectors = [] { return std::vector<ConnectorHealth>(); };
    own.rules = [] { return RulesInForce(); };
    own.audit = [this](const AuditEntry& entry) { note(entry); };
    own.data_directory = testing::TempDir() + "/no-audit-here";
    own.coverage = [](TenantId, Time, Time) { return std::optional<double>(); };
    own.emergent = [](TenantId, std::string, Day,
                      Day) -> boost::asio::awaitable<Result<std::string>> {
      co_return fail(ErrorCode::kNotFound, "no study");
    };
    own.rules_desk = [](TenantId, RulesQuestion) -> boost::asio::awaitable<Result<RulesAnswer>> {
      co_return fail(ErrorCode::kNotFound, "no rules");
    };
    own.explore = [](TenantId, ExploreQuestion) -> boost::asio::awaitable<Result<ExploreAnswer>> {
      co_return ExploreAnswer();
    };
    own.town.show = [](TenantId) { return no_settings(); };
    own.town.change = [](TenantId, TownSettings, std::string) { return no_settings(); };
    own.town.look_at_feed = [](TenantId, std::string) { return no_settings(); };
    own.town.try_mail = [](TenantId, std::vector<std::string>) { return no_settings(); };
    std::vector<Route> routes = api_routes(own);
    for (const Route& route : routes) {
      routes_.push_back(route);
      routes_.back().handler = nullptr;
    }
    watcher_.watch(routes);
    server_.emplace(std::move(routes), ServerLimits{}, watcher_.watch(Gate(*sign_in_, {})));
  }

  static TownDesk::Answer no_settings() { co_return TownAnswer{false, "{}"}; }
  void settle(std::string_view name, RolesByTenant roles) {
    ASSERT_TRUE(accounts_->invite(name, std::move(roles)));
    ASSERT_TRUE(accounts_->change_password(name, kPassword));
  }
  static std::string headers_of(const Session& session) {
    return "Cookie: vigie=" + session.id + "\r\nX-CSRF-Token: " + session.csrf_token + "\r\n";
  }
  std::string as(std::string_view account) {
    return headers_of(sign_in_->sessions().start(std::string(account)));
  }
  /// A second passes first: the audit lists one refusal a second.
  RawAnswer ask(const std::string& method, const std::string& path, const std::string& headers,
                const std::string& body = "{}") {
    clock_.advance(std::chrono::seconds(1));
    const bool has_body = method != "GET" && method != "HEAD";
    return server_->ask(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
                            (has_body ? "Content-Type: application/json\r\nContent-Length: " +
                                            std::to_string(body.size()) + "\r\n"
                                      : "") +
                            "\r\n",
                        has_body ? body : "");
  }

  std::vector<Route> routes_;
  std::vector<std::string> heard_;  ///< actor|action|tenant|object|result
  std::unique_ptr<Silences> silences_;

 private:
  void note(const AuditEntry& entry) {
    heard_.push_back(entry.actor + "|" + entry.action + "|" + entry.tenant + "|" + entry.object +
                     "|" + entry.result);
  }
  Auditor watcher_{[this](const AuditEntry& entry) { note(entry); }, clock_};
};

}  // namespace vigie
