#include "engine/trend/town_calendar.h"

namespace vigie {

Time TownCalendar::local(Time time) const {
  const auto offset_at = [this](Time at) {
    return utc_offset(zone_, at).value_or(std::chrono::seconds(0));
  };
  const Day day = day_of(time);
  auto found = offsets_.find(day);
  if (found == offsets_.end()) {
    if (offsets_.size() == kMaxDays) {
      offsets_.clear();
    }
    const Time begin{std::chrono::days(day)};
    found =
        offsets_.emplace(day, std::pair(offset_at(begin), offset_at(begin + std::chrono::days(1))))
            .first;
  }
  const auto [begin, end] = found->second;
  return time + (begin == end ? begin : offset_at(time));
}

HourKind TownCalendar::kind_of(Time time) const {
  const Time there = local(time);
  const auto day = std::chrono::floor<std::chrono::days>(there);
  HourKind kind;
  kind.public_holiday = !public_holiday(day).empty();
  kind.school = school_of(day, schools_);
  const unsigned weekday = kind.public_holiday ? 6 : std::chrono::weekday(day).iso_encoding() - 1;
  const auto hour =
      static_cast<unsigned>(std::chrono::floor<std::chrono::hours>(there - day).count());
  kind.slot = weekday * 24 + hour;
  return kind;
}

}  // namespace vigie
