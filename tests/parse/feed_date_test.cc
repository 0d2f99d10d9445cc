#include "engine/parse/feed_date.h"

#include <gtest/gtest.h>

#include <string>

namespace vigie {
namespace {

std::string read(std::string_view text) {
  const auto time = parse_feed_date(text);
  return time ? format_time(*time) : "none";
}

TEST(FeedDate, ReadsRfc822AndItsWildShapes) {
  EXPECT_EQ(read("Wed, 14 Oct 2026 06:13:50 GMT"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(read("Wed, 14 Oct 2026 06:13:50 +0200"), "2026-10-14T04:13:50Z");
  EXPECT_EQ(read("14 October 26 6:13 EST"), "2026-10-14T11:13:00Z");
  EXPECT_EQ(read("Wed 14 Oct 2026 06:13:50 -03:30"), "2026-10-14T09:43:50Z");
  EXPECT_EQ(read("mer., 14 août 2024 06:13:50 CEST"), "2024-08-14T04:13:50Z");
  EXPECT_EQ(read("mercredi 3 février 2021"), "2021-02-03T00:00:00Z");
  EXPECT_EQ(read("Wed Oct 14 06:13:50 2026"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(read("14 Oct 1999 06:13:50 Z"), "1999-10-14T06:13:50Z");
}

TEST(FeedDate, ReadsRfc3339AndItsShorterKin) {
  EXPECT_EQ(read(" 2026-10-14T06:13:50.25+02:00\n"), "2026-10-14T04:13:50.250Z");
  EXPECT_EQ(read("2026-10-14 06:13:50"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(read("2026-10-14"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(read("2026-10"), "2026-10-01T00:00:00Z");
  EXPECT_EQ(read("2026"), "2026-01-01T00:00:00Z");
}

TEST(FeedDate, ReadsWhatTheWildHas) {
  EXPECT_EQ(read("mardi 3 février 2026"), "2026-02-03T00:00:00Z");
  EXPECT_EQ(read("14/10/2026 08:13"), "2026-10-14T08:13:00Z");
  EXPECT_EQ(read("10/14/2026"), "2026-10-14T00:00:00Z") << "no fourteenth month";
  EXPECT_EQ(read("14.10.2026"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(read("2026/10/14 08:13:50"), "2026-10-14T08:13:50Z");
  EXPECT_EQ(read("20261014"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(read("20261014T081350Z"), "2026-10-14T08:13:50Z");
  EXPECT_EQ(read("2026-287"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(read("2026-10-14 08:13:50 +0200"), "2026-10-14T06:13:50Z");
  EXPECT_EQ(read("Oct 14, 2026 3:15 PM"), "2026-10-14T15:15:00Z");
  EXPECT_EQ(read("14 Oct 2026 12:05 am"), "2026-10-14T00:05:00Z");
  EXPECT_EQ(read("Wed, 14-Oct-26 08:13:50 GMT"), "2026-10-14T08:13:50Z");
  EXPECT_EQ(read("14 ottobre 2026"), "2026-10-14T00:00:00Z");
  EXPECT_EQ(read("1790000000"), "2026-09-21T14:13:20Z");
}

TEST(FeedDate, SaysNothingRatherThanSomethingWrong) {
  for (const std::string_view text :
       {"", " ", "yesterday", "32 Oct 2026", "14 2026", "14 Oct", "14 Oct 2026 25:00",
        "14 Oct 2026 12:00 +xx", "Oct", "1:2:3", "+", "-", "99 99 99 99", "14 Oct 2026 2027",
        "999999999999 Oct 2026"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
  EXPECT_EQ(read(std::string(100'000, '1')), "none");
}

}  // namespace
}  // namespace vigie
