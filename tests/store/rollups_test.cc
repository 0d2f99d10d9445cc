// Counts by five minutes, hour and day say what a recount of the mentions says.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

constexpr RollupGrain kGrains[] = {RollupGrain::kFiveMinutes, RollupGrain::kHour,
                                   RollupGrain::kDay};
constexpr Day kFirstDay = 20000;
constexpr std::uint32_t kSources = 12;
using Cells = std::map<std::tuple<std::uint32_t, std::string, Tone, Urgency>, std::int64_t>;

class Rollups : public testing::Test {
 protected:
  void open() {
    store.reset();
    StoreOptions options;
    options.tenants = {"rouen", "caen"};
    options.mentions_per_pack = 8;
    store = Store::open(disk.open(), options).value();
  }
  Cells rolled_up(RollupGrain grain) const {
    Cells cells;
    EXPECT_TRUE(store->visit_rollups(0, grain, 0, ~0U, [&](const RollupRow& row) {
      row.for_each([&](Tone tone, Urgency urgency, std::int64_t count) {
        cells[{row.bucket, std::string(row.topic), tone, urgency}] += count;
      });
    }));
    return cells;
  }
  Cells recounted(RollupGrain grain, Time since = {}) const {
    Cells cells;
    EXPECT_TRUE(store->scan(0, {}, 0, [&](const StoredMention& stored) {
      const Record& record = stored.record;
      if (record.official || record.mention.created_at < since) {
        return true;
      }
      const std::uint32_t bucket = bucket_of(grain, record.mention.created_at);
      const Tone tone = tone_in_force(record);
      const Urgency urgency = urgency_in_force(record);
      ++cells[{bucket, "", tone, urgency}];
      for (const std::uint32_t topic : record.topics) {
        ++cells[{bucket, stored.catalogue->names[topic], tone, urgency}];
      }
      return true;
    }));
    return cells;
  }
  /// Kept, edited, taken back, corrected: as it comes, over some days.
  void live_through(std::mt19937& random, int steps) {
    const auto pick = [&](std::uint32_t below) { return std::uint32_t(random() % below); };
    for (int step = 0; step < steps; ++step) {
      const std::uint32_t id = pick(400);
      Told told{.tenant = pick(2), .id = std::to_string(id), .text = std::to_string(step)};
      told.source = "source " + std::to_string(id % kSources);
      told.action = pick(7) == 0 ? Finding::Action::kDelete : Finding::Action::kKeep;
      told.revision = pick(3);
      told.tone = static_cast<Tone>(pick(3));
      told.urgency = static_cast<Urgency>(pick(4));
      told.official = pick(9) == 0;
      told.hour = kFirstDay * 24 + pick(72);
      told.minute = pick(60);
      if (pick(2) == 0) {
        told.topics = {pick(3)};
      }
      const Store::Applied applied = tell(*store, told, catalogue);
      if (applied.outcome == Store::Outcome::kStored && pick(3) == 0) {
        Correction correction;
        correction.tone = static_cast<Tone>(pick(3));
        store->correct(applied.ref, std::move(correction));
      }
    }
    store->sync();
  }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
  std::shared_ptr<const Catalogue> catalogue = catalogue_named("first");
};

TEST_F(Rollups, OfAnyGrainAreWhatARecountGives) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  open();
  live_through(random, 1500);
  for (int round = 0; round < 2; ++round) {
    for (const RollupGrain grain : kGrains) {
      EXPECT_FALSE(recounted(grain).empty());
      EXPECT_EQ(rolled_up(grain), recounted(grain)) << static_cast<int>(grain);
    }
    open();
  }
  // Judged anew, every tone turns and topics move.
  const auto second = catalogue_named("second");
  MentionRef from{};
  for (std::optional<MentionRef> next = from; next;) {
    next = store
               ->reclassify_some(*next, false, second,
                                 [](TenantId, const Catalogue&, Record& record) {
                                   record.verdict.tone = record.verdict.tone == Tone::kNegative
                                                             ? Tone::kPositive
                                                             : Tone::kNegative;
                                   record.topics = {1};
                                 })
               .next;
  }
  for (const RollupGrain grain : kGrains) {
    EXPECT_EQ(rolled_up(grain), recounted(grain)) << static_cast<int>(grain);
  }
}

