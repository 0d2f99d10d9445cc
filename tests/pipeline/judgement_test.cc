// What is thought of stored mentions changes: people correct them, new rules judge them anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kNewRules = R"(rules:
  - {id: rouen.veille, watch: true, any: [rouen]}
  - {id: rouen.quai, topic: quais, any: [quai]}
  - {id: danger.crue, urgency: 600, any: [crue]}
  - {id: ton.nul, tone: 600, any: [nul]}
)";

std::shared_ptr<const Knowledge> new_knowledge() { return knowledge(kNewRules, "second"); }

/// Judges up to `pieces` pieces anew; true when nothing is left.
bool reclassify(Store& store, const std::shared_ptr<const Knowledge>& by, std::size_t pieces = 1000,
                bool all = false) {
  Analyser analyser(by);
  for (const TenantId tenant : {kRouen, kCaen}) {
    for (std::optional from{MentionRef{tenant, 0, 0}}; from;) {
      if (pieces-- == 0) {
        return false;
      }
      from = store
                 .reclassify_some(*from, all, by->catalogue,
                                  [&](TenantId of, const Catalogue&, Record& record) {
                                    analyser.judge(of, record);
                                  })
                 .next;
    }
  }
  return true;
}

/// Enough for several pieces of work. Some are edited, some deleted; every word that a rule looks
/// for occurs.
std::string many_posts() {
  constexpr std::array<std::string_view, 7> kWords = {"eau", "quai", "crue",         "incendie",
                                                      "nul", "bien", "quai nul crue"};
  std::string lines;
  for (int i = 0; i < 700; ++i) {
    const std::string id = std::to_string(i), word(kWords[static_cast<std::size_t>(i) % 7]);
    lines += post(id, (i % 5 == 0 ? "Rouen et Caen : " : "Rouen : ") + word,
                  R"(,"created_at":"2026-10-1)" + std::to_string(i % 3) + R"(T06:00:00Z")");
  }
  for (int i = 0; i < 700; i += 11) {
    lines += post(std::to_string(i), "Rouen : incendie au quai",
                  R"(,"edited_at":"2026-10-14T06:10:00Z")");
  }
  for (int i = 0; i < 700; i += 13) {
    lines += deletion(std::to_string(i));
  }
  return lines;
}

/// All that people see of mentions and counts.
std::vector<std::string> seen(const Store& store) {
  std::vector<std::string> all;
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_TRUE(rolled_up(store, tenant) == recounted(store, tenant));
    for (auto list : {stored_lines(store, tenant), urgent_ids(store, tenant)}) {
      all.insert(all.end(), list.begin(), list.end());
    }
  }
  return all;
}

TEST(Reclassification, GivesWhatTheNewRulesWouldHaveGiven) {
  MemoryDisk disk, fresh_disk;
  TwoTowns engine(disk), fresh(fresh_disk);
  fresh.shelf.replace(new_knowledge());
  for (TwoTowns* each : {&engine, &fresh}) {
    each->take(many_posts(), {.mode = Mode::kReplay});
  }
  ASSERT_NE(seen(*engine.store), seen(*fresh.store));
  EXPECT_TRUE(reclassify(*engine.store, new_knowledge()));
  EXPECT_EQ(seen(*engine.store), seen(*fresh.store));
}

TEST(Reclassification, ASecondOneChangesNoByte) {
  MemoryDisk disk;
  TwoTowns engine(disk);
  engine.take(many_posts(), {.mode = Mode::kReplay});
  reclassify(*engine.store, new_knowledge());
  const auto image = disk_image(disk);
  for (const bool all : {false, true}) {
    reclassify(*engine.store, new_knowledge(), 1000, all);
    EXPECT_TRUE(disk_image(disk) == image) << all;
  }
}

TEST(Reclassification, WhereverItIsCutTheCountsAreRightAndTheNextOneEndsIt) {
  MemoryDisk calm;
  {
    TwoTowns engine(calm);
    engine.take(many_posts(), {.mode = Mode::kReplay});
    reclassify(*engine.store, new_knowledge());
  }
  const std::vector<std::string> expected = seen(*TwoTowns(calm).store);
  for (const bool power_is_cut : {false, true}) {
    bool was_done = false;
    std::size_t pieces = 0;
    for (; !was_done; ++pieces) {
      MemoryDisk disk;
      {
        TwoTowns engine(disk);
        engine.take(many_posts(), {.mode = Mode::kReplay});
        was_done = reclassify(*engine.store, new_knowledge(), pieces);
      }
      if (power_is_cut) {
        disk.lose_unsynced();
      }
      TwoTowns reborn(disk);
      seen(*reborn.store);  // checks the counts of what is half old, half new
      EXPECT_TRUE(reclassify(*reborn.store, new_knowledge()));
      EXPECT_EQ(seen(*reborn.store), expected) << pieces;
      ASSERT_FALSE(testing::Test::HasFailure());
    }
    EXPECT_GT(pieces, 4U);
  }
}

