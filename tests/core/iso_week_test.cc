#include "engine/core/iso_week.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

Day day(std::string_view text) {
  return day_of(parse_time(std::string(text) + "T12:00:00Z").value());
}

TEST(IsoWeek, IsTheOneOfTheCalendar) {
  // https://en.wikipedia.org/wiki/ISO_week_date: the hard ones.
  for (const auto& [date, week] : {std::pair("1977-01-01", "1976-W53"),
                                   {"1977-01-02", "1976-W53"},
                                   {"1977-12-31", "1977-W52"},
                                   {"1978-01-02", "1978-W01"},
                                   {"1979-12-31", "1980-W01"},
                                   {"1980-12-28", "1980-W52"},
                                   {"1981-12-31", "1981-W53"},
                                   {"1982-01-03", "1981-W53"},
                                   {"2026-10-14", "2026-W42"}}) {
    EXPECT_EQ(IsoWeek::of(day(date)).text(), week) << date;
  }
}

TEST(IsoWeek, EveryDayLiesInItsWeek) {
  for (Day at = day("1971-01-04"); at < day("2100-01-01"); ++at) {
    const IsoWeek week = IsoWeek::of(at);
    ASSERT_LE(week.monday(), at);
    ASSERT_LT(at, week.monday() + 7);
    ASSERT_EQ(IsoWeek::parse(week.text()), week);
  }
}

TEST(IsoWeek, RefusesWhatIsNone) {
  for (const char* text : {"", "2026", "2026-42", "2026-W00", "2026-W54", "2027-W53", "2026-W4",
                           "2026-W421", "26-W42", "2026-w42", "2026-W-1", "9999-W60"}) {
    EXPECT_FALSE(IsoWeek::parse(text)) << text;
  }
}

TEST(IsoWeek, DaysBeginByTheTownsClocks) {
  EXPECT_EQ(format_time(start_of_day(day("2026-10-12"), "Europe/Paris")), "2026-10-11T22:00:00Z");
  EXPECT_EQ(format_time(start_of_day(day("2026-12-14"), "Europe/Paris")), "2026-12-13T23:00:00Z");
  EXPECT_EQ(format_time(start_of_day(day("2026-10-25"), "Europe/Paris")), "2026-10-24T22:00:00Z");
  EXPECT_EQ(format_time(start_of_day(day("2026-10-26"), "Europe/Paris")), "2026-10-25T23:00:00Z");
}

TEST(IsoWeek, DatesAreSaidInWords) {
  EXPECT_EQ(date_text(day("2026-10-12"), "fr"), "12 octobre 2026");
  EXPECT_EQ(date_text(day("2026-08-01"), "fr"), "1er août 2026");
  EXPECT_EQ(date_text(day("2026-08-01"), "en"), "1 August 2026");
}

}  // namespace
}  // namespace vigie
