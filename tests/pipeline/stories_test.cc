// What says the same is one story: however many say it, whoever takes it back, across restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <ranges>

#include "tests/pipeline/two_towns.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

constexpr std::string_view kRumour =
    "À Rouen une usine aurait déversé une cuve dans la rivière cette nuit, partagez";

std::string by(std::string_view author, std::string_view more = {}) {
  return R"(,"author":{"id":")" + std::string(author) + R"("})" + std::string(more);
}

class StoryOf : public testing::Test {
 protected:
  /// The story of a mention: its founder's id if it is still there.
  MentionRef story(std::string_view id) const {
    const StoredMention stored = engine->mention(kRouen, id);
    const auto& repeats = stored.record.repeats;
    return repeats ? MentionRef{kRouen, repeats->day, repeats->sequence} : stored.ref;
  }
  bool leads(std::string_view id) const { return engine->mention(kRouen, id).record.leads; }
  void expect_exact_counts() const {
    EXPECT_EQ(rolled_up(*engine->store, kRouen), recounted(*engine->store, kRouen));
  }
  std::int64_t counted_stories() const {
    std::int64_t stories = 0;
    for (const auto& [cell, count] : rolled_up(*engine->store, kRouen)) {
      stories += std::get<1>(cell).empty() ? count.second : 0;
    }
    return stories;
  }
  void restart() {
    const Time now = engine->clock.now();
    engine.reset();
    engine = std::make_unique<TwoTowns>(disk);
    engine->clock.set(now);
  }

  MemoryDisk disk;
  std::unique_ptr<TwoTowns> engine = std::make_unique<TwoTowns>(disk);
  const std::string rumour{kRumour};
};

TEST_F(StoryOf, CopiesAreOneWithTheirMentionsAuthorsAndSources) {
  engine->take(post("1", rumour, by("ana")) + post("2", "RT @ana: " + rumour, by("bob")) +
               post("3", "On mange bien à Rouen, allez-y en famille ce dimanche", by("ana")));
  engine->take(post("4", rumour + " !!! 😡", by("bob", R"(,"created_at":"2026-10-14T05:10:00Z")")));
  const auto found = engine->store->story(story("1"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->mentions, 3U);
  EXPECT_EQ((*found)->authors, 2U);
  EXPECT_THAT((*found)->sources, ElementsAre(Pair("mastodon", 3)));
  EXPECT_EQ((*found)->first_at, at("2026-10-14T05:10:00Z"));
  EXPECT_EQ((*found)->last_at, at("2026-10-14T06:00:00Z"));
  EXPECT_EQ((*found)->peak_hour, hour_of(at("2026-10-14T06:00:00Z")));
  EXPECT_EQ((*found)->peak_mentions, 2U);
  EXPECT_EQ(story("2"), story("1"));
  EXPECT_EQ(story("4"), story("1"));
  EXPECT_NE(story("3"), story("1"));
  EXPECT_EQ(counted_stories(), 2);
  expect_exact_counts();
  const auto all = engine->store->widest_stories(kRouen, 0, ~Day{0}, kAnyTime, 10,
                                                 [](const Story&) { return true; });
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, SizeIs(1)) << "what nobody repeats is no story of its own in a list";
}

TEST_F(StoryOf, TheWidestAreThoseThatARecountGives) {
  std::mt19937_64 random(11);
  const auto any = [&](std::uint64_t below) { return random() % below; };
  std::vector<std::string> founders;
  std::uint64_t id = 0;
  for (int told = 0; told < 24; ++told) {
    std::string text = "À Rouen";
    for (int word = 0; word < 12; ++word) {
      text += " " + std::string(1, static_cast<char>('a' + any(26))) + std::to_string(any(1000));
    }
    founders.push_back(std::to_string(id));
    for (std::uint64_t said = 0, times = 1 + any(6); said < times; ++said) {
      engine->take(post(std::to_string(id++), text, by("author" + std::to_string(any(4)))));
    }
  }
  std::vector<Story> all;
  for (const std::string& founder : founders) {
    const auto found = engine->store->story(story(founder));
    ASSERT_TRUE(found && *found);
    if ((*found)->mentions > 1) {
      all.push_back(**found);
    }
  }
  std::ranges::stable_sort(all, std::greater(),
                           [](const Story& one) { return std::pair(one.authors, one.mentions); });
  ASSERT_THAT(all, SizeIs(testing::AllOf(testing::Gt(10U), testing::Lt(24U))));
  const auto names = [](const std::vector<Story>& stories, std::size_t limit) {
    std::vector<std::string> names;
    for (const Story& one : stories | std::views::take(limit)) {
      names.push_back(to_string(one.founder) + " x" + std::to_string(one.mentions));
    }
    return names;
  };
  const auto widest = [&](std::size_t limit, auto wanted) {
    return names(engine->store->widest_stories(kRouen, 0, ~Day{0}, kAnyTime, limit, wanted).value(),
                 limit);
  };
  for (const std::size_t limit : {0U, 1U, 2U, 5U, 11U, 50U}) {
    EXPECT_EQ(widest(limit, [](const Story&) { return true; }), names(all, limit)) << limit;
  }
  const auto is_large = [](const Story& one) { return one.mentions > 3; };
  std::erase_if(all, [&](const Story& one) { return !is_large(one); });
  EXPECT_EQ(widest(3, is_large), names(all, 3));
  EXPECT_FALSE(engine->store->widest_stories(kRouen, 0, ~Day{0}, kAnyTime, 3, [](const Story&) {
    return Result<bool>(fail(ErrorCode::kUnavailable, "no"));
  }));
}