TEST(Reclassification, WhatItMakesUrgentWasToldToNobodySoTheNextOneIs) {
  MemoryDisk disk;
  {
    TwoTowns engine(disk);
    engine.take(post("1", "Rouen : crue"));
    reclassify(*engine.store, new_knowledge());
    EXPECT_THAT(urgent_ids(*engine.store, kRouen), ElementsAre("1"));
    EXPECT_TRUE(alert_bodies(*engine.store, kRouen).empty());
  }
  TwoTowns engine(disk);
  engine.shelf.replace(new_knowledge());
  engine.take(post("2", "Rouen : la crue monte"));
  EXPECT_EQ(alert_bodies(*engine.store, kRouen).size(), 1U);
}

TEST(Reclassification, WhatItCalmsIsStillWithdrawnFromItsAlert) {
  MemoryDisk disk;
  TwoTowns engine(disk);
  engine.take(post("1", "Rouen : incendie au dépôt secret"));
  ASSERT_THAT(alert_bodies(*engine.store, kRouen), ElementsAre(HasSubstr("secret")));
  reclassify(*engine.store, new_knowledge());
  EXPECT_TRUE(urgent_ids(*engine.store, kRouen).empty());
  engine.take(deletion("1"));
  EXPECT_THAT(alert_bodies(*engine.store, kRouen), ElementsAre(testing::Not(HasSubstr("secret"))));
}

class Corrections : public testing::Test {
 protected:
  /// Waits for the writer; nothing if it did not answer.
  static std::optional<bool> correct(TwoTowns& engine, const MentionRef& ref,
                                     const Correction& correction) {
    std::optional<bool> found;
    bool was_there = false;
    EXPECT_TRUE(
        engine.pipeline->change({[&](Store& store) { was_there = store.correct(ref, correction); },
                                 [&] { found = was_there; }}));
    engine.settle();
    return found;
  }
  static Correction urgent(bool answer) {
    Correction correction;
    correction.urgent = answer;
    return correction;
  }

  MemoryDisk disk;
};

TEST_F(Corrections, AreSafeOnceTheyAreAnswered) {
  MentionRef ref;
  {
    TwoTowns engine(disk);
    engine.take(post("1", "Rouen : nul"));
    ref = engine.mention(kRouen, "1").ref;
    Correction positive;
    positive.tone = Tone::kPositive;
    EXPECT_EQ(correct(engine, ref, positive), true);
    EXPECT_EQ(correct(engine, {kRouen, ref.day, 99}, positive), false);
  }
  disk.lose_unsynced();
  TwoTowns reborn(disk);
  const StoredMention stored = reborn.mention(kRouen, "1");
  EXPECT_EQ(tone_in_force(stored.record), Tone::kPositive);
  EXPECT_EQ(stored.record.verdict.tone, Tone::kNegative);
  EXPECT_TRUE(rolled_up(*reborn.store, kRouen) == recounted(*reborn.store, kRouen));
}

TEST_F(Corrections, StayThroughNewRulesAndNewCountsOfLikesNotThroughNewWords) {
  TwoTowns engine(disk);
  engine.take(post("1", "Rouen : nul"));
  const MentionRef ref = engine.mention(kRouen, "1").ref;
  Correction negative;
  negative.tone = Tone::kNegative;
  correct(engine, ref, negative);
  reclassify(*engine.store, new_knowledge());
  EXPECT_EQ(engine.mention(kRouen, "1").record.verdict.tone, Tone::kPositive);
  engine.take(
      post("1", "Rouen : nul", R"(,"edited_at":"2026-10-14T06:10:00Z","engagement":{"likes":40})"));
  EXPECT_EQ(tone_in_force(engine.mention(kRouen, "1").record), Tone::kNegative);
  engine.take(post("1", "Rouen : bien", R"(,"edited_at":"2026-10-14T06:20:00Z")"));
  EXPECT_EQ(tone_in_force(engine.mention(kRouen, "1").record), Tone::kPositive);
  EXPECT_TRUE(rolled_up(*engine.store, kRouen) == recounted(*engine.store, kRouen));
}

TEST_F(Corrections, OpenNoIncidentsAndCloseNone) {
  {
    TwoTowns engine(disk);
    engine.take(post("1", "Rouen : eau"));
    engine.take(post("2", "Rouen : incendie"));
    correct(engine, engine.mention(kRouen, "1").ref, urgent(true));
    correct(engine, engine.mention(kRouen, "2").ref, urgent(false));
    EXPECT_THAT(urgent_ids(*engine.store, kRouen), ElementsAre("1"));
  }
  TwoTowns engine(disk);
  engine.take(post("3", "Rouen : un autre incendie"));
  EXPECT_EQ(alert_bodies(*engine.store, kRouen).size(), 1U) << "that one was announced";
  engine.take(post("4", "Rouen : incendie près de l'eau"));
  EXPECT_EQ(alert_bodies(*engine.store, kRouen).size(), 2U) << "nobody was told of the water";
}

TEST_F(Corrections, TooManyAtOnceAreRefused) {
  TwoTowns engine(disk);
  std::size_t answered = 0;
  const ChangeDesk::Change change{[](Store& store) {
                                    store.correct({kRouen, 1, 1}, {});
                                  },
                                  [&] { ++answered; }};
  for (std::size_t i = 0; i < ChangeDesk::kMaxWaiting; ++i) {
    EXPECT_TRUE(engine.pipeline->change(change));
  }
  EXPECT_FALSE(engine.pipeline->change(change));
  engine.settle();
  EXPECT_EQ(answered, ChangeDesk::kMaxWaiting);
}

}  // namespace
}  // namespace vigie
