#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

/// One day of a control chart.
struct DriftPoint {
  double x = 1, z = 1;          ///< the day's count against the usual, smoothed
  double lower = 1, upper = 1;  ///< limits of z
  bool is_out = false;
};

/// The exponentially weighted moving average chart of S. W. Roberts (Technometrics 1, 1959), for
/// change that is too slow to surprise anybody: Z_t = λ x_t + (1 - λ) Z_{t-1}, limits
/// μ ± L σ √(λ / (2 - λ) · (1 - (1 - λ)^{2t})).
struct DriftChart {
  static constexpr double kLambda = 0.2, kL = 2.8;
  double mean = 1, deviation = 1;  ///< μ, σ of x; Z_0 = μ

  std::vector<DriftPoint> draw(std::span<const double> x) const;
};

/// Days of a past and of a period, Monday = 0.
struct DayCount {
  std::uint32_t weekday = 0;
  double count = 0;
};
/// Each day of `period` against the median of the same weekday in `past`; μ is 1, σ is 1.4826
/// times the median absolute deviation of the past's own ratios, at least that of a Poisson count.
/// Empty if `past` has fewer than three days of some weekday.
std::vector<DriftPoint> drift(std::span<const DayCount> past, std::span<const DayCount> period);

}  // namespace vigie
