#pragma once

#include <cstdint>
#include <vector>

#include "engine/trend/baseline.h"

namespace vigie {

/// What a whole hour's count of mentions usually is.
struct UsualHour {
  Time at{};               ///< its beginning
  double expected = 0;     ///< the baseline's mean; no level of the hours before
  std::uint32_t low = 0;   ///< P(X < low) <= 2.5 %
  std::uint32_t high = 0;  ///< P(X > high) <= 2.5 %
};

/// Of the hours [from, to) since 1970 (UTC). The interval is the central 95 % of the negative
/// binomial that the surprise is measured by (tail.h), with the baseline's hour dispersion.
std::vector<UsualHour> usual_hours(const Baseline& baseline, const TownCalendar& town,
                                   std::uint32_t from, std::uint32_t to);

}  // namespace vigie
