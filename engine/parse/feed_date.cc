#include "engine/parse/feed_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Beginnings that tell the months apart, in English, French, and our neighbours' languages.
constexpr std::array<std::pair<std::string_view, unsigned>, 39> kMonths = {{
    {"jan", 1},  {"ene", 1},  {"gen", 1},  {"feb", 2},  {"fev", 2},  {"fév", 2},  {"mar", 3},
    {"mär", 3},  {"mrt", 3},  {"mrz", 3},  {"maa", 3},  {"apr", 4},  {"avr", 4},  {"abr", 4},
    {"may", 5},  {"mai", 5},  {"mag", 5},  {"mei", 5},  {"jun", 6},  {"juin", 6}, {"giu", 6},
    {"jul", 7},  {"juil", 7}, {"lug", 7},  {"aug", 8},  {"aou", 8},  {"aoû", 8},  {"ago", 8},
    {"sep", 9},  {"set", 9},  {"oct", 10}, {"okt", 10}, {"ott", 10}, {"out", 10}, {"nov", 11},
    {"dec", 12}, {"déc", 12}, {"dez", 12}, {"dic", 12},
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
  bool afternoon = false, twelve_hours = false;
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
  if (word == "am" || word == "pm" || word == "a.m." || word == "p.m.") {
    parts.twelve_hours = true;
    parts.afternoon = word[0] == 'p';
    return true;
  }
  if (const auto hours = look_up(kZoneHours, [&](std::string_view zone) { return zone == word; })) {
    return take_offset((*hours < 0 ? "-" : "+") + std::to_string(std::abs(*hours)), parts);
  }
  const auto month =
      look_up(kMonths, [&](std::string_view prefix) { return word.starts_with(prefix); });
  if (month) {  // the last one counts: "mardi" begins as March does
    parts.month = static_cast<int>(*month);
  }
  return true;  // weekdays, "à", unknown zones: read as UTC
}

/// "3:15" in the afternoon is "15:15".
std::string clock_of(const Parts& parts) {
  std::string clock = parts.clock.value_or("00:00:00");
  const auto hours = number(clock.substr(0, 2));
  if (parts.twelve_hours && hours && *hours <= 12) {
    const int hour = *hours % 12 + (parts.afternoon ? 12 : 0);
    clock.replace(0, 2, (hour < 10 ? "0" : "") + std::to_string(hour));
  }
  return clock;
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
                    'T' + clock_of(parts) + parts.zone);
}

/// Four digits of a year, then what `shape` says: Y M D for digits of year, month and day, N for
/// those of the day of the year, anything else for itself.
std::optional<std::string> date_by_shape(std::string_view text, std::string_view shape) {
  std::string year, month, day, day_of_year;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    std::string* const part = shape[i] == 'Y'   ? &year
                              : shape[i] == 'M' ? &month
                              : shape[i] == 'D' ? &day
                              : shape[i] == 'N' ? &day_of_year
                                                : nullptr;
    if (i == text.size() || (part == nullptr ? text[i] != shape[i] : !is_digit(text[i]))) {
      return std::nullopt;
    }
    if (part != nullptr) {
      *part += text[i];
    }
  }
  if (shape.find('N') == shape.npos) {
    return year + '-' + (month.empty() ? "01" : month) + '-' + (day.empty() ? "01" : day);
  }
  const auto start = parse_time(year + "-01-01");
  const int days = number(day_of_year).value_or(0);
  return start && days >= 1 && days <= 366
             ? std::optional(format_time(*start + std::chrono::days(days - 1)).substr(0, 10))
             : std::nullopt;
}

/// Dates of digits alone, perhaps with a time behind. Where day and month could be either, the day
/// stands first, as our towns write it.
std::optional<Time> parse_digits(std::string_view text) {
  constexpr std::array<std::string_view, 10> kShapes = {
      "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD/MM/YYYY", "DD-MM-YYYY",
      "DD.MM.YYYY", "MM/DD/YYYY", "YYYYMMDD",   "YYYY-NNN",   "YYYY-MM"};
  for (const std::string_view shape : kShapes) {
    const auto date = date_by_shape(text, shape);
    std::string rest(text.substr(std::min(shape.size(), text.size())));
    if (!date || (!rest.empty() && is_digit(rest.front()))) {
      continue;
    }
    rest = trimmed(rest);
    rest.erase(0, !rest.empty() && (rest.front() == 'T' || rest.front() == 't') ? 1 : 0);
    const bool basic = rest.size() >= 6 && rest.find(':') == rest.npos &&
                       std::all_of(rest.begin(), rest.begin() + 6, is_digit);
    if (basic) {
      rest.insert(4, ":").insert(2, ":");
    }
    const std::size_t blank = rest.find(' ');
    rest.erase(std::min(blank, rest.size()), blank == rest.npos ? 0 : 1);
    if (const auto time = parse_time(rest.empty() ? *date : *date + 'T' + rest)) {
      return time;
    }
  }
  return std::nullopt;
}

/// "1790000000": seconds since 1970, or milliseconds.
std::optional<Time> parse_epoch(std::string_view text) {
  constexpr std::size_t kSecondDigits = 10, kMillisecondDigits = 13;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 0) {
    return std::nullopt;
  }
  return text.size() == kSecondDigits        ? std::optional<Time>(std::chrono::seconds(count))
         : text.size() == kMillisecondDigits ? std::optional<Time>(std::chrono::milliseconds(count))
                                             : std::nullopt;
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
  const bool is_year = text.size() == 4 && std::all_of(text.begin(), text.end(), is_digit);
  if (is_year) {
    return parse_time(std::string(text) + "-01-01");
  }
  if (const auto time = parse_epoch(text)) {
    return time;
  }
  if (const auto time = parse_digits(text)) {
    return time;
  }
  std::string words(text);  // "04-Jan-2026"
  const bool dashed = std::any_of(words.begin(), words.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  for (std::size_t i = 1; dashed && i + 1 < words.size(); ++i) {
    const bool between = words[i] == '-' && words[i - 1] != ' ' &&
                         (!is_digit(words[i - 1]) || !is_digit(words[i + 1]));
    words[i] = between ? ' ' : words[i];
  }
  return parse_rfc_822(words);
}

}  // namespace vigie
