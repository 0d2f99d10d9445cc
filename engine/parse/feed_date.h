#pragma once

#include <optional>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// A date as feeds write them: RFC 3339 and its shorter kin ("2026", "2026-10", "2026-10-14"), RFC
/// 822 and its wild shapes (no weekday, two-digit year, named zones, French months, asctime).
/// Nothing if no reading is sound.
std::optional<Time> parse_feed_date(std::string_view text);

}  // namespace vigie
