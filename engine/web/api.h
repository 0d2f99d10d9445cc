#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/audit_trail.h"
#include "engine/access/author_identity.h"
#include "engine/access/erasure_journal.h"
#include "engine/access/sign_in.h"
#include "engine/alert/policy.h"
#include "engine/alert/silence.h"
#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/disclosure.h"
#include "engine/core/pack_summary.h"
#include "engine/core/tenant.h"
#include "engine/core/usage.h"
#include "engine/guidance/card.h"
#include "engine/quality/weekly_sample.h"
#include "engine/store/store.h"
#include "engine/web/explore.h"
#include "engine/web/gate.h"
#include "engine/web/kpis.h"
#include "engine/web/live_feed.h"
#include "engine/web/reply_thread.h"
#include "engine/web/router.h"
#include "engine/web/store_change.h"
#include "engine/web/town_desk.h"

namespace vigie {

struct ConnectorHealth {
  std::string id, type;
  ConnectorStatus::Snapshot status;
  SourceDisclosure disclosure;
  TrafficMeter::Reading traffic;  ///< since the engine started
  /// Of a private one (a town's counter): ids of the towns that may see it. Empty: all may.
  std::vector<std::string> private_to = {};
};

struct RulesInForce {
  std::string ruleset, model;
  Time loaded_at{};
  std::vector<PackSummary> packs;
};

/// The `source` of what is written down at a counter.
inline constexpr std::string_view kCounterSource = "accueil";

/// What somebody wrote down, and what was done with it.
struct CounterEntry {
  std::string mention;  ///< canonical, one line
  std::string channel, id, account;
};
struct CounterReceipt {
  std::uint32_t kept = 0, known = 0;
};
/// The towns' counters (connectors/counter.h).
struct Counters {
  std::function<bool(TenantId)> is_open = [](TenantId) { return false; };
  /// Resumes once the entry is durable; nothing if the engine is busy. Only of an open one.
  std::function<boost::asio::awaitable<std::optional<CounterReceipt>>(TenantId, CounterEntry)>
      record = {};
};

/// What the rules' screen asks for, of one town.
struct RulesQuestion {
  enum class Act : std::uint8_t { kShow, kCheck, kPreview, kPublish, kHistory, kVersion, kRestore };
  Act act = Act::kShow;
  std::string text = {};             ///< check, preview, publish: what is to be the own pack
  std::string base = {};             ///< publish: the hash of the text that was edited
  std::string reason = {}, by = {};  ///< publish, restore
  std::uint64_t number = 0;          ///< version, restore
  Day days = 7;                      ///< preview
};
struct RulesAnswer {
  bool has_problems = false;  ///< publish, restore: nothing was changed; `body` says why
  std::string body;           ///< JSON
  std::string made = {};      ///< for the audit
};

/// What the law lets people ask for. All but `describe` may take long, beside the web thread.
/// kInvalidInput, kNotFound and kRefused are about what was asked; kFull: too much waits.
struct PrivacyDesk {
  using Answer = boost::asio::awaitable<Result<std::string>>;
  /// The erasure's number, once nobody sees anything of the author any more.
  std::function<Answer(TenantId, AuthorWanted, ErasureKind)> erase = {};
  /// A receipt as JSON, finished or not.
  std::function<std::string(const Store::Receipt&)> describe = {};
  /// Everything that is kept on an author, as JSON.
  std::function<Answer(TenantId, AuthorWanted)> access = {};
  /// A mention's evidence file (zip), for a complaint, as `by` asked for it.
  std::function<Answer(MentionRef, std::string by)> evidence = {};
};

/// What the API answers from. Everything outlives the routes; all of it is used on the web thread.
struct ApiParts {
  Store& store;
  SignIn& sign_in;
  LiveFeed& feed;
  const Clock& clock;
  const std::vector<Tenant>& tenants;      ///< TenantId = position
  std::vector<std::string> connector_ids;  ///< by Record::connector
  std::function<std::vector<ConnectorHealth>()> connectors;
  std::function<RulesInForce()> rules;
  PublicSide side;
  ChangeStore change = {};
  /// Whom a tenant's work can be assigned to.
  std::function<std::vector<std::string>(TenantId)> accounts = [](TenantId) {
    return std::vector<std::string>();
  };
  Silences* silences = nullptr;
  const AlertPolicy* policy = nullptr;  ///< null: nobody has a budget of messages
  /// Of what no Auditor sees: signing in.
  std::function<void(const AuditEntry&)> audit = [](const AuditEntry&) {};
  /// Everything the engine counts, as Prometheus reads it.
  std::function<std::string()> metrics = {};
  std::string data_directory = {};  ///< where the audit trail lies
  std::shared_ptr<KpiReader> kpis = std::make_shared<KpiReader>(store, tenants);
  Counters counter = {};
  PrivacyDesk privacy = {};
  /// Which share of the time the tenant's sources were seen, from 0 to 1; nothing: not known.
  std::function<std::optional<double>(TenantId, Time from, Time to)> coverage = {};
  /// The study of emerging needs of the days [first, last] as JSON; of `group`, if it is not empty,
  /// the rule draft. kNotFound: there is no such group; kFull: too many studies wait.
  std::function<boost::asio::awaitable<Result<std::string>>(TenantId, std::string group, Day first,
                                                            Day last)>
      emergent = {};
  /// The argument cards in force.
  std::function<std::shared_ptr<const CardBook>()> cards = [] {
    return std::make_shared<const CardBook>();
  };
  /// Draws the sample of a week that is over; kFull: too many studies wait. See SampleBook::draw.
  std::function<boost::asio::awaitable<Result<WeeklySample>>(TenantId, IsoWeek, std::string by)>
      draw_sample = {};
  /// Takes up to seconds, beside the web thread. kRefused: somebody else changed it meanwhile;
  /// kNotFound: no such version; kFull: too much waits.
  std::function<boost::asio::awaitable<Result<RulesAnswer>>(TenantId, RulesQuestion)> rules_desk =
      {};
  TownDesk town = {};
  /// As rules_desk. kNotFound: there is no such mention.
  std::function<boost::asio::awaitable<Result<ReplyThread>>(MentionRef)> thread = {};
  /// As rules_desk. See explore.h.
  std::function<boost::asio::awaitable<Result<ExploreAnswer>>(TenantId, ExploreQuestion)> explore =
      {};
};

/// Every route under /api/v1 but the description of them all (openapi.h).
std::vector<Route> api_routes(const ApiParts& parts);

}  // namespace vigie
