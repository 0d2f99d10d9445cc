#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// What in an answer of HTTP says when to come back. What cannot be understood gives nothing.

/// Retry-After (RFC 9110, 10.2.3): seconds, or a date, which gives the time left until then (0 if
/// it has passed).
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Time now);

/// How long Cache-Control says that an answer stays fresh: `max-age`; 0 for `no-cache` and
/// `no-store`.
std::optional<std::chrono::seconds> parse_max_age(std::string_view cache_control);

/// Whether asking again may be answered better without anybody doing anything: 408, 425, 429, 5xx.
bool says_try_again(unsigned status);

/// "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms (RFC 9110, 5.6.7).
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace vigie
