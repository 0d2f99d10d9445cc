// What is acknowledged is safe, what is not is read again: cursors, power cuts, restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/alert/alert.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;

TEST(Order, IsThatOfArrivalHoweverFastTheWorkersAre) {
  MemoryDisk disk;
  TwoTowns engine(disk, 2);
  const auto parent = engine.send(post("1", "Rouen"), {.cursor = "1"});
  const auto reply = engine.send(post("2", "oui", R"(,"in_reply_to":"1")"), {.cursor = "2"});
  engine.run_worker_and_writer(1);  // only the reply is judged
  EXPECT_EQ(engine.committed(), 0U);
  EXPECT_EQ(engine.cursor(), "none");
  EXPECT_TRUE(engine.texts(kRouen).empty());
  engine.run_worker_and_writer(0);
  EXPECT_EQ(engine.committed(), 2U);
  EXPECT_EQ(engine.cursor(), "2");
  EXPECT_EQ(parent->kept, 1U);
  EXPECT_EQ(reply->kept, 1U) << "it answers something that is kept";
}

TEST(Order, AnEditThatNoRuleWantsReplacesItsOriginalWhoeverIsFaster) {
  MemoryDisk disk;
  TwoTowns engine(disk, 2);
  engine.send(post("1", "Rouen : je me suis trompé"));
  engine.send(post("1", "pardon", R"(,"edited_at":"2026-10-14T06:10:00Z")"));
  engine.run_worker_and_writer(1);
  engine.run_worker_and_writer(0);
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("pardon"));
}

TEST(Order, WhatIsWrittenIsSyncedThoughAWorkerStandsStill) {
  MemoryDisk disk;
  TwoTowns engine(disk, 2);
  const auto first = engine.send(post("1", "Rouen"));
  engine.send(post("2", "Rouen"));
  engine.run_worker_and_writer(0);  // the other one never comes to its envelope
  EXPECT_EQ(engine.committed(), 1U);
  EXPECT_EQ(first->kept, 1U);
}

/// Both are written when the disk has done the first one's sync; of the second nobody asked it.
TEST(Order, WhatIsAppliedWhileTheDiskIsWaitedForIsAcknowledgedByTheNextSync) {
  constexpr int kAttempts = 50;  // a slow machine begins the first sync at once
  bool was_seen = false;
  for (int i = 0; i < kAttempts && !was_seen; ++i) {
    MemoryDisk disk;
    TwoTowns engine(disk);
    engine.send(post("1", "Rouen"));
    engine.pipeline->step();  // judged and applied
    engine.pipeline->step();  // its sync is begun
    engine.send(post("2", "Rouen"));
    engine.pipeline->step();
    was_seen = engine.committed() == 0 && engine.texts(kRouen).size() == 2;
    while (engine.committed() == 0) {
      ASSERT_TRUE(engine.pipeline->step());
    }
    EXPECT_TRUE(!was_seen || engine.committed() == 1);
    engine.settle();
    EXPECT_EQ(engine.committed(), 2U);
  }
  EXPECT_TRUE(was_seen);
}

TEST(Cursor, AnEnvelopeWithoutMentionsMovesItToo) {
  MemoryDisk disk;
  TwoTowns engine(disk);
  engine.take("", {.cursor = "after nothing"});
  EXPECT_EQ(engine.committed(), 1U);
  EXPECT_EQ(engine.cursor(), "after nothing");
}

TEST(Cursor, AnEmptyCursorLeavesTheLastOneInPlace) {
  MemoryDisk disk;
  TwoTowns engine(disk);
  engine.take(post("1", "Rouen"), {.cursor = "page 1"});
  engine.take(post("2", "Rouen"));
  EXPECT_EQ(engine.cursor(), "page 1");
  EXPECT_EQ(engine.committed(), 2U);
}

/// Whether what is urgent is edited and taken back like the rest. Incidents are remembered by the
/// urgent mentions there are: the same alerts then, but they may count fewer mentions.
enum class Urgent { kStays, kChanges };

