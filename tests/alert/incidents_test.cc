#include "engine/alert/incidents.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = parse_time("2026-10-14T06:13:50Z").value();

/// Each tells a story of its own, and has its own author.
Sighting sighting(microseconds after = {}, Urgency level = Urgency::kHigh) {
  static std::uint64_t last = 0;
  Sighting one;
  one.subject = "eau";
  one.level = level;
  one.at = one.seen_at = kStart + after;
  one.mention = one.story = one.author = ++last;
  return one;
}

/// Hears of every mention as the pipeline would tell it.
class Heard : public Incidents {
 public:
  using Incidents::Incidents;
  std::optional<Raise> see(const Sighting& sighting) {
    for (const Closed& one : pass(sighting.tenant, sighting.mode, sighting.at)) {
      closed.push_back(one.raise);
    }
    return Incidents::see(sighting);
  }
  std::vector<Raise> closed;
};

TEST(Incidents, TheFirstUrgentMentionRaises) {
  Heard incidents;
  const auto raise = incidents.see(sighting());
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, "eau@2026-10-14T06:13:50Z");
  EXPECT_EQ(raise->news, News::kOpened);
  EXPECT_EQ(raise->level, Urgency::kHigh);
  EXPECT_EQ(raise->mentions, 1U);
}

TEST(Incidents, AHundredMoreOfTheSameTellNobody) {
  Heard incidents;
  incidents.see(sighting());
  for (int i = 1; i <= 100; ++i) {
    EXPECT_FALSE(incidents.see(sighting(minutes(i))));
  }
  EXPECT_EQ(incidents.open(), 1U);
}

