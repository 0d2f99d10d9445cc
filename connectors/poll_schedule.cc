#include "connectors/poll_schedule.h"

#include <algorithm>

namespace vigie {
using std::chrono::milliseconds;

PollDecision decide_next_poll(const PollPolicy& policy, const PollState& state,
                              const PollOutcome& outcome, double jitter) {
  PollDecision decision;
  if (outcome.kind == PollOutcome::Kind::kGone) {
    decision.retired = true;
    return decision;
  }
  if (outcome.kind == PollOutcome::Kind::kSuccess) {
    const std::chrono::seconds fresh = outcome.max_age.value_or(std::chrono::seconds(0));
    decision.wait = spread(std::max(policy.interval, fresh), jitter);
  } else {
    decision.state.failures = std::min(state.failures + 1, kMostFailures);
    const auto longest =
        static_cast<double>(wait_after(policy.back_off, decision.state.failures).count());
    decision.wait = milliseconds(static_cast<milliseconds::rep>(longest * (0.5 + 0.5 * jitter)));
  }
  if (outcome.kind == PollOutcome::Kind::kRefusal) {
    decision.wait = std::max(decision.wait, spread(policy.interval, jitter));
  }
  if (outcome.retry_after) {
    decision.wait = std::max(decision.wait, spread(*outcome.retry_after, jitter));
  }
  decision.wait = std::min(decision.wait, spread(policy.longest_interval, jitter));
  return decision;
}

}  // namespace vigie
