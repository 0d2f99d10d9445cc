#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "connectors/back_off.h"

namespace vigie {

/// What the configuration says about how often to ask a source.
struct PollPolicy {
  std::chrono::seconds interval{300};             ///< between two polls that succeed
  std::chrono::seconds longest_interval{86'400};  ///< whatever the source asks for
  BackOff back_off{std::chrono::seconds(30), std::chrono::hours(1)};
};

/// What one poll came to.
struct PollOutcome {
  enum class Kind : std::uint8_t {
    kSuccess,  ///< new or unchanged
    kFailure,  ///< no answer, or one that says try again (408, 429, 5xx)
    kRefusal,  ///< an answer that will hardly change by asking again (401, 403, 404, too large)
    kGone,     ///< 410: never again
  };
  Kind kind = Kind::kSuccess;
  std::optional<std::chrono::seconds> retry_after;  ///< the source's own word
  std::optional<std::chrono::seconds> max_age;      ///< how long it calls its answer fresh
};

/// What the schedule remembers of a source.
struct PollState {
  std::uint32_t failures = 0;  ///< in a row
};

struct PollDecision {
  PollState state;
  bool retired = false;               ///< never poll again
  std::chrono::milliseconds wait{0};  ///< until the next poll
};

/// When to poll next. Pure: `jitter` in [0, 1) is chance handed in.
///
/// Success: the interval, or max-age if that is longer, and up to a tenth more, so that a thousand
/// feeds do not fall due together. Failure: between half and all of the doubling back-off. Refusal:
/// like a failure, but at least the interval. Retry-After is obeyed on any of these: never earlier,
/// up to a tenth later. No wait is longer than longest_interval and a tenth.
PollDecision decide_next_poll(const PollPolicy& policy, const PollState& state,
                              const PollOutcome& outcome, double jitter);

}  // namespace vigie
