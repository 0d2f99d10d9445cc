#include "engine/core/time.h"

#include <charconv>
#include <cstdio>

namespace vigie {
namespace {

/// Reads numbers and separators from the front of a text; any failure sticks.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) {
      failed_ = true;
      return 0;
    }
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    failed_ |= error != std::errc{} || end != rest_.data() + count || rest_.front() == '-';
    rest_.remove_prefix(count);
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  void need(std::string_view any_of) { failed_ |= !take(any_of); }
  /// Digits after the decimal point, as microseconds; further digits are cut.
  int fraction() {
    int value = 0;
    int scale = 100'000;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      value += (rest_[count] - '0') * scale;
      scale /= 10;
    }
    failed_ |= count == 0;
    rest_.remove_prefix(count);
    return value;
  }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// "Z", "+02:00", "-0330", or nothing (UTC).
std::chrono::minutes scan_offset(Scanner& scanner) {
  if (scanner.take("Zz") || scanner.at_end()) {
    return {};
  }
  const bool west = scanner.front() == '-';
  scanner.need("+-");
  const int hours = scanner.digits(2);
  scanner.take(":");
  const int minutes = scanner.digits(2);
  const auto offset = std::chrono::minutes(hours * 60 + minutes);
  return west ? -offset : offset;
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.digits(4);
  scanner.need("-");
  const int month = scanner.digits(2);
  scanner.need("-");
  const int day = scanner.digits(2);
  int hour = 0, minute = 0, second = 0, micros = 0;
  std::chrono::minutes offset{};
  if (!scanner.at_end()) {
    scanner.need("Tt ");
    hour = scanner.digits(2);
    scanner.need(":");
    minute = scanner.digits(2);
    if (scanner.take(":")) {
      second = scanner.digits(2);
      if (scanner.take(".,")) {
        micros = scanner.fraction();
      }
    }
    offset = scan_offset(scanner);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // 60 is a leap second: the next minute's first.
  if (scanner.failed() || !scanner.at_end() || year < 1970 || !date.ok() || hour > 23 ||
      minute > 59 || second > 60) {
    return std::nullopt;
  }
  const Time time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second) +
                    microseconds(micros) - offset;
  if (time.time_since_epoch().count() < 0) {
    return std::nullopt;
  }
  return time;
}

std::string format_time(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.subseconds()).count();
  char text[48];
  int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  if (millis != 0) {
    length += std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), ".%03d",
                            static_cast<int>(millis));
  }
  return std::string(text, static_cast<std::size_t>(length)) + 'Z';
}

}  // namespace vigie