TEST(Incidents, AHigherLevelRaisesOnceMoreUnderTheSameName) {
  Heard incidents;
  const auto first = incidents.see(sighting());
  incidents.see(sighting(minutes(1)));
  const auto raise = incidents.see(sighting(minutes(2), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, first->incident);
  EXPECT_EQ(raise->news, News::kRisen);
  EXPECT_EQ(raise->level, Urgency::kCritical);
  EXPECT_EQ(raise->mentions, 3U);
  EXPECT_FALSE(incidents.see(sighting(minutes(3), Urgency::kCritical)));
  EXPECT_FALSE(incidents.see(sighting(minutes(4), Urgency::kHigh)));
  EXPECT_FALSE(incidents.see(sighting(minutes(5), Urgency::kCritical)))
      << "the level fell and rose";
}

TEST(Incidents, AnEditIsNotOneMoreMention) {
  Heard incidents;
  Sighting edited = sighting();
  incidents.see(edited);
  edited.at += minutes(1);
  edited.seen_before = true;
  EXPECT_FALSE(incidents.see(edited));
  edited.level = Urgency::kCritical;
  const auto raise = incidents.see(edited);
  ASSERT_TRUE(raise) << "but it may be news";
  EXPECT_EQ(raise->mentions, 1U);
  edited.subject = "feu";
  const auto other = incidents.see(edited);
  ASSERT_TRUE(other) << "it speaks of something else now";
  EXPECT_EQ(other->news, News::kOpened);
  EXPECT_EQ(other->mentions, 1U);
}

TEST(Incidents, WhatWasAnnouncedIsRememberedThoughItsMentionsAreGone) {
  Heard before;
  const auto first = before.see(sighting());
  const auto worse = before.see(sighting(minutes(2), Urgency::kCritical));
  Heard after;
  after.see(sighting(minutes(5)));  // the only one that is still stored
  after.remember(0, *first, kStart, kStart);
  after.remember(0, *worse, kStart + minutes(2), kStart + minutes(2));
  EXPECT_FALSE(after.see(sighting(minutes(6), Urgency::kCritical)));
  EXPECT_EQ(after.open(), 1U);
  Heard empty;
  empty.remember(0, *first, kStart, kStart);
  const auto raise = empty.see(sighting(minutes(9), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, first->incident);
  EXPECT_EQ(raise->news, News::kRisen);
}

TEST(Incidents, AnAnnouncementOfLastWeekSaysNothingOfToday) {
  Heard before;
  const auto old = before.see(sighting({}, Urgency::kCritical));
  Heard after;
  after.see(sighting(hours(7 * 24)));
  after.remember(0, *old, kStart, kStart);
  const auto raise = after.see(sighting(hours(7 * 24) + minutes(1), Urgency::kCritical));
  ASSERT_TRUE(raise);
  EXPECT_NE(raise->incident, old->incident);
}

TEST(Incidents, RepostsNeitherOpenNorRaise) {
  Heard incidents;
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
  Heard incidents;
  Sighting official = sighting({}, Urgency::kCritical);
  official.official = true;
  EXPECT_FALSE(incidents.see(official));
  EXPECT_EQ(incidents.open(), 0U);
  incidents.see(sighting());
  EXPECT_FALSE(incidents.see(official));
}

TEST(Incidents, HistoryThatIsFilledInIsNotNews) {
  Heard incidents;
  Sighting old = sighting();
  old.mode = Mode::kBackfill;
  EXPECT_FALSE(incidents.see(old));
  EXPECT_EQ(incidents.open(), 0U);
}

TEST(Incidents, AReplayTellsAsItWouldHaveBeenTold) {
  Heard incidents;
  Sighting replayed = sighting();
  replayed.mode = Mode::kReplay;
  EXPECT_TRUE(incidents.see(replayed));
}

TEST(Incidents, CloseAfterQuietAndOpenAnew) {
  Heard incidents(hours(6));
  const auto first = incidents.see(sighting());
  EXPECT_FALSE(incidents.see(sighting(hours(6))));
  EXPECT_FALSE(incidents.see(sighting(hours(12)))) << "quiet counts from the last, not the first";
  const auto next = incidents.see(sighting(hours(18) + microseconds(1)));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->news, News::kOpened);
  EXPECT_EQ(next->mentions, 1U);
  EXPECT_NE(next->incident, first->incident);
}

TEST(Incidents, TheEndIsToldOnceWithAllThatWasCounted) {
  Heard incidents(hours(6));
  const auto first = incidents.see(sighting());
  Sighting again = sighting(hours(1));
  again.author = 1'000'000;
  incidents.see(again);
  Sighting repost = again;
  repost.mention = 1'000'000;
  repost.at = kStart + hours(2);
  repost.repost = true;
  incidents.see(repost);
  EXPECT_TRUE(incidents.pass(0, Mode::kLive, kStart + hours(8)).empty());
  EXPECT_TRUE(incidents.pass(1, Mode::kLive, kStart + hours(24)).empty()) << "of another town";
  EXPECT_TRUE(incidents.pass(0, Mode::kReplay, kStart + hours(24)).empty()) << "of a replay";
  const auto closed = incidents.pass(0, Mode::kLive, kStart + hours(9));
  ASSERT_EQ(closed.size(), 1U);
  const Raise& end = closed[0].raise;
  EXPECT_EQ(end.incident, first->incident);
  EXPECT_EQ(end.news, News::kClosed);
  EXPECT_EQ(end.mentions, 3U);
  EXPECT_EQ(end.stories, 2U);
  EXPECT_EQ(end.authors, 2U);
  EXPECT_EQ(end.last_at, kStart + hours(2));
  EXPECT_TRUE(incidents.tick(kStart + hours(100)).empty()) << "told already";
}

TEST(Incidents, WhereNothingComesAnyMoreTheClockEndsThem) {
  Heard incidents(hours(6));
  incidents.see(sighting());
  EXPECT_TRUE(incidents.tick(kStart + hours(6)).empty());
  EXPECT_EQ(incidents.tick(kStart + hours(7)).size(), 1U);
  EXPECT_EQ(incidents.open(), 0U);
}

TEST(Incidents, LearnedWordsAloneNeedASecondStoryBySomebodyElse) {
  Heard incidents;
  Sighting vague = sighting();
  vague.certain = false;
  EXPECT_FALSE(incidents.see(vague));
  Sighting same_person = sighting(minutes(1));
  same_person.certain = false;
  same_person.author = vague.author;
  EXPECT_FALSE(incidents.see(same_person));
  Sighting same_words = sighting(minutes(2));
  same_words.certain = false;
  same_words.story = vague.story;
  const auto raise = incidents.see(same_words);
  ASSERT_TRUE(raise) << "two stories, two people";
  EXPECT_EQ(raise->news, News::kOpened);
  EXPECT_EQ(raise->mentions, 3U);
  Sighting alone = sighting(hours(30));
  alone.certain = false;
  EXPECT_FALSE(incidents.see(alone));
  EXPECT_TRUE(incidents.see(sighting(hours(31)))) << "a rule is sure";
  EXPECT_EQ(incidents.closed.size(), 1U);
}

TEST(Incidents, LearnedWordsAddNothingToWhatIsUnderWay) {
  Heard incidents;
  Sighting fire = sighting();
  fire.subject = "feu";
  EXPECT_TRUE(incidents.see(fire));
  const auto vague = [](microseconds after, Urgency level = Urgency::kHigh) {
    Sighting one = sighting(after, level);
    one.certain = false;
    return one;
  };
  EXPECT_FALSE(incidents.see(vague(minutes(1))));
  EXPECT_FALSE(incidents.see(vague(minutes(2)))) << "the fire is told of, as urgent as that";
  EXPECT_TRUE(incidents.see(vague(minutes(3), Urgency::kCritical)));
}

TEST(Incidents, WhatNobodyWasToldOfEndsInSilence) {
  Heard incidents;
  Sighting vague = sighting();
  vague.certain = false;
  incidents.see(vague);
  EXPECT_TRUE(incidents.tick(kStart + hours(48)).empty());
  EXPECT_EQ(incidents.open(), 0U);
}

TEST(Incidents, AMentionWithoutATopicBelongsWhereItsRuleHasSpoken) {
  Heard incidents;
  Sighting water = sighting();
  water.rule = "sante.eau";
  const auto opened = incidents.see(water);
  Sighting bare = sighting(minutes(1));
  bare.subject = bare.rule = "sante.eau";
  EXPECT_FALSE(incidents.see(bare));
  EXPECT_EQ(incidents.open(), 1U);
  bare = sighting(minutes(2), Urgency::kCritical);
  bare.subject = bare.rule = "sante.eau";
  const auto raise = incidents.see(bare);
  ASSERT_TRUE(raise);
  EXPECT_EQ(raise->incident, opened->incident);
  EXPECT_EQ(raise->mentions, 3U);
  Sighting other = sighting(minutes(3));
  other.subject = "écoles";
  other.rule = "sante.eau";
  EXPECT_TRUE(incidents.see(other)) << "with a topic of its own it is something else";
}

TEST(Incidents, ACopyOfWhatIsKnownDoesNotRaise) {
  Heard incidents;
  const Sighting first = sighting();
  incidents.see(first);
  Sighting copy = sighting(minutes(1), Urgency::kCritical);
  copy.story = first.story;
  EXPECT_FALSE(incidents.see(copy));
}

TEST(Incidents, AClockThatWasSetBackMutesNothing) {
  Heard incidents;
  incidents.see(sighting(hours(24 * 365)));
  EXPECT_FALSE(incidents.see(sighting(minutes(1)))) << "the same goes on";
  EXPECT_EQ(incidents.tick(kStart + hours(7)).size(), 1U);
  EXPECT_TRUE(incidents.see(sighting(hours(8))));
}

TEST(Incidents, WhatWasEndedBeforeARestartIsNotEndedAgain) {
  Heard before;
  const auto first = before.see(sighting());
  const auto end = before.tick(kStart + hours(9));
  ASSERT_EQ(end.size(), 1U);
  Heard told, untold;
  for (Heard* after : {&told, &untold}) {
    after->see(sighting());
    after->remember(0, *first, kStart, kStart);
  }
  told.remember(0, end[0].raise, kStart, kStart);
  EXPECT_TRUE(told.tick(kStart + hours(10)).empty());
  EXPECT_EQ(untold.tick(kStart + hours(10)).size(), 1U) << "the engine was down when it ended";
}

TEST(Incidents, SubjectsAndTenantsAreApart) {
  Heard incidents;
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
  Heard incidents(hours(6));
  const auto replayed = [](microseconds after) {
    Sighting one = sighting(after);
    one.mode = Mode::kReplay;
    return one;
  };
  incidents.see(replayed({}));
  EXPECT_FALSE(incidents.see(replayed(-hours(10))));
  EXPECT_FALSE(incidents.see(replayed(hours(5))));
}

TEST(Incidents, AreBoundedAndTheQuietestGoesFirst) {
  Heard incidents;
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
