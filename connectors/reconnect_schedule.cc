#include "connectors/reconnect_schedule.h"

#include <algorithm>

namespace vigie {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kMostFailures = 1'000;
constexpr double kSpread = 0.1;

milliseconds grown(const BackOff& back_off, std::uint32_t failures) {
  if (failures == 0) {
    return milliseconds(0);
  }
  milliseconds wait = back_off.first;
  for (std::uint32_t i = 1; i < failures && wait < back_off.longest; ++i) {
    wait += back_off.doubles ? wait : back_off.first;
  }
  return std::min(wait, back_off.longest);
}

milliseconds wait_after(const ReconnectPolicy& policy, StreamEnd::Kind kind,
                        std::uint32_t failures) {
  switch (kind) {
    case StreamEnd::Kind::kCut:
      return grown(policy.network, policy.at_once ? failures - 1 : failures);
    case StreamEnd::Kind::kNetwork:
      return grown(policy.network, failures);
    case StreamEnd::Kind::kHttp:
      return grown(policy.http, failures);
    case StreamEnd::Kind::kLimited:
      return grown(policy.limited, failures);
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
  milliseconds wait = wait_after(policy, end.kind, decision.state.failures);
  wait = std::max(wait, std::min(end.retry_after.value_or(milliseconds(0)), policy.longest));
  wait += milliseconds(
      static_cast<milliseconds::rep>(static_cast<double>(wait.count()) * kSpread * jitter));
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
