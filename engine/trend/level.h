#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vigie {

/// How much more (or less) is said these hours than at this hour of the week usually: the ratio of
/// two exponentially weighted sums, half-life kHalfLifeSteps, drawn to 1 by kPrior mentions and
/// kept within 1 / kMost and kMost. It is told of a step kGapSteps later only: a crisis that breaks
/// does not raise what is expected in its first half hour, a festival that builds up over hours
/// does.
class Level {
 public:
  static constexpr std::uint32_t kHalfLifeSteps = 18, kGapSteps = 6;  ///< of 5 minutes
  static constexpr double kPrior = 5, kMost = 4;

  /// The next step; one `aside` (of an incident) only lets the others fade.
  void add(double count, double expected, bool aside = false) {
    static const double kKept = std::exp2(-1.0 / kHalfLifeSteps);
    said_ = kKept * said_ + (aside ? 0 : count);
    expected_ = kKept * expected_ + (aside ? 0 : expected);
  }
  double value() const {
    return std::clamp((kPrior + said_) / (kPrior + expected_), 1 / kMost, kMost);
  }

 private:
  double said_ = 0, expected_ = 0;
};

}  // namespace vigie
