#include "connectors/poll_schedule.h"

#include <algorithm>

namespace vigie {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kMostFailures = 1'000;
constexpr double kSpread = 0.1;

milliseconds scaled(milliseconds time, double factor) {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * factor));
}

/// first, 2 first, 4 first, … up to longest.
seconds back_off(const PollPolicy& policy, std::uint32_t failures) {
  seconds wait = policy.first_back_off;
  for (std::uint32_t i = 1; i < failures && wait < policy.longest_back_off; ++i) {
    wait *= 2;
  }
  return std::min(wait, policy.longest_back_off);
}

}  // namespace

PollDecision decide_next_poll(const PollPolicy& policy, const PollState& state,
                              const PollOutcome& outcome, double jitter) {
  PollDecision decision;
  if (outcome.kind == PollOutcome::Kind::kGone) {
    decision.retired = true;
    return decision;
  }
  const double later = 1.0 + kSpread * jitter;
  if (outcome.kind == PollOutcome::Kind::kSuccess) {
    decision.wait = scaled(std::max(policy.interval, outcome.max_age.value_or(seconds(0))), later);
  } else {
    decision.state.failures = std::min(state.failures + 1, kMostFailures);
    decision.wait = scaled(back_off(policy, decision.state.failures), 0.5 + 0.5 * jitter);
  }
  if (outcome.kind == PollOutcome::Kind::kRefusal) {
    decision.wait = std::max(decision.wait, scaled(policy.interval, later));
  }
  if (outcome.retry_after) {
    decision.wait = std::max(decision.wait, scaled(*outcome.retry_after, later));
  }
  decision.wait = std::min(decision.wait, scaled(policy.longest_interval, later));
  return decision;
}

}  // namespace vigie