/// A made-up week: posts, replies, edits, deletions, things told twice, unreadable ones.
std::vector<std::string> made_up_envelopes(std::uint64_t seed, Urgent urgent = Urgent::kStays) {
  constexpr std::array<std::string_view, 4> kWords = {"eau", "route", "c'est nul", "c'est bien"};
  std::mt19937_64 random(seed);
  const auto any = [&](std::size_t bound) { return random() % bound; };
  const auto danger = [&] { return any(3) == 0 ? " explosion" : " incendie"; };
  const auto hour_of_edit = [&] { return std::to_string(any(9)) + R"(:00:00Z")"; };
  std::vector<std::string> envelopes;
  std::size_t known = 0;
  for (std::size_t i = 0; i < 30; ++i) {
    std::string lines;
    for (std::size_t line = any(4); line > 0; --line) {
      const std::string hour = std::to_string(10 + i / 3);
      const std::string date = R"(,"created_at":"2026-10-1)" + std::to_string(i / 8) + "T" + hour +
                               R"(:00:00Z","author":{"id":"a)" + std::to_string(any(5)) + R"("})";
      const std::string id = std::to_string(any(10) < 6 ? known++ : any(known + 1));
      const std::string text = std::string(any(5) != 0 ? "Rouen" : "Caen") +
                               (any(4) == 0 ? ", Caen : " : " : ") +
                               std::string(kWords[any(kWords.size())]);
      switch (any(10)) {
        case 0:
          lines += deletion(id);
          break;
        case 1:
          lines += post(id, text, date + R"(,"edited_at":"2026-10-19T1)" + hour_of_edit());
          break;
        case 2:
          lines += post(id, "réponse",
                        date + R"(,"in_reply_to":")" + std::to_string(any(known + 1)) + "\"");
          break;
        case 3:
          lines += urgent == Urgent::kStays
                       ? post("urgent-" + std::to_string(i) + "-" + std::to_string(line),
                              text + danger(), date)
                       : post("urgent-" + id, text + danger(), date);
          break;
        case 4:
          lines += "{\"torn\n";
          break;
        case 5:
          if (urgent == Urgent::kChanges) {
            lines += any(2) == 0 ? deletion("urgent-" + id)
                                 : post("urgent-" + id, any(2) == 0 ? text : text + danger(),
                                        date + R"(,"edited_at":"2026-10-19T1)" + hour_of_edit());
            break;
          }
          [[fallthrough]];
        default:
          lines += post(id, text, date);
      }
    }
    envelopes.push_back(std::move(lines));
  }
  return envelopes;
}

/// All that people would see.
struct Outcome {
  std::array<std::vector<std::string>, 2> mentions, urgent, alerts;
  std::array<std::vector<std::string>, 2> news;  ///< of the alerts: incident, what, level
  std::array<Counts, 2> counts;
  std::size_t dead_letters = 0;
};

void expect_same(const Outcome& found, const Outcome& expected, const std::string& where,
                 Urgent urgent = Urgent::kStays) {
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_EQ(found.mentions[tenant], expected.mentions[tenant]) << where;
    EXPECT_EQ(found.urgent[tenant], expected.urgent[tenant]) << where;
    EXPECT_EQ(found.news[tenant], expected.news[tenant]) << where;
    if (urgent == Urgent::kStays) {
      EXPECT_EQ(found.alerts[tenant], expected.alerts[tenant]) << where;
    }
    EXPECT_TRUE(found.counts[tenant] == expected.counts[tenant]) << where;
  }
  EXPECT_EQ(found.dead_letters, expected.dead_letters) << where;
}

