#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace vigie {

using std::chrono::sys_days;

/// Easter Sunday of a year of the Gregorian calendar (the anonymous algorithm of Nature, 1876, as
/// in J. Meeus, Astronomical Algorithms, chapter 8).
sys_days easter_sunday(std::chrono::year year);

/// A French public holiday (code du travail, article L3133-1): "Lundi de Pâques"; empty: none.
std::string_view public_holiday(sys_days day);

/// The three zones of the French school calendar; `kNone`: holidays of schools are not looked at.
enum class SchoolZone : std::uint8_t { kNone, kA, kB, kC };

/// Whether schools are open. `kUnknown`: the calendar of that school year is not in here, or the
/// zone is none.
enum class School : std::uint8_t { kUnknown, kTerm, kHoliday };
/// By the calendars that the ministry of education published for 2025-2026 and 2026-2027.
School school_of(sys_days day, SchoolZone zone);

}  // namespace vigie
