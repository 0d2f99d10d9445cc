#include "engine/trend/surprise.h"

#include <algorithm>

#include "engine/trend/tail.h"

namespace vigie {
namespace {

/// Of the current step so much has passed; never nothing.
double passed_share(Time now) {
  const double seconds = std::chrono::duration<double>(now - start_of(step_of(now))).count();
  return std::max(seconds, 10.0) / std::chrono::duration<double>(kStep).count();
}

using Expected = std::array<double, RecentVolume::kSteps>;

}  // namespace

UsualNow usual_now(const RecentVolume& recent, const Baseline& baseline, const TownCalendar& town) {
  Expected expected{};
  baseline.expect_steps(town, step_of(recent.now()), expected);
  UsualNow usual;
  std::copy_n(expected.begin(), usual.expected.size(), usual.expected.begin());
  for (std::size_t window = 0; window < usual.dispersions.size(); ++window) {
    usual.dispersions[window] = baseline.dispersion(town, window, recent.now());
  }
  Level level;
  for (std::uint32_t back = RecentVolume::kSteps; back-- > Level::kGapSteps;) {
    level.add(recent.count(back), expected[back], recent.is_aside(back));
  }
  usual.level = std::max(level.value(), 1.0);
  return usual;
}

Surprise measure(const RecentVolume& recent, const Baseline& baseline, const UsualNow& usual) {
  Surprise most;
  most.at = recent.now();
  most.level = usual.level;
  most.is_warm = baseline.is_warm();
  const double passed = passed_share(recent.now());
  double least = 2;
  for (std::size_t window = 0; window < Baseline::kWindows.size(); ++window) {
    const std::uint32_t steps = Baseline::kWindows[window];
    double expected = usual.expected[0] * passed;
    for (std::uint32_t back = 1; back < steps; ++back) {
      expected += usual.expected[back];
    }
    expected *= usual.level;
    const std::uint32_t count = recent.sum(steps);
    const double p = count > expected ? count_tail(count, expected, usual.dispersions[window]) : 1;
    if (p < least) {
      least = p;
      most.window_minutes = steps * static_cast<std::uint32_t>(kStep.count());
      most.count = count;
      most.expected = expected;
      most.dispersion = usual.dispersions[window];
    }
  }
  most.p = std::min(least * Surprise::kTestsPerHour, 1.0);
  most.authors = recent.authors(most.window_minutes / static_cast<std::uint32_t>(kStep.count()));
  return most;
}

bool opens(const Surprise& surprise, const RecentVolume& recent) {
  if (!surprise.is_warm) {
    return recent.sum(SurpriseLimits::kColdWindowSteps) >= SurpriseLimits::kColdCount &&
           recent.authors(SurpriseLimits::kColdWindowSteps) >= SurpriseLimits::kAuthors;
  }
  return surprise.p < SurpriseLimits::kOpen && surprise.authors >= SurpriseLimits::kAuthors;
}

bool is_calm(const Surprise& surprise, const RecentVolume& recent) {
  return surprise.is_warm
             ? surprise.p > SurpriseLimits::kClose
             : recent.sum(SurpriseLimits::kColdWindowSteps) < SurpriseLimits::kColdCount / 2;
}

}  // namespace vigie
