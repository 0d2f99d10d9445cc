#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "engine/core/time.h"

namespace vigie {

/// When mentions are due that are played at their original speed: the first one at once, the others
/// as long after it as they were published, divided by a factor. A wait of more than kMaxWait is
/// cut to it, and what follows counts from there: a date far ahead holds nothing up for ever. Any
/// dates do.
class Playback {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::hours kMaxWait{1};

  explicit Playback(std::int64_t speed_factor) : speed_factor_(speed_factor) {}

  /// Not before `now`.
  Moment due_at(Time published, Moment now);

 private:
  std::int64_t speed_factor_;
  std::optional<std::pair<Time, Moment>> from_;  ///< this date is (or was) due at this moment
};

}  // namespace vigie
