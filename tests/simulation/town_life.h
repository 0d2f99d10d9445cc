#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/trend/town_calendar.h"

namespace vigie {

/// What happens to a made-up town, and what its people write: the truth that detectors are held
/// against. Everything follows from the seed.
///
/// How many write in a minute is Poisson of a rate that is the product of
///   the hour of the week (nights, mornings, evenings; Saturday's market; calm Sundays);
///   public holidays (Sundays) and school holidays (four fifths);
///   the town's mood: log-normal, reverting with a time constant of 3 h (the over-dispersion);
///   its drift: log-normal, over weeks;
///   festivals (a weekend of each month, up to 2.2 times, building up over 3 h) and match evenings
///   (every other week, 1.7 times, within 45 minutes);
/// and of replies: every sixth mention starts a conversation of a few people within the hour. A
/// crisis adds its own rate.
enum class Shape : std::uint8_t {
  kStep,   ///< at once, two hours
  kBurst,  ///< at once, halved every 40 minutes
  kRamp,   ///< linear within 10 minutes, two hours
  kWave,   ///< logistic, doubling every 3 minutes at first, three hours
};
inline constexpr std::array<const char*, 4> kShapeNames = {"step", "burst", "ramp", "wave"};
inline constexpr std::array<const char*, 3> kSizeNames = {"small", "medium", "large"};

struct Crisis {
  Shape shape = Shape::kStep;
  std::size_t size = 0;  ///< in kSizeNames
  double peak_per_hour = 0;
  Time first{};  ///< its first mention may come
  /// From here on it runs at half of its peak or more: people start to wait for an alert.
  Time onset{};
  Time over{};  ///< below a twentieth of its peak

  double rate(Time at) const;  ///< per hour
};

struct TownPlan {
  const char* name = "";
  double per_hour = 1;       ///< on average
  double mood_spread = 0.4;  ///< σ of the logarithm
  bool has_crises = true;
};

struct Said {
  Time at{};
  std::uint64_t author = 0;
};

struct TownLife {
  TownCalendar clock;
  Time begin{}, watched_from{}, end{};  ///< eight weeks to learn, then the months that count
  std::vector<Crisis> crises;           ///< also while learning
  std::vector<Said> said;               ///< by time
};

TownLife live(const TownPlan& plan, Time begin, std::uint32_t months, std::uint64_t seed);

}  // namespace vigie
