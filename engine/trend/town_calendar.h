#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "engine/core/time.h"
#include "engine/store/store.h"
#include "engine/trend/calendar.h"

namespace vigie {

/// So many 5-minute steps since 1970 (UTC): the finest grain of rollups.
using Step = std::uint32_t;
inline constexpr std::chrono::minutes kStep{5};
inline constexpr std::uint32_t kStepsPerHour = 12, kStepsPerDay = 288;
inline Step step_of(Time time) { return bucket_of(RollupGrain::kFiveMinutes, time); }
inline Time start_of(Step step) { return Time(step * microseconds(kStep)); }

/// What kind of hour it is for the people of a town.
struct HourKind {
  /// Hour of the week, local, Monday 00 h = 0; a public holiday is lived like a Sunday.
  std::uint32_t slot = 0;
  School school = School::kUnknown;
  bool public_holiday = false;
};
inline constexpr std::uint32_t kSlots = 168;

/// The clocks and holidays of one town. Remembers the zone's offsets of the days it was asked for:
/// one per thread.
class TownCalendar {
 public:
  explicit TownCalendar(std::string zone = "Europe/Paris", SchoolZone schools = SchoolZone::kNone)
      : zone_(std::move(zone)), schools_(schools) {}

  /// UTC if the system does not know the zone.
  Time local(Time time) const;
  HourKind kind_of(Time time) const;

 private:
  static constexpr std::size_t kMaxDays = 512;  ///< remembered; then it begins afresh

  std::string zone_;
  SchoolZone schools_;
  /// Offset at a day's beginning and at its end.
  mutable std::map<Day, std::pair<std::chrono::seconds, std::chrono::seconds>> offsets_;
};

}  // namespace vigie
