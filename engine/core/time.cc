#include "engine/core/time.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

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
    for (const char c : rest_.substr(0, count)) {
      failed_ |= c < '0' || c > '9';
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool take(std::string_view any_of) {
    for (const char c : any_of) {
      if (!rest_.empty() && rest_.front() == c) {
        rest_.remove_prefix(1);
        return true;
      }
    }
    return false;
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

using std::chrono::seconds;

/// What a zone's file says of all years to come, as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3".
/// Only rules by weekday (M) are read; the zones of the world use no others.
class ZoneRule {
 public:
  explicit ZoneRule(std::string_view text) : rest_(text) {
    skip_name();
    standard_ = -clock_time();
    if (rest_.empty()) {
      return;
    }
    skip_name();
    summer_ = rest_.empty() || rest_[0] == ',' ? standard_ + std::chrono::hours(1) : -clock_time();
    begin_ = change();
    end_ = change();
    has_summer_ = true;
    failed_ |= !rest_.empty();
    rest_ = {};
  }

  std::optional<seconds> offset_at(Time time) const {
    if (failed_) {
      return std::nullopt;
    }
    if (!has_summer_) {
      return standard_;
    }
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time + standard_));
    const Time begin = moment(begin_, date.year()) - standard_;
    const Time end = moment(end_, date.year()) - summer_;
    // South of the equator summer ends before it begins.
    const bool is_summer = begin < end ? begin <= time && time < end : time < end || begin <= time;
    return is_summer ? summer_ : standard_;
  }

 private:
  struct Change {
    unsigned month = 1, week = 1, weekday = 0;  ///< week 5: the last one
    seconds clock = std::chrono::hours(2);
  };

  static Time moment(const Change& change, std::chrono::year year) {
    const std::chrono::month month(change.month);
    const std::chrono::weekday day(change.weekday);
    const std::chrono::sys_days date =
        change.week == 5 ? std::chrono::sys_days(year / month / day[std::chrono::last])
                         : std::chrono::sys_days(year / month / day[change.week]);
    return date + change.clock;
  }

  bool take(char wanted) {
    const bool is_there = !rest_.empty() && rest_[0] == wanted;
    rest_.remove_prefix(is_there ? 1 : 0);
    return is_there;
  }
  unsigned number(unsigned least, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    failed_ |= error != std::errc{} || value < least || value > most;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  /// "CEST" or "<+04>".
  void skip_name() {
    const bool is_quoted = take('<');
    const std::size_t end = is_quoted ? rest_.find('>') : rest_.find_first_of("+-,0123456789");
    failed_ |= end == 0 || (is_quoted && end == std::string_view::npos);
    rest_.remove_prefix(std::min(rest_.size(), is_quoted && !failed_ ? end + 1 : end));
  }
  /// "-1", "3", "-5:30".
  seconds clock_time() {
    const bool is_negative = take('-');
    if (!is_negative) {
      take('+');
    }
    seconds time = std::chrono::hours(number(0, 167));
    if (take(':')) {
      time += std::chrono::minutes(number(0, 59));
      time += seconds(take(':') ? number(0, 59) : 0);
    }
    return is_negative ? -time : time;
  }
  /// ",M3.5.0/2"
  Change change() {
    Change change;
    failed_ |= !take(',') || !take('M');
    change.month = number(1, 12);
    failed_ |= !take('.');
    change.week = number(1, 5);
    failed_ |= !take('.');
    change.weekday = number(0, 6);
    if (take('/')) {
      change.clock = clock_time();
    }
    return change;
  }

  std::string_view rest_;  ///< of the text, while it is read
  seconds standard_{}, summer_{};
  Change begin_, end_;
  bool has_summer_ = false, failed_ = false;
};

/// The last line of the zone's file; empty if there is none.
std::string zone_rule(const std::string& zone) {
  if (zone.empty() || zone.front() == '/' || zone.find("..") != std::string::npos) {
    return {};
  }
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  std::ostringstream read;
  read << file.rdbuf();  // of a folder too: nothing then
  const std::string bytes = read.str();
  if (!bytes.starts_with("TZif") || bytes.back() != '\n') {
    return {};
  }
  const std::size_t line = bytes.rfind('\n', bytes.size() - 2) + 1;
  return bytes.substr(line, bytes.size() - 1 - line);
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
  constexpr Time kEnd = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
  if (time < Time{} || time >= kEnd) {  // by its offset, or a leap second
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

std::optional<seconds> utc_offset(const std::string& zone, Time time) {
  // Reading a zone's file costs as much as 50 offsets.
  static std::mutex mutex;  // guards what is known
  static std::map<std::string, const ZoneRule> known;
  const std::scoped_lock lock(mutex);
  auto found = known.find(zone);
  if (found == known.end()) {
    const std::string rule = zone_rule(zone);
    if (rule.empty()) {
      return std::nullopt;
    }
    found = known.emplace(zone, ZoneRule(rule)).first;
  }
  return found->second.offset_at(time);
}

}  // namespace vigie
