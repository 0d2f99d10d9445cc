#include "engine/trend/business_hours.h"

#include <algorithm>

namespace vigie {
namespace {

using std::chrono::days;

/// By the town's clocks, [from, to).
struct OpenSpan {
  Time from, to;
};

/// What is left of a day's business hours after `begin`; empty on days without.
OpenSpan open_on(const BusinessHours& hours, sys_days day, Time begin) {
  const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
  const bool is_open = (hours.weekdays >> weekday & 1) != 0 && public_holiday(day).empty();
  const Time opens = std::max<Time>(day + hours.opens, begin);
  return {opens, is_open ? std::max<Time>(day + hours.closes, opens) : opens};
}

/// When the town's clocks say `local`. Where they are set back, the earlier time.
Time utc_of(const TownCalendar& town, Time local) {
  const Time guess = local - (town.local(local) - local);
  return guess + (local - town.local(guess));
}

}  // namespace

std::chrono::seconds business_time(const TownCalendar& town, const BusinessHours& hours, Time from,
                                   Time to) {
  to = std::min(to, from + kLongestWait);
  const Time begin = town.local(from), end = town.local(to);
  microseconds sum{0};
  for (sys_days day = std::chrono::floor<days>(begin); day < end; day += days(1)) {
    const OpenSpan open = open_on(hours, day, begin);
    sum += std::max(std::min(open.to, end) - open.from, microseconds(0));
  }
  return std::chrono::duration_cast<std::chrono::seconds>(sum);
}

Time due_at(const TownCalendar& town, const BusinessHours& hours, const AnswerDeadline& deadline,
            Time from) {
  if (deadline.around_the_clock) {
    return from + deadline.within;
  }
  microseconds left = deadline.within;
  const Time begin = town.local(from), end = begin + kLongestWait;
  for (sys_days day = std::chrono::floor<days>(begin); day < end; day += days(1)) {
    const OpenSpan open = open_on(hours, day, begin);
    if (open.to > open.from && open.to - open.from >= left) {
      return utc_of(town, open.from + left);
    }
    left -= open.to - open.from;
  }
  return from + kLongestWait;
}

}  // namespace vigie
