#pragma once

#include <chrono>

#include "engine/core/verdict.h"
#include "engine/trend/town_calendar.h"

namespace vigie {

/// When a town hall answers: Monday to Friday from 9 to 18 h by its clocks, not on public holidays.
struct BusinessHours {
  static constexpr std::chrono::hours kOpens{9}, kCloses{18};
  static constexpr std::chrono::days kLongest{400};  ///< looked at; more counts as that
};

/// How much of [from, to) lies in business hours; 0 if `to` is not later.
std::chrono::seconds business_time(const TownCalendar& town, Time from, Time to);

/// In business hours: within what somebody should have answered a mention of that urgency. As
/// alerts have it; less urgent ones half a day and a day.
constexpr std::chrono::seconds answer_deadline(Urgency urgency) {
  using std::chrono::hours;
  using std::chrono::minutes;
  return urgency == Urgency::kCritical ? std::chrono::seconds(minutes(30))
         : urgency == Urgency::kHigh   ? std::chrono::seconds(hours(2))
         : urgency == Urgency::kMedium ? std::chrono::seconds(minutes(270))
                                       : std::chrono::seconds(hours(9));
}

}  // namespace vigie
