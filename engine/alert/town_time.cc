#include "engine/alert/town_time.h"

#include <cstdio>
#include <optional>

namespace vigie {

TownTime town_time(const std::string& zone, Time time) {
  const std::optional<std::chrono::seconds> offset = utc_offset(zone, time);
  const Time shown = time + offset.value_or(std::chrono::seconds(0));
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(shown - day);
  return {day, day, std::chrono::weekday(day), static_cast<int>(minutes.count()),
          offset ? "" : " UTC"};
}

Day town_today(const std::string& zone, Time now) {
  return static_cast<Day>(town_time(zone, now).day.time_since_epoch().count());
}

std::string date_of(std::chrono::sys_days day) { return format_time(day).substr(0, 10); }

std::string clock_of(const std::string& zone, Time time) {
  const TownTime at = town_time(zone, time);
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d", at.minute_of_day / 60, at.minute_of_day % 60);
  return text + std::string(at.suffix);
}

Time moment_of(const std::string& zone, std::chrono::sys_days day, int minute_of_day) {
  const Time shown = Time(day) + std::chrono::minutes(minute_of_day);
  const auto offset_at = [&](Time time) {
    return utc_offset(zone, time).value_or(std::chrono::seconds(0));
  };
  return shown - offset_at(shown - offset_at(shown));
}

}  // namespace vigie
