#include "engine/alert/incidents.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = parse_time("2026-10-14T06:13:50Z").value();

Sighting sighting(microseconds after = {}, Urgency level = Urgency::kHigh) {
  Sighting one;
  one.subject = "eau";
  one.level = level;
  one.at = kStart + after;
  return one;
}

TEST(Incidents, TheFirstUrgentMentionRaises) {
  Incidents incidents;
  const auto raise = incidents.see(sighting());
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, "eau@2026-10-14T06:13:50Z");
  EXPECT_TRUE(raise->is_first);
  EXPECT_EQ(raise->level, Urgency::kHigh);
  EXPECT_EQ(raise->mentions, 1U);
}

TEST(Incidents, AHundredMoreOfTheSameTellNobody) {
  Incidents incidents;
  incidents.see(sighting());
  for (int i = 1; i <= 100; ++i) {
    EXPECT_FALSE(incidents.see(sighting(minutes(i))));
  }
  EXPECT_EQ(incidents.open(), 1U);
}

TEST(Incidents, AHigherLevelRaisesOnceMoreUnderTheSameName) {
  Incidents incidents;
  const auto first = incidents.see(sighting());
  incidents.see(sighting(minutes(1)));
  const auto raise = incidents.see(sighting(minutes(2), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, first->incident);
  EXPECT_FALSE(raise->is_first);
  EXPECT_EQ(raise->level, Urgency::kCritical);
  EXPECT_EQ(raise->mentions, 3U);
  EXPECT_FALSE(incidents.see(sighting(minutes(3), Urgency::kCritical)));
  EXPECT_FALSE(incidents.see(sighting(minutes(4), Urgency::kHigh)));
  EXPECT_FALSE(incidents.see(sighting(minutes(5), Urgency::kCritical)))
      << "the level fell and rose";
}

TEST(Incidents, AnEditIsNotOneMoreMention) {
  Incidents incidents;
  incidents.see(sighting());
  Sighting edited = sighting(minutes(1));
  edited.seen_before = true;
  EXPECT_FALSE(incidents.see(edited));
  edited.level = Urgency::kCritical;
  const auto raise = incidents.see(edited);
  ASSERT_TRUE(raise) << "but it may be news";
  EXPECT_EQ(raise->mentions, 1U);
}

TEST(Incidents, WhatWasAnnouncedIsRememberedThoughItsMentionsAreGone) {
  Incidents before;
  const auto first = before.see(sighting());
  const auto worse = before.see(sighting(minutes(2), Urgency::kCritical));
  Incidents after;
  after.see(sighting(minutes(5)));  // the only one that is still stored
  after.remember(0, *first, kStart);
  after.remember(0, *worse, kStart + minutes(2));
  EXPECT_FALSE(after.see(sighting(minutes(6), Urgency::kCritical)));
  EXPECT_EQ(after.open(), 1U);
  Incidents empty;
  empty.remember(0, *first, kStart);
  const auto raise = empty.see(sighting(minutes(9), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, first->incident);
  EXPECT_FALSE(raise->is_first);
}

TEST(Incidents, AnAnnouncementOfLastWeekSaysNothingOfToday) {
  Incidents before;
  const auto old = before.see(sighting({}, Urgency::kCritical));
  Incidents after;
  after.see(sighting(hours(7 * 24)));
  after.remember(0, *old, kStart);
  const auto raise = after.see(sighting(hours(7 * 24) + minutes(1), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_NE(raise->incident, old->incident);
}

TEST(Incidents, RepostsNeitherOpenNorRaise) {
  Incidents incidents;
  Sighting repost = sighting({}, Urgency::kCritical);
  repost.repost = true;
  EXPECT_FALSE(incidents.see(repost));
  EXPECT_EQ(incidents.open(), 0U);
  incidents.see(sighting());
  EXPECT_FALSE(incidents.see(repost));
  EXPECT_TRUE(incidents.see(sighting(minutes(1), Urgency::kCritical)))
      << "a repost hid that the level rose";
}

TEST(Incidents, TheTownsOwnAccountsNeitherOpenNorRaise) {
  Incidents incidents;
  Sighting official = sighting({}, Urgency::kCritical);
  official.official = true;
  EXPECT_FALSE(incidents.see(official));
  EXPECT_EQ(incidents.open(), 0U);
  incidents.see(sighting());
  EXPECT_FALSE(incidents.see(official));
}

TEST(Incidents, HistoryThatIsFilledInIsNotNews) {
  Incidents incidents;
  Sighting old = sighting();
  old.mode = Mode::kBackfill;
  EXPECT_FALSE(incidents.see(old));
  EXPECT_EQ(incidents.open(), 0U);
}

TEST(Incidents, AReplayTellsAsItWouldHaveBeenTold) {
  Incidents incidents;
  Sighting replayed = sighting();
  replayed.mode = Mode::kReplay;
  EXPECT_TRUE(incidents.see(replayed));
}

TEST(Incidents, CloseAfterQuietAndOpenAnew) {
  Incidents incidents(hours(6));
  const auto first = incidents.see(sighting());
  EXPECT_FALSE(incidents.see(sighting(hours(6))));
  EXPECT_FALSE(incidents.see(sighting(hours(12)))) << "quiet counts from the last, not the first";
  const auto next = incidents.see(sighting(hours(18) + microseconds(1)));
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->is_first);
  EXPECT_EQ(next->mentions, 1U);
  EXPECT_NE(next->incident, first->incident);
}

TEST(Incidents, SubjectsAndTenantsAreApart) {
  Incidents incidents;
  EXPECT_TRUE(incidents.see(sighting()));
  Sighting fire = sighting();
  fire.subject = "sécurité";
  EXPECT_TRUE(incidents.see(fire));
  Sighting elsewhere = sighting();
  elsewhere.tenant = 1;
  EXPECT_TRUE(incidents.see(elsewhere));
  EXPECT_EQ(incidents.open(), 3U);
}

TEST(Incidents, ALateMentionDoesNotCloseWhatIsUnderWay) {
  Incidents incidents(hours(6));
  incidents.see(sighting());
  EXPECT_FALSE(incidents.see(sighting(-hours(10))));
  EXPECT_FALSE(incidents.see(sighting(hours(5))));
}

TEST(Incidents, AreBoundedAndTheQuietestGoesFirst) {
  Incidents incidents;
  for (std::size_t i = 0; i < Incidents::kMaxOpen; ++i) {
    Sighting one = sighting(std::chrono::seconds(i));
    one.subject = "sujet " + std::to_string(i);
    incidents.see(one);
  }
  Sighting oldest = sighting(hours(3));
  oldest.subject = "sujet 0";
  EXPECT_FALSE(incidents.see(oldest)) << "still under way";
  EXPECT_TRUE(incidents.see(sighting(hours(3))));
  EXPECT_EQ(incidents.open(), Incidents::kMaxOpen);
  EXPECT_FALSE(incidents.see(oldest)) << "it was loud a moment ago";
  Sighting quietest = sighting(hours(3));
  quietest.subject = "sujet 1";
  EXPECT_TRUE(incidents.see(quietest)) << "it had to make room";
}

}  // namespace
}  // namespace vigie
