#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

#include "engine/access/accounts.h"
#include "engine/access/audit_trail.h"
#include "engine/access/sign_in.h"
#include "engine/app/control.h"
#include "engine/app/directory_client.h"
#include "engine/app/emergent_desk.h"
#include "engine/app/engine.h"
#include "engine/app/explore_desk.h"
#include "engine/app/privacy_files.h"
#include "engine/app/public_weeks.h"
#include "engine/app/rules_desk.h"
#include "engine/app/settings_desk.h"
#include "engine/web/action_pages.h"
#include "engine/web/api.h"
#include "engine/web/auditor.h"
#include "engine/web/gate.h"
#include "engine/web/live_feed.h"
#include "engine/web/public_routes.h"
#include "engine/web/router.h"
#include "engine/web/server.h"

namespace vigie {

/// The engine's face: HTTP server, API, screens, pushes, on one thread of its own.
class WebSide {
 public:
  /// The account and token made at the first start, for whoever installs Vigie: a file in the data
  /// folder that only its owner may read. To be deleted once read.
  static constexpr const char* kFirstSignIn = "first-sign-in.yaml";
  /// How long the audit trail is kept: as the CNIL has it of logs, a year at most (deliberation
  /// 2021-122).
  static constexpr std::chrono::days kAuditKept{365};

  /// Makes the first account if there is none; asks `engine` to tell what becomes visible, so it is
  /// made before the engine starts. All parts outlive it.
  static Result<std::unique_ptr<WebSide>> make(Engine& engine, Log& log);
  ~WebSide();

  /// Takes the port (and the operators', if they have one of their own) and gives it. Whoever calls
  /// waits until start().
  Result<std::uint16_t> listen();
  /// The operators' own port, once listen() took it.
  std::optional<std::uint16_t> operations_port() const { return operations_port_; }
  /// Starts answering.
  void start();
  /// The thread that must go on between start() and stop().
  Watchdog::Thread thread();
  /// No new requests; those under way end, within the server's drain timeout. Idempotent.
  void stop();

 private:
  WebSide(Engine& engine, std::unique_ptr<Accounts> accounts, std::unique_ptr<AuditTrail> trail,
          Log& log);
  void add_routes();
  ApiParts api_parts();
  ActionParts action_parts();
  PublicParts public_parts();
  boost::asio::awaitable<Result<std::string>> show_public(
      std::pair<TenantId, std::string> what, std::function<Result<std::string>()> count);
  DirectoryParts directory_parts();
  std::vector<ConnectorHealth> connectors() const;
  RulesInForce rules_in_force() const;
  std::vector<std::string> workers(std::string_view tenant);
  boost::asio::awaitable<Response> push(std::string connector, Request request);
  boost::asio::awaitable<bool> change(std::function<void(Store&)> apply);
  void write_audit(const AuditEntry& entry);
  boost::asio::awaitable<void> expire_audit();
  void recall_stories();
  boost::asio::awaitable<std::optional<CounterReceipt>> record(TenantId tenant, CounterEntry entry);
  /// Has `work` done where it may take long, after what waits there already; kFull: too much does.
  template <class Answer>
  boost::asio::awaitable<Result<Answer>> aside(std::function<Result<Answer>()> work);
  boost::asio::awaitable<ControlWords> control(ControlWords words);
  boost::asio::awaitable<Result<std::string>> erase(TenantId tenant, AuthorWanted wanted,
                                                    ErasureKind kind);
  boost::asio::awaitable<Result<std::string>> access_file(TenantId tenant, AuthorWanted wanted);
  boost::asio::awaitable<Result<std::string>> evidence(MentionRef ref, std::string by);
  PrivacyParts privacy_parts() const;
  ControlWords receipt(TenantId tenant, const std::string& number) const;
  boost::asio::awaitable<Result<std::string>> emergent(TenantId tenant, std::string group,
                                                       Day first, Day last);
  boost::asio::awaitable<Result<WeeklySample>> draw_sample(TenantId tenant, IsoWeek week,
                                                           std::string by);
  boost::asio::awaitable<Result<RulesAnswer>> rules(TenantId tenant, RulesQuestion question);
  boost::asio::awaitable<Result<ExploreAnswer>> explore(TenantId tenant, ExploreQuestion question);
  boost::asio::awaitable<Result<ReplyThread>> thread(MentionRef of);
  TownDesk town_desk();
  TownDesk::Answer look_at_feed(std::string url);
  void count_refusal(std::string_view connector, unsigned status);

  Engine& engine_;
  Log& log_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<AuditTrail> trail_;
  SignIn sign_in_;
  PublicSide side_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
  LiveFeed feed_;
  std::unique_ptr<DirectoryClient> directory_;  ///< null: no directory is configured
  Auditor auditor_;
  Control control_;
  Router router_, operations_router_;
  std::unique_ptr<Server> server_, operations_server_;
  std::optional<std::uint16_t> operations_port_;
  std::atomic<bool> draining_{false};
  Pulse pulse_;
  std::jthread thread_;
  EmergentDesk emergent_desk_;
  PublicWeeks public_weeks_;  ///< on the aside thread
  /// What the public was shown today, by town and week; "": the list. With the two below on the web
  /// thread; at most PublicWeeks::kWeeks + 1 a town.
  std::map<std::pair<TenantId, std::string>, std::string> shown_;
  Day shown_on_ = 0;
  bool public_waits_ = false;
  RulesDesk rules_desk_;  ///< on the aside thread
  ExploreDesk explore_desk_;
  SettingsDesk settings_desk_;     ///< on the aside thread
  std::size_t waiting_aside_ = 0;  ///< on the web thread
  boost::asio::thread_pool aside_{1};
};

}  // namespace vigie
