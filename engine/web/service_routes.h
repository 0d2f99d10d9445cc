#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/metrics/metrics.h"
#include "engine/web/router.h"

namespace vigie {

/// What the service's own addresses need; all called on the web thread.
struct ServiceParts {
  static constexpr std::size_t kMaxPushBytes = 16 << 20;

  const Metrics& metrics;
  /// Nothing if the process works; else why not, for a person.
  std::function<std::optional<std::string>()> why_not_live;
  /// Nothing if it can take mentions and answer; else why not: starting, draining, disk full.
  std::function<std::optional<std::string>()> why_not_ready;
  /// Hands a push to its connector, which checks the sender itself. 404 for an unknown one.
  std::function<boost::asio::awaitable<Response>(std::string connector, Request)> push;
};

/// What operators ask: /metrics, /health/live, /health/ready.
std::vector<Route> operations_routes(const ServiceParts& parts);

/// Where sources push: /hooks/{connector}.
Route push_route(const ServiceParts& parts);

}  // namespace vigie
