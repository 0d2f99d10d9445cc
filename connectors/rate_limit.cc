#include "connectors/rate_limit.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace vigie {
namespace {

namespace dom = simdjson::dom;
using std::chrono::minutes;

constexpr std::array<std::string_view, 3> kPrefixes = {"x-ratelimit-", "x-rate-limit-",
                                                       "ratelimit-"};
constexpr std::array<std::string_view, 3> kUsages = {"x-app-usage", "x-page-usage",
                                                     "x-business-use-case-usage"};
constexpr double kSpentPercent = 95;
constexpr double kLeastEpochSeconds = 1e9;  ///< less is a span of time
constexpr double kMostEpochSeconds = 1e11;

/// The number at the front: "0.0", "12;w=60".
std::optional<double> number_at_front(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<Time> parse_reset(std::string_view text, Time now) {
  if (const auto date = parse_time(text)) {
    return date;
  }
  const auto seconds = number_at_front(text);
  if (!seconds || *seconds < 0 || *seconds > kMostEpochSeconds) {
    return std::nullopt;
  }
  const microseconds span(std::llround(*seconds * 1e6));
  return *seconds >= kLeastEpochSeconds ? Time(span) : now + span;
}

double highest_percentage(dom::object usage) {
  double highest = 0;
  for (const std::string_view name : {"call_count", "total_time", "total_cputime"}) {
    double percent = 0;
    if (usage[name].get(percent) == simdjson::SUCCESS) {
      highest = std::max(highest, percent);
    }
  }
  return highest;
}

void add_usage(dom::object usage, Time now, RateLimit& limit) {
  std::int64_t wait_minutes = 0;
  if (usage["estimated_time_to_regain_access"].get(wait_minutes) != simdjson::SUCCESS) {
    wait_minutes = 0;
  }
  if (highest_percentage(usage) < kSpentPercent && wait_minutes <= 0) {
    return;
  }
  limit.is_spent = true;
  if (wait_minutes > 0) {
    const Time until = now + minutes(std::min<std::int64_t>(wait_minutes, 24 * 60));
    limit.resets_at = std::max(limit.resets_at.value_or(until), until);
  }
}

/// {"call_count":…}, or {"<id>":[{"call_count":…},…]}.
void read_usage(std::string_view json, Time now, RateLimit& limit) {
  dom::parser parser;
  dom::object all;
  if (parser.parse(json.data(), json.size()).get(all) != simdjson::SUCCESS) {
    return;
  }
  add_usage(all, now, limit);
  for (const auto& [id, value] : all) {
    dom::array cases;
    if (value.get(cases) != simdjson::SUCCESS) {
      continue;
    }
    for (const dom::element one : cases) {
      dom::object usage;
      if (one.get(usage) == simdjson::SUCCESS) {
        add_usage(usage, now, limit);
      }
    }
  }
}

}  // namespace

RateLimit read_rate_limit(const HttpResponse& response, Time now) {
  RateLimit limit;
  for (const std::string_view prefix : kPrefixes) {
    const auto left = number_at_front(response.header(std::string(prefix) + "remaining"));
    const std::string_view reset = response.header(std::string(prefix) + "reset");
    if (left || (response.status == 429 && !reset.empty())) {
      limit.is_spent = response.status == 429 || *left < 1;
      limit.resets_at = parse_reset(reset, now);
      return limit;
    }
  }
  for (const std::string_view name : kUsages) {
    if (const std::string_view json = response.header(name); !json.empty()) {
      read_usage(json, now, limit);
    }
  }
  return limit;
}

}  // namespace vigie
