#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/trend/baseline.h"
#include "engine/trend/level.h"
#include "engine/trend/recent_volume.h"

namespace vigie {

/// How unusual the volume is at a moment.
struct Surprise {
  Time at{};
  std::uint32_t window_minutes = 60;  ///< the most surprising of Baseline::kWindows
  std::uint32_t count = 0;            ///< in it
  double expected = 0;                ///< in it, level included
  double dispersion = 0;              ///< α: the variance is expected + α · expected²
  double level = 1;                   ///< level.h, of the last hours; quiet ones count as 1
  /// The chance that some window of an hour shows as much where all is as usual: the least chance
  /// of the three that end now, times the kTestsPerHour windows that end in an hour, one of each
  /// length in every step (Bonferroni), at most 1.
  double p = 1;
  static constexpr double kTestsPerHour = kStepsPerHour * Baseline::kWindows.size();
  std::uint32_t authors = 0;  ///< different ones, in it
  bool is_warm = false;       ///< else p says nothing: fixed thresholds hold

  bool operator==(const Surprise&) const = default;
};

/// What is usual in the last hour before a moment. Good for the step of that moment.
struct UsualNow {
  /// Of the current step (whole) and the ones before, latest first; without level.
  std::array<double, RecentVolume::kAuthorSteps> expected{};
  std::array<double, Baseline::kWindows.size()> dispersions{};
  double level = 1;
};

UsualNow usual_now(const RecentVolume& recent, const Baseline& baseline, const TownCalendar& town);
Surprise measure(const RecentVolume& recent, const Baseline& baseline, const UsualNow& usual);

/// When a surprise is an alert, and when it is over.
struct SurpriseLimits {
  static constexpr double kOpen = 1e-4;   ///< p below
  static constexpr double kClose = 0.05;  ///< p above, for kCalm
  static constexpr std::uint32_t kAuthors = 5;
  static constexpr std::chrono::minutes kCalm{30};
  /// What lasts longer is the new usual.
  static constexpr std::chrono::hours kLongest{24};
  /// Cold start: so many within 30 minutes open, fewer than half of it close.
  static constexpr std::uint32_t kColdCount = 20, kColdWindowSteps = 6;
};

/// Whether `surprise` (with a cold baseline: what `recent` holds) asks for somebody.
bool opens(const Surprise& surprise, const RecentVolume& recent);
bool is_calm(const Surprise& surprise, const RecentVolume& recent);

}  // namespace vigie
