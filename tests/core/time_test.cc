#include "engine/core/time.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

std::string reformatted(std::string_view text) {
  const std::optional<Time> time = parse_time(text);
  return time ? format_time(*time) : "refused";
}

TEST(Time, ReadsWhatSourcesWrite) {
  EXPECT_EQ(reformatted("2026-10-14T06:13:50Z"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(reformatted("2026-10-14t06:13:50.25z"), "2026-10-14T06:13:50.250Z");
  EXPECT_EQ(reformatted("2026-10-14T08:13:50+02:00"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(reformatted("2026-10-14T06:13:50+0000"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(reformatted("2026-10-13T20:43:50-09:30"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(reformatted("2026-10-14 06:13"), "2026-10-14T06:13:00Z");
  EXPECT_EQ(reformatted("2026-10-14"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(reformatted("2028-02-29T23:59:60Z"), "2028-03-01T00:00:00Z");
  EXPECT_EQ(reformatted("9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999Z");
}

TEST(Time, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-10-14T24:00:00Z",
        "2026-10-14T06:60:00Z", "1969-12-31T23:59:59Z", "2026-10-14T06:13:50Zjunk",
        "2026-10-14T06:13:50.Z", "-026-10-14T06:13:50Z", "2026-1-14T06:13:50Z",
        "2026-10-14T06:13:50+2:00", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01"}) {
    EXPECT_EQ(reformatted(text), "refused") << text;
  }
}

TEST(Time, BucketsBelongToUtc) {
  const Time time = *parse_time("2026-10-15T01:30:00+02:00");
  EXPECT_EQ(day_of(time), day_of(*parse_time("2026-10-14T00:00:00Z")));
  EXPECT_EQ(hour_of(time), hour_of(*parse_time("2026-10-14T23:59:59Z")));
}

double hours_ahead(const std::string& zone, std::string_view time) {
  const auto offset = utc_offset(zone, *parse_time(time));
  return offset ? static_cast<double>(offset->count()) / 3600 : -100;
}

TEST(Time, ClocksOfATownAreAheadByItsZoneAndSeason) {
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-01-15T12:00:00Z"), 1);
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-07-15T12:00:00Z"), 2);
  EXPECT_EQ(hours_ahead("Indian/Reunion", "2026-01-15T12:00:00Z"), 4);
  EXPECT_EQ(hours_ahead("Indian/Reunion", "2026-07-15T12:00:00Z"), 4);
  EXPECT_EQ(hours_ahead("America/Martinique", "2026-07-15T12:00:00Z"), -4);
  EXPECT_EQ(hours_ahead("Pacific/Marquesas", "2026-07-15T12:00:00Z"), -9.5);
  EXPECT_EQ(hours_ahead("UTC", "2026-07-15T12:00:00Z"), 0);
}

TEST(Time, SummerBeginsAndEndsToTheSecond) {
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-03-29T00:59:59Z"), 1);
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-03-29T01:00:00Z"), 2);
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-10-25T00:59:59Z"), 2);
  EXPECT_EQ(hours_ahead("Europe/Paris", "2026-10-25T01:00:00Z"), 1);
}

TEST(Time, SouthOfTheEquatorSummerSpansTheNewYear) {
  EXPECT_EQ(hours_ahead("Pacific/Auckland", "2026-12-31T23:00:00Z"), 13);
  EXPECT_EQ(hours_ahead("Pacific/Auckland", "2026-01-15T12:00:00Z"), 13);
  EXPECT_EQ(hours_ahead("Pacific/Auckland", "2026-07-15T12:00:00Z"), 12);
}

TEST(Time, AZoneThatIsNoneHasNoOffset) {
  for (const char* zone :
       {"", "Europe/Techniville", "/etc/passwd", "../../../etc/passwd", "Europe", "zone.tab"}) {
    EXPECT_EQ(hours_ahead(zone, "2026-07-15T12:00:00Z"), -100) << zone;
  }
}

TEST(Time, BucketsDoNotWrapBefore1970) {
  const Time before = Time{} - std::chrono::hours(30);
  EXPECT_EQ(day_of(before), 0u);
  EXPECT_EQ(hour_of(before), 0u);
}

}  // namespace
}  // namespace vigie
