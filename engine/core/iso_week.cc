#include "engine/core/iso_week.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

Day day_of_date(int year, unsigned month, unsigned day) {
  return static_cast<Day>(
      sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day))
          .time_since_epoch()
          .count());
}

Day monday_of(Day day) { return day - (day + 3) % 7; }  // 1970-01-01 was a Thursday

/// The Monday of a year's first week: the one that holds 4 January.
Day first_monday(int year) { return monday_of(day_of_date(year, 1, 4)); }

bool read(std::string_view text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

year_month_day date_of(Day day) { return year_month_day(sys_days(days(day))); }

}  // namespace

std::optional<IsoWeek> IsoWeek::parse(std::string_view text) {
  IsoWeek week;
  if (text.size() != 8 || text.substr(4, 2) != "-W" || !read(text.substr(0, 4), week.year) ||
      !read(text.substr(6), week.week) || week.year < 1971 || week.week < 1 ||
      of(week.monday()) != week) {
    return std::nullopt;
  }
  return week;
}

IsoWeek IsoWeek::of(Day day) {
  const Day thursday = monday_of(day) + 3;
  const int year = static_cast<int>(date_of(thursday).year());
  return {year, static_cast<int>((monday_of(day) - first_monday(year)) / 7) + 1};
}

std::string IsoWeek::text() const {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-W%02d", year, week);
  return text;
}

Day IsoWeek::monday() const { return first_monday(year) + static_cast<Day>(week - 1) * 7; }

Time start_of_day(Day day, const std::string& zone) {
  const Time midnight(days{day});
  const std::chrono::seconds guess = utc_offset(zone, midnight).value_or(std::chrono::seconds(0));
  return midnight - utc_offset(zone, midnight - guess).value_or(std::chrono::seconds(0));
}

std::string date_text(Day day, std::string_view language) {
  static constexpr std::array<const char*, 12> kFrench = {
      "janvier", "février", "mars",      "avril",   "mai",      "juin",
      "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
  static constexpr std::array<const char*, 12> kEnglish = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const year_month_day date = date_of(day);
  const auto month = static_cast<unsigned>(date.month()) - 1;
  const auto number = static_cast<unsigned>(date.day());
  const bool is_first = number == 1 && language == "fr";
  return std::to_string(number) + (is_first ? "er " : " ") +
         (language == "fr" ? kFrench : kEnglish).at(month) + " " +
         std::to_string(static_cast<int>(date.year()));
}

}  // namespace vigie
