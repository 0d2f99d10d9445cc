#include "engine/trend/usual_hours.h"

#include <array>
#include <numeric>

#include "engine/trend/tail.h"

namespace vigie {
namespace {

constexpr double kOutside = 0.025;
constexpr std::size_t kHourWindow = 2;  // of Baseline::kWindows
static_assert(Baseline::kWindows[kHourWindow] == kStepsPerHour);

/// The least count whose tail P(X >= count) is at most `chance`; the tail falls with the count.
std::uint32_t least_count(double chance, double mean, double dispersion) {
  std::uint32_t above = 1;
  while (count_tail(above, mean, dispersion) > chance) {
    above *= 2;
  }
  std::uint32_t below = above / 2;  // its tail is too heavy, or it is 0
  while (above - below > 1) {
    const std::uint32_t middle = below + (above - below) / 2;
    (count_tail(middle, mean, dispersion) > chance ? below : above) = middle;
  }
  return above;
}

}  // namespace

std::vector<UsualHour> usual_hours(const Baseline& baseline, const TownCalendar& town,
                                   std::uint32_t from, std::uint32_t to) {
  std::vector<UsualHour> hours;
  hours.reserve(to - from);
  for (std::uint32_t hour = from; hour < to; ++hour) {
    UsualHour usual;
    usual.at = Time(std::chrono::hours(hour));
    std::array<double, kStepsPerHour> steps{};
    baseline.expect_steps(town, (hour + 1) * kStepsPerHour - 1, steps);
    usual.expected = std::accumulate(steps.begin(), steps.end(), 0.0);
    if (usual.expected > 0) {
      const double dispersion = baseline.dispersion(town, kHourWindow, usual.at);
      usual.high = least_count(kOutside, usual.expected, dispersion) - 1;
      // P(X < low) <= 2.5 %: the count before the first whose tail is below 97.5 %.
      usual.low = least_count(1 - kOutside, usual.expected, dispersion) - 1;
    }
    hours.push_back(usual);
  }
  return hours;
}

}  // namespace vigie
