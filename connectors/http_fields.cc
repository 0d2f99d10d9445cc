#include "connectors/http_fields.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace vigie {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kMostSeconds =
    10LL * 365 * 86'400;  ///< more is cut to this: sums stay far from overflow
constexpr std::size_t kMaxDateBytes = 64;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\"");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\"") - first + 1);
}

std::optional<seconds> parse_seconds(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return seconds(error == std::errc::result_out_of_range ? kMostSeconds
                                                         : std::min(count, kMostSeconds));
}

bool equals_ignoring_case(std::string_view left, std::string_view lower_case) {
  return std::ranges::equal(left, lower_case, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

}  // namespace

std::optional<Time> parse_http_date(std::string_view text) {
  const bool looks_like_one =
      text.size() <= kMaxDateBytes && text.find(':') != std::string_view::npos;
  const std::time_t moment = looks_like_one ? curl_getdate(std::string(text).c_str(), nullptr) : -1;
  constexpr std::time_t kLatest = 253'402'300'799;  // 9999-12-31: curl knows later years
  return moment < 0 || moment > kLatest ? std::nullopt : std::optional<Time>(Time(seconds(moment)));
}

std::optional<seconds> parse_retry_after(std::string_view value, Time now) {
  const std::string_view said = trimmed(value);
  if (const auto count = parse_seconds(said)) {
    return count;
  }
  if (const auto date = parse_http_date(said)) {
    const auto left = std::chrono::ceil<seconds>(*date - now);
    return std::clamp(left, seconds(0), seconds(kMostSeconds));
  }
  return std::nullopt;
}

bool says_try_again(unsigned status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::optional<seconds> parse_max_age(std::string_view cache_control) {
  std::optional<seconds> age;
  while (!cache_control.empty()) {
    const std::size_t comma = std::min(cache_control.find(','), cache_control.size());
    const std::string_view directive = trimmed(cache_control.substr(0, comma));
    cache_control.remove_prefix(std::min(comma + 1, cache_control.size()));
    if (equals_ignoring_case(directive, "no-cache") ||
        equals_ignoring_case(directive, "no-store")) {
      return seconds(0);
    }
    const std::size_t equals = directive.find('=');
    if (equals != std::string_view::npos &&
        equals_ignoring_case(trimmed(directive.substr(0, equals)), "max-age")) {
      age = parse_seconds(trimmed(directive.substr(equals + 1)));
    }
  }
  return age;
}

}  // namespace vigie
