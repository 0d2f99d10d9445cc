#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/access/sign_in.h"
#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/pack_summary.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"
#include "engine/web/gate.h"
#include "engine/web/live_feed.h"
#include "engine/web/router.h"

namespace vigie {

struct ConnectorHealth {
  std::string id, type;
  ConnectorStatus::Snapshot status;
};

struct RulesInForce {
  std::string ruleset, model;
  Time loaded_at{};
  std::vector<PackSummary> packs;
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
  /// Resumes once the correction is durable: false if there is no such mention, nothing if too many
  /// wait.
  std::function<boost::asio::awaitable<std::optional<bool>>(MentionRef, Correction)> correct = {};
  /// The study of emerging needs of the days [first, last] as JSON; of `group`, if it is not empty,
  /// the rule draft. kNotFound: there is no such group; kFull: too many studies wait.
  std::function<boost::asio::awaitable<Result<std::string>>(TenantId, std::string group, Day first,
                                                            Day last)>
      emergent = {};
};

/// Every route under /api/v1 but the description of them all (openapi.h).
std::vector<Route> api_routes(const ApiParts& parts);

}  // namespace vigie
