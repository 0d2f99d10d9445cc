#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/access/audit_trail.h"
#include "engine/core/clock.h"
#include "engine/web/router.h"
#include "engine/web/server.h"

namespace vigie {

/// Sees to it that the audit trail hears of whatever changes something through a route that asks
/// who is calling, and of whom the gate turned away. The action is the route's operation, the
/// object its parameters and what the handler says was made. One thread.
class Auditor {
 public:
  using Write = std::function<void(const AuditEntry&)>;
  /// `clock` outlives it.
  Auditor(Write write, const Clock& clock) : write_(std::move(write)), clock_(clock) {}

  /// Those of `routes` that change something; it outlives them.
  void watch(std::vector<Route>& routes);
  /// Whom `gate` refuses although they hold something out, or want to change something. One entry a
  /// second: a flood is counted, not written down. It outlives the gate.
  Server::Gate watch(Server::Gate gate);

 private:
  void refused(const Route& route, const Request& request, const Response& response);

  Write write_;
  const Clock& clock_;
  Time last_refusal_{};
  std::uint64_t unlisted_ = 0;
};

}  // namespace vigie
