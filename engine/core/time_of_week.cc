#include "engine/core/time_of_week.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vigie {
namespace {

constexpr int kMinutesPerDay = 24 * 60;
constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};

std::optional<std::size_t> weekday(std::string_view name) {
  const auto found = std::ranges::find(kWeekdays, name);
  return found == kWeekdays.end()
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(found - kWeekdays.begin()));
}

}  // namespace

std::uint8_t parse_weekdays(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::optional<std::size_t> first = weekday(text.substr(0, dash));
  const std::optional<std::size_t> last =
      dash == text.npos ? first : weekday(text.substr(dash + 1));
  if (!first || !last) {
    return 0;
  }
  std::uint8_t bits = 0;
  for (std::size_t day = *first;; day = (day + 1) % kWeekdays.size()) {
    bits = static_cast<std::uint8_t>(bits | 1U << day);
    if (day == *last) {
      return bits;
    }
  }
}

std::optional<int> parse_minute_of_day(std::string_view text) {
  int hour = 0, minute = 0;
  if (text.size() != 5 || text[2] != ':') {
    return std::nullopt;
  }
  const char* const start = text.data();
  const auto [hour_end, no_hour] = std::from_chars(start, start + 2, hour);
  const auto [minute_end, no_minute] = std::from_chars(start + 3, start + 5, minute);
  if (no_hour != std::errc{} || no_minute != std::errc{} || hour_end != start + 2 ||
      minute_end != start + 5 || hour < 0 || minute < 0 || minute > 59 ||
      hour * 60 + minute > kMinutesPerDay) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

}  // namespace vigie
