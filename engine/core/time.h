#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// A moment, UTC, in microseconds since 1970.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using std::chrono::microseconds;

/// Days since 1970-01-01 (UTC): the middle part of every mention's key. Earlier: 0.
using Day = std::uint32_t;

inline Day day_of(Time time) {
  return static_cast<Day>(
      std::chrono::floor<std::chrono::days>(std::max(time, Time{})).time_since_epoch().count());
}
/// Hours since 1970-01-01T00 (UTC): the bucket of a rollup. Earlier: 0.
inline std::uint32_t hour_of(Time time) {
  return static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::hours>(std::max(time, Time{})).time_since_epoch().count());
}

/// RFC 3339 ("2026-10-14T06:13:50.25Z", "+02:00" offsets, a missing offset read as UTC, "+0000"
/// accepted); nothing if it is not one or lies outside the years 1970..9999.
std::optional<Time> parse_time(std::string_view text);

/// "2026-10-14T06:13:50Z", with ".250" only when there are milliseconds.
std::string format_time(Time time);

/// How far the clocks of `zone` ("Europe/Paris") are ahead of UTC at `time`. By the rule that the
/// zone's file in the system's zoneinfo ends with: the one in force when the zone was first asked
/// for, applied to every year. Nothing if there is no such zone. Any thread.
std::optional<std::chrono::seconds> utc_offset(const std::string& zone, Time time);

}  // namespace vigie
