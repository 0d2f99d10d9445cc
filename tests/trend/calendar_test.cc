#include "engine/trend/calendar.h"

#include <gtest/gtest.h>

#include "engine/trend/town_calendar.h"

namespace vigie {
namespace {

using namespace std::chrono;

sys_days on(int y, unsigned m, unsigned d) { return year(y) / m / d; }
Time at(std::string_view text) { return parse_time(text).value(); }

TEST(Calendar, KnowsEaster) {
  EXPECT_EQ(easter_sunday(year(2024)), on(2024, 3, 31));
  EXPECT_EQ(easter_sunday(year(2025)), on(2025, 4, 20));
  EXPECT_EQ(easter_sunday(year(2026)), on(2026, 4, 5));
  EXPECT_EQ(easter_sunday(year(2027)), on(2027, 3, 28));
  EXPECT_EQ(easter_sunday(year(2038)), on(2038, 4, 25)) << "as late as it can be";
  EXPECT_EQ(easter_sunday(year(2285)), on(2285, 3, 22)) << "as early as it can be";
}

TEST(Calendar, KnowsElevenPublicHolidaysAYear) {
  EXPECT_EQ(public_holiday(on(2026, 4, 6)), "Lundi de Pâques");
  EXPECT_EQ(public_holiday(on(2026, 5, 14)), "Ascension");
  EXPECT_EQ(public_holiday(on(2026, 5, 25)), "Lundi de Pentecôte");
  EXPECT_EQ(public_holiday(on(2026, 11, 11)), "Armistice");
  EXPECT_EQ(public_holiday(on(2026, 11, 12)), "");
  int holidays = 0;
  for (sys_days day = on(2026, 1, 1); day < on(2027, 1, 1); day += days(1)) {
    holidays += !public_holiday(day).empty();
  }
  EXPECT_EQ(holidays, 11);
}

TEST(Calendar, SchoolsCloseByZone) {
  EXPECT_EQ(school_of(on(2026, 2, 10), SchoolZone::kA), School::kHoliday);
  EXPECT_EQ(school_of(on(2026, 2, 10), SchoolZone::kB), School::kTerm);
  EXPECT_EQ(school_of(on(2026, 2, 23), SchoolZone::kA), School::kTerm) << "lessons begin again";
  EXPECT_EQ(school_of(on(2026, 3, 8), SchoolZone::kC), School::kHoliday);
  for (const SchoolZone zone : {SchoolZone::kA, SchoolZone::kB, SchoolZone::kC}) {
    EXPECT_EQ(school_of(on(2026, 8, 1), zone), School::kHoliday);
    EXPECT_EQ(school_of(on(2026, 9, 1), zone), School::kTerm);
    EXPECT_EQ(school_of(on(2031, 2, 10), zone), School::kUnknown) << "not decreed yet";
  }
  EXPECT_EQ(school_of(on(2026, 8, 1), SchoolZone::kNone), School::kUnknown);
}

TEST(TownCalendar, TellsTheHourOfTheWeekByTheTownsClocks) {
  const TownCalendar paris("Europe/Paris", SchoolZone::kB);
  EXPECT_EQ(paris.kind_of(at("2026-10-12T06:30:00Z")).slot, 8U) << "Monday, summer time";
  EXPECT_EQ(paris.kind_of(at("2026-11-09T06:30:00Z")).slot, 7U) << "Monday, winter time";
  EXPECT_EQ(paris.kind_of(at("2026-10-25T00:30:00Z")).slot, 6U * 24 + 2) << "the clocks go back";
  EXPECT_EQ(paris.kind_of(at("2026-10-25T01:30:00Z")).slot, 6U * 24 + 2);
  EXPECT_EQ(paris.kind_of(at("2026-10-25T02:30:00Z")).slot, 6U * 24 + 3);
  const HourKind armistice = paris.kind_of(at("2026-11-11T08:00:00Z"));
  EXPECT_EQ(armistice.slot, 6U * 24 + 9) << "lived like a Sunday";
  EXPECT_TRUE(armistice.public_holiday);
}

}  // namespace
}  // namespace vigie
