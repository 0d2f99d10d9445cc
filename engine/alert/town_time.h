#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// A moment as the clocks of a town show it. A zone that the system does not know is told in UTC,
/// and said so.
struct TownTime {
  std::chrono::sys_days day;  ///< the date on its calendar, not a moment
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  int minute_of_day = 0;
  std::string_view suffix;  ///< " UTC" where the zone is not known
};
TownTime town_time(const std::string& zone, Time time);

/// The date on the town's calendar, as a number of days.
Day town_today(const std::string& zone, Time now);

/// "2026-10-14"
std::string date_of(std::chrono::sys_days day);
/// "08:42", with the suffix.
std::string clock_of(const std::string& zone, Time time);

/// When the town's clocks show that day and minute. Where summer time leaves it out or shows it
/// twice: within an hour of it.
Time moment_of(const std::string& zone, std::chrono::sys_days day, int minute_of_day);

}  // namespace vigie
