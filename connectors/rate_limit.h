#pragma once

#include <optional>

#include "connectors/http_client.h"
#include "engine/core/time.h"

namespace vigie {

/// What an answer's header fields say of how much more may be asked.
struct RateLimit {
  bool is_spent = false;            ///< ask no more until `resets_at`
  std::optional<Time> resets_at{};  ///< nothing: it does not say
};

/// Understands, whichever is there:
///   - [x-]rate[-]limit-remaining with -reset: epoch seconds (X, Bluesky), ISO 8601 (Mastodon), or
///     seconds from now (Reddit, RFC draft); remaining may be a fraction; less than 1 is spent,
///     and so is any answer of status 429
///   - x-app-usage, x-page-usage, x-business-use-case-usage (Facebook): JSON of percentages; 95 is
///     spent, estimated_time_to_regain_access is in minutes
RateLimit read_rate_limit(const HttpResponse& response, Time now);

}  // namespace vigie
