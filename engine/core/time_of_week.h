#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

/// "mon" or "fri-sun" as bits, bit 0: Monday; 0 if it is neither.
std::uint8_t parse_weekdays(std::string_view text);

/// "20:30" → minutes since midnight; "24:00" is the end of the day.
std::optional<int> parse_minute_of_day(std::string_view text);

}  // namespace vigie
