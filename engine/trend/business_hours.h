#pragma once

#include <chrono>

#include "engine/core/tenant.h"
#include "engine/trend/town_calendar.h"

namespace vigie {

/// More business time than lies in so many days is not looked for.
inline constexpr std::chrono::days kLongestWait{400};

/// How much of [from, to) lies in business hours; 0 if `to` is not later.
std::chrono::seconds business_time(const TownCalendar& town, const BusinessHours& hours, Time from,
                                   Time to);

/// By when what came at `from` should have been answered. kLongestWait later if the town has no
/// business hours before.
Time due_at(const TownCalendar& town, const BusinessHours& hours, const AnswerDeadline& deadline,
            Time from);

}  // namespace vigie
