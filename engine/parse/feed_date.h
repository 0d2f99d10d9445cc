#pragma once

#include <optional>
#include <string_view>

#include "engine/core/time.h"

namespace vigie {

/// A date as feeds write it: RFC 3339 and its kin ("2026", "2026-10", "2026-287", "20261014T0813",
/// "14/10/2026 08:13"), RFC 822 and its wild shapes (no weekday, two-digit year, named zones,
/// "3:15 PM", "14-Oct-2026", our neighbours' months, asctime), seconds since 1970. Day before month
/// where only digits could tell. Nothing if no reading is sound.
std::optional<Time> parse_feed_date(std::string_view text);

}  // namespace vigie
