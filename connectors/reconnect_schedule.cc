#include "connectors/reconnect_schedule.h"

#include <algorithm>

namespace vigie {
namespace {

using std::chrono::milliseconds;

milliseconds own_wait(const ReconnectPolicy& policy, StreamEnd::Kind kind, std::uint32_t failures) {
  switch (kind) {
    case StreamEnd::Kind::kCut:
      return wait_after(policy.network, policy.at_once ? failures - 1 : failures);
    case StreamEnd::Kind::kNetwork:
      return wait_after(policy.network, failures);
    case StreamEnd::Kind::kHttp:
      return wait_after(policy.http, failures);
    case StreamEnd::Kind::kLimited:
      return wait_after(policy.limited, failures);
    case StreamEnd::Kind::kRefused:
      return policy.refused;
  }
  return policy.refused;
}

}  // namespace

ReconnectDecision decide_reconnect(const ReconnectPolicy& policy, const ReconnectState& state,
                                   const StreamEnd& end, Time now, double jitter) {
  ReconnectDecision decision;
  decision.state.last = end.kind;
  // A stream that worked makes up for what went before it.
  const bool goes_on = end.kind == state.last && end.lasted < policy.healthy;
  decision.state.failures = goes_on ? std::min(state.failures + 1, kMostFailures) : 1;
  decision.state.connects = state.connects;
  milliseconds wait = own_wait(policy, end.kind, decision.state.failures);
  wait = std::max(wait, std::min(end.retry_after.value_or(milliseconds(0)), policy.longest));
  wait = spread(wait, jitter);
  if (policy.max_connects > 0) {
    std::vector<Time>& connects = decision.state.connects;
    if (connects.size() >= policy.max_connects) {
      const Time free_at = connects[connects.size() - policy.max_connects] + policy.connects_window;
      wait = std::max(wait, std::chrono::ceil<milliseconds>(free_at - now));
      connects.erase(connects.begin());
    }
    connects.push_back(now + wait);
  }
  decision.wait = wait;
  return decision;
}

}  // namespace vigie