TEST_F(Rollups, OfHoursAndOfAllTopicsAddUpToThoseOfEachHour) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  open();
  live_through(random, 600);
  using Sums = std::map<std::tuple<std::string, std::string, Tone, Urgency>, std::int64_t>;
  const auto adding_to = [](Sums& sums) {
    return [&sums](const RollupRow& row) {
      row.for_each([&](Tone tone, Urgency urgency, std::int64_t count) {
        sums[{std::string(row.topic), std::string(row.source), tone, urgency}] += count;
      });
    };
  };
  const auto totals_of = [](Sums sums) {
    std::erase_if(sums, [](const auto& sum) { return !std::get<0>(sum.first).empty(); });
    return sums;
  };
  constexpr std::uint32_t kFirst = kFirstDay * 24 - 30, kLast = (kFirstDay + 4) * 24 + 30;
  for (int round = 0; round < 200; ++round) {
    const auto from = kFirst + std::uint32_t(random() % (kLast - kFirst));
    const auto to = from + std::uint32_t(random() % (kLast - from));
    SCOPED_TRACE(testing::Message() << "hours from " << from << " to " << to);
    Sums hours, by_hour, totals;
    ASSERT_TRUE(store->visit_hours(0, from, to, adding_to(hours)));
    ASSERT_TRUE(store->visit_rollups(0, RollupGrain::kHour, from, to, adding_to(by_hour)));
    ASSERT_TRUE(store->visit_totals(0, RollupGrain::kHour, from, to, adding_to(totals)));
    std::erase_if(hours, [](const auto& sum) { return sum.second == 0; });
    std::erase_if(by_hour, [](const auto& sum) { return sum.second == 0; });
    std::erase_if(totals, [](const auto& sum) { return sum.second == 0; });
    ASSERT_EQ(hours, by_hour);
    ASSERT_EQ(totals, totals_of(by_hour));
  }
}

TEST_F(Rollups, WhatIsForgottenByFiveMinutesLeavesNothingBehind) {
  open();
  Told old{.id = "old", .hour = kFirstDay * 24}, late{.id = "late", .hour = (kFirstDay + 5) * 24};
  tell(*store, old, catalogue);
  tell(*store, late, catalogue);
  store->sync();
  const Day today = kFirstDay + 1 + Store::kFineRollupDays;
  store->expire(today);
  EXPECT_EQ(rolled_up(RollupGrain::kFiveMinutes),
            recounted(RollupGrain::kFiveMinutes, Time(std::chrono::days(kFirstDay + 1))));
  EXPECT_EQ(rolled_up(RollupGrain::kHour).size(), 2U) << "hours and days stay";
  open();  // also after a start
  old.action = late.action = Finding::Action::kDelete;
  tell(*store, old, catalogue);
  store->commit();
  EXPECT_EQ(rolled_up(RollupGrain::kFiveMinutes).size(), 1U) << "not -1 of what was forgotten";
  tell(*store, late, catalogue);
  store->commit();
  for (const RollupGrain grain : kGrains) {
    EXPECT_TRUE(rolled_up(grain).empty()) << static_cast<int>(grain);
  }
}

TEST_F(Rollups, AClockThatIsAYearAheadForAMomentCostsTwoDays) {
  open();
  for (std::int64_t day = 0; day < 30; ++day) {
    tell(*store, {.id = std::to_string(day), .hour = (kFirstDay + day) * 24}, catalogue);
  }
  store->sync();
  store->expire(kFirstDay + 395);
  EXPECT_EQ(rolled_up(RollupGrain::kFiveMinutes).size(), 28U);
  store->expire(kFirstDay + 30);
  tell(*store, {.id = "next", .hour = (kFirstDay + 30) * 24}, catalogue);
  store->commit();
  EXPECT_EQ(rolled_up(RollupGrain::kFiveMinutes).size(), 29U);
}

}  // namespace
}  // namespace vigie
