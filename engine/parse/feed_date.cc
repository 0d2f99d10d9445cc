#include "engine/parse/feed_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "engine/parse/trimmed.h"

namespace vigie {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Beginnings that tell the months apart, English and French.
constexpr std::array<std::pair<std::string_view, unsigned>, 21> kMonths = {{
    {"jan", 1}, {"feb", 2}, {"fev", 2}, {"fév", 2},  {"mar", 3},  {"apr", 4},  {"avr", 4},
    {"may", 5}, {"mai", 5}, {"jun", 6}, {"juin", 6}, {"jul", 7},  {"juil", 7}, {"aug", 8},
    {"aou", 8}, {"aoû", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12}, {"déc", 12},
}};

constexpr std::array<std::pair<std::string_view, int>, 14> kZoneHours = {{
    {"z", 0},
    {"ut", 0},
    {"utc", 0},
    {"gmt", 0},
    {"est", -5},
    {"edt", -4},
    {"cst", -6},
    {"cdt", -5},
    {"mst", -7},
    {"mdt", -6},
    {"pst", -8},
    {"pdt", -7},
    {"cet", 1},
    {"cest", 2},
}};

template <std::size_t kCount, class Value, class Test>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, kCount>& words,
                             Test&& test) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const auto& entry) { return test(entry.first); });
  return found == words.end() ? std::nullopt : std::optional<Value>(found->second);
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() && is_digit(digits[0])
             ? std::optional<int>(value)
             : std::nullopt;
}

/// The parts of an RFC 822 date, word by word, in whatever order they come.
struct Parts {
  std::optional<int> day, month, year;
  std::optional<std::string> clock;
  std::string zone = "Z";
};

/// "+0200", "+02:00", "-5".
bool take_offset(std::string_view word, Parts& parts) {
  std::string digits;
  std::copy_if(word.begin() + 1, word.end(), std::back_inserter(digits), is_digit);
  if (digits.empty() || digits.size() > 4) {
    return false;
  }
  digits += digits.size() < 3 ? "00" : "";
  digits.insert(0, 4 - digits.size(), '0');
  parts.zone = word.front() + digits.substr(0, 2) + ':' + digits.substr(2);
  return true;
}

bool take_number(std::string_view word, Parts& parts) {
  const auto value = number(word);
  if (!value) {
    return false;
  }
  if (word.size() <= 2 && !parts.day) {
    parts.day = value;
    return true;
  }
  if (parts.year) {
    return false;
  }
  parts.year = word.size() > 2 ? *value : *value < 70 ? 2000 + *value : 1900 + *value;
  return true;
}

/// "13:00", "9:5:07.25".
bool take_clock(std::string_view word, Parts& parts) {
  std::string clock;
  for (std::size_t start = 0; start <= word.size();) {
    const std::size_t end = std::min(word.find(':', start), word.size());
    const std::string_view part = word.substr(start, end - start);
    clock += clock.empty() ? "" : ":";
    clock.append(part.size() == 1 ? "0" : "").append(part);
    start = end + 1;
  }
  parts.clock = clock;
  return true;
}

bool take_word(const std::string& word, Parts& parts) {
  if (const auto hours = look_up(kZoneHours, [&](std::string_view zone) { return zone == word; })) {
    return take_offset((*hours < 0 ? "-" : "+") + std::to_string(std::abs(*hours)), parts);
  }
  const auto month =
      look_up(kMonths, [&](std::string_view prefix) { return word.starts_with(prefix); });
  if (month && !parts.month) {
    parts.month = static_cast<int>(*month);
  }
  return true;  // weekdays, "à", unknown zones: read as UTC
}

bool take(const std::string& word, Parts& parts) {
  if (word.find(':') != word.npos && is_digit(word[0])) {
    return take_clock(word, parts);
  }
  if (word[0] == '+' || word[0] == '-') {
    return take_offset(word, parts);
  }
  return is_digit(word[0]) ? take_number(word, parts) : take_word(word, parts);
}

std::optional<Time> parse_rfc_822(std::string_view text) {
  Parts parts;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (c != ' ' && c != ',' && c != '\t' && c != '\n' && c != '\r') {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      continue;
    }
    if (!word.empty() && !take(word, parts)) {
      return std::nullopt;
    }
    word.clear();
  }
  if (!parts.day || !parts.month || !parts.year || *parts.day > 99 || *parts.year > 9999) {
    return std::nullopt;
  }
  const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return parse_time(std::to_string(*parts.year) + '-' + two(*parts.month) + '-' + two(*parts.day) +
                    'T' + parts.clock.value_or("00:00:00") + parts.zone);
}

}  // namespace

std::optional<Time> parse_feed_date(std::string_view text) {
  constexpr std::size_t kMaxDateBytes = 80;
  text = trimmed(text);
  if (text.empty() || text.size() > kMaxDateBytes) {
    return std::nullopt;
  }
  if (const auto time = parse_time(text)) {
    return time;
  }
  const bool all_date = text.find_first_not_of("0123456789-") == text.npos;
  if (all_date && (text.size() == 4 || text.size() == 7)) {
    return parse_time(std::string(text) + (text.size() == 4 ? "-01-01" : "-01"));
  }
  return parse_rfc_822(text);
}

}  // namespace vigie
