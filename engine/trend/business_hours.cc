#include "engine/trend/business_hours.h"

#include <algorithm>

namespace vigie {

std::chrono::seconds business_time(const TownCalendar& town, Time from, Time to) {
  to = std::min(to, from + BusinessHours::kLongest);
  const Time begin = town.local(from), end = town.local(to);
  microseconds sum{0};
  for (sys_days day = std::chrono::floor<std::chrono::days>(begin); day < end;
       day += std::chrono::days(1)) {
    const bool is_weekend = std::chrono::weekday(day).iso_encoding() > 5;
    if (is_weekend || !public_holiday(day).empty()) {
      continue;
    }
    const Time opens = std::max<Time>(day + BusinessHours::kOpens, begin);
    const Time closes = std::min<Time>(day + BusinessHours::kCloses, end);
    sum += std::max(closes - opens, microseconds(0));
  }
  return std::chrono::duration_cast<std::chrono::seconds>(sum);
}

}  // namespace vigie