TEST_F(StoryOf, TheNextOldestLeadsWhenTheFirstIsTakenBack) {
  engine->take(post("1", rumour, by("ana")) + post("2", rumour, by("bob")));
  engine->take(post("3", rumour, by("eve")));
  const MentionRef first = story("1");
  engine->take(deletion("1"));
  EXPECT_EQ(story("2"), first) << "a story keeps its name";
  EXPECT_TRUE(leads("2"));
  EXPECT_FALSE(leads("3"));
  EXPECT_EQ(engine->store->story(first).value()->mentions, 2U);
  EXPECT_EQ(engine->store->story(first).value()->oldest, engine->mention(kRouen, "2").ref);
  engine->take(post("4", rumour, by("leo")));
  EXPECT_EQ(story("4"), first) << "and goes on";
  expect_exact_counts();
  engine->take(deletion("2") + deletion("3") + deletion("4"));
  EXPECT_FALSE(engine->store->story(first).value());
  EXPECT_EQ(counted_stories(), 0);
  expect_exact_counts();
  engine->take(post("5", rumour, by("ana")));
  EXPECT_NE(story("5"), first) << "nothing is left to be repeated";
}

TEST_F(StoryOf, WhatIsTakenBackInTheSameBatchCountsForNothing) {
  engine->take(post("1", rumour, by("ana")) + post("2", rumour, by("bob")) + deletion("1") +
               post("3", rumour, by("eve")) + deletion("2"));
  EXPECT_TRUE(leads("3"));
  EXPECT_EQ(counted_stories(), 1);
  expect_exact_counts();
}

TEST_F(StoryOf, TheTownsOwnWordsAreNoStoryUntilSomebodyRepeatsThem) {
  engine->take(post("1", rumour, by("mairie-de-rouen")));
  EXPECT_EQ(counted_stories(), 0);
  engine->take(post("2", rumour, by("ana")) + post("3", rumour, by("bob")));
  EXPECT_EQ(story("3"), story("1"));
  EXPECT_TRUE(leads("2"));
  EXPECT_FALSE(leads("3"));
  EXPECT_EQ(counted_stories(), 1);
  expect_exact_counts();
  engine->take(deletion("2"));
  EXPECT_TRUE(leads("3"));
  EXPECT_EQ(counted_stories(), 1);
  expect_exact_counts();
}

TEST_F(StoryOf, AnEditedFirstMentionIsFoundByItsNewWords) {
  engine->take(post("1", "À Rouen le bus 4 est en retard ce matin devant la gare", by("ana")) +
               post("2", "RT @ana: À Rouen le bus 4 est en retard ce matin devant la gare"));
  engine->take(post("1", rumour, by("ana", R"(,"edited_at":"2026-10-14T06:10:00Z")")));
  EXPECT_EQ(engine->mention(kRouen, "1").record.mention.text, rumour);
  engine->take(post("3", rumour, by("eve")));
  EXPECT_EQ(story("3"), story("1"));
  EXPECT_EQ(story("2"), story("1")) << "what was said together stays together";
  expect_exact_counts();
}

TEST_F(StoryOf, ARestartChangesNothing) {
  const auto play = [&](bool with_restarts) {
    engine.reset();
    disk = MemoryDisk();
    engine = std::make_unique<TwoTowns>(disk);
    for (int i = 0; i < 12; ++i) {
      const std::string number = std::to_string(i);
      engine->take(post("a" + number, rumour, by("p" + number)) +
                   post("b" + number, "Rouen : le marché de la place numéro " +
                                          std::to_string(i % 4) + " est annulé à cause du vent"));
      if (i == 5) {
        engine->take(deletion("a0"));
      }
      engine->clock.advance(std::chrono::hours(5));
      if (with_restarts && i % 3 == 2) {
        restart();
      }
    }
    return stored_lines(*engine->store, kRouen);
  };
  const std::vector<std::string> straight = play(false);
  EXPECT_EQ(play(true), straight);
  expect_exact_counts();
}

TEST_F(StoryOf, AWeekLaterItIsANewOne) {
  engine->take(post("1", rumour, by("ana")));
  engine->clock.advance(std::chrono::hours(24 * 6));
  engine->take(post("2", rumour, by("bob", R"(,"created_at":"2026-10-20T06:00:00Z")")));
  EXPECT_EQ(story("2"), story("1"));
  engine->clock.advance(std::chrono::hours(24 * 8));
  engine->take(post("3", rumour, by("eve", R"(,"created_at":"2026-10-28T06:00:00Z")")));
  EXPECT_EQ(story("3"), engine->mention(kRouen, "3").ref);
  EXPECT_EQ(counted_stories(), 2);
}

TEST_F(StoryOf, AShortCopyIsKnownByWhatItReposts) {
  engine->take(post("1", "Rouen 💙", by("ana")) + post("2", "Rouen 💙", by("bob")) +
               post("3", "Rouen 💙", by("eve", R"(,"repost_of":"1")")));
  EXPECT_NE(story("2"), story("1")) << "two people greet the town";
  EXPECT_EQ(story("3"), story("1"));
}

}  // namespace
}  // namespace vigie
