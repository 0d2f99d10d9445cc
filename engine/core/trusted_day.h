#pragma once

#include <chrono>
#include <optional>

#include "engine/core/time.h"

namespace vigie {

/// Up to which day what has expired may be removed for good. A clock can go wrong by years; what is
/// removed by it does not come back. So a day that lies further ahead than usual is believed only
/// once the clock has shown about the same for a day of the machine's monotonic time. A service
/// that was off for longer than a weekend therefore removes what has expired a day later.
class TrustedDay {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  static constexpr Day kUsualGapDays = 4;
  static constexpr std::chrono::hours kDoubtLasts{24};

  /// `last`: the day it was when something was last removed; nothing: never yet.
  explicit TrustedDay(std::optional<Day> last) : last_(last) {}

  static bool is_doubtful(Day today, std::optional<Day> last);

  /// `today`; nothing while it is doubted.
  std::optional<Day> look(Day today, Moment now);
  /// The day that is doubted since the last look() that gave nothing.
  std::optional<Day> doubted() const { return doubted_; }

 private:
  std::optional<Day> last_, doubted_;
  Moment since_{};
};

}  // namespace vigie