Outcome outcome(const Store& store) {
  Outcome all;
  for (const TenantId tenant : {kRouen, kCaen}) {
    all.mentions[tenant] = stored_lines(store, tenant);
    all.urgent[tenant] = urgent_ids(store, tenant);
    all.alerts[tenant] = alert_bodies(store, tenant);
    for (const std::string& body : all.alerts[tenant]) {
      const Alert alert = parse_alert(body).value();
      all.news[tenant].push_back(alert.incident + ' ' + std::string(to_string(alert.news)) + ' ' +
                                 std::string(to_string(alert.level)));
    }
    all.counts[tenant] = rolled_up(store, tenant);
    EXPECT_EQ(all.counts[tenant], recounted(store, tenant));
  }
  all.dead_letters = store.dead_letters(100'000).value().size();
  return all;
}

/// One life of the machine: reads on from the stored cursor. True when it got to the end, false
/// when the current failed after `steps`.
bool live(MemoryDisk& disk, const std::vector<std::string>& envelopes, std::size_t workers,
          std::size_t steps, std::mt19937_64& random, Outcome* at_the_end = nullptr) {
  std::size_t acknowledged = 0;
  bool finished = false;
  {
    TwoTowns engine(disk, workers);
    const std::string cursor = engine.cursor();
    const std::size_t resumed = cursor == "none" ? 0 : std::stoul(cursor);
    std::size_t next = resumed;
    for (std::size_t step = 0; step < steps && !finished; ++step) {
      // As many for each worker: they finish in order, so that even the references are the same.
      for (std::size_t burst = random() % 3 * workers; burst > 0 && next < envelopes.size();
           --burst) {
        engine.send(envelopes[next], {.cursor = std::to_string(next + 1), .mode = Mode::kReplay});
        ++next;
      }
      const bool worked = engine.pipeline->step();
      finished = !worked && next == envelopes.size();
    }
    acknowledged = resumed + engine.committed();
    if (finished && at_the_end != nullptr) {
      *at_the_end = outcome(*engine.store);
    }
  }
  disk.lose_unsynced();
  const TwoTowns reborn(disk, workers);
  EXPECT_GE(reborn.cursor() == "none" ? 0 : std::stoul(reborn.cursor()), acknowledged)
      << "something acknowledged was lost";
  return finished;
}

class PowerCut : public testing::TestWithParam<std::size_t> {};

TEST_P(PowerCut, AfterAnyStepLosesNothingAndChangesNothing) {
  constexpr std::size_t kForEver = 100'000;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::vector<std::string> envelopes = made_up_envelopes(seed);
    Outcome expected;
    MemoryDisk calm;
    std::mt19937_64 random(seed);
    ASSERT_TRUE(live(calm, envelopes, GetParam(), kForEver, random, &expected));
    EXPECT_FALSE(expected.alerts[kRouen].empty());
    bool arrived = false;
    for (std::size_t cut = 0; !arrived; ++cut) {
      MemoryDisk disk;
      random.seed(seed);
      arrived = live(disk, envelopes, GetParam(), cut, random);
      Outcome found;
      ASSERT_TRUE(live(disk, envelopes, GetParam(), kForEver, random, &found));
      expect_same(found, expected, "seed " + std::to_string(seed) + ", cut " + std::to_string(cut));
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST_P(PowerCut, AMachineThatLosesPowerAllTheTimeGetsThereToo) {
  std::size_t cuts = 0;
  for (std::uint64_t seed = 4; seed <= 40; ++seed) {
    const Urgent urgent = seed % 2 == 0 ? Urgent::kStays : Urgent::kChanges;
    const std::vector<std::string> envelopes = made_up_envelopes(seed, urgent);
    Outcome expected, found;
    MemoryDisk calm, disk;
    std::mt19937_64 random(seed);
    ASSERT_TRUE(live(calm, envelopes, GetParam(), 100'000, random, &expected));
    std::size_t lives = 1;
    while (!live(disk, envelopes, GetParam(), 2 + random() % 12, random, &found)) {
      ASSERT_LT(++lives, 1000U) << "no progress";
    }
    cuts += lives - 1;
    expect_same(found, expected, "seed " + std::to_string(seed), urgent);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(cuts, 40U) << "it hardly lost power";
}

INSTANTIATE_TEST_SUITE_P(Workers, PowerCut, testing::Values(1, 2, 3));

}  // namespace
}  // namespace vigie
