// What is remembered of how sources are doing, and of what they cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr Day kDay = 20'000;

Time at(Day day, std::int64_t second = 0) {
  return Time(std::chrono::days(day)) + std::chrono::seconds(second);
}

class Sources : public testing::Test {
 protected:
  Sources() { open({"rouen", "caen"}, {30, 60}); }
  void open(std::vector<std::string> tenants, std::vector<std::uint32_t> retention_days) {
    store.reset();
    StoreOptions options;
    options.tenants = std::move(tenants);
    options.retention_days = std::move(retention_days);
    options.micro_euros_per_read = {{"x", 500}};
    store = Store::open(disk.open(), options).value();
  }
  void note(const std::string& source, Time when, std::string state = "active",
            Sight sight = Sight::kClear) {
    const CoverageChange change{source, when, sight, std::move(state), "why"};
    store->note_coverage({&change, 1}, when);
  }
  std::vector<Time> times(const std::string& source, Time from, Time to) const {
    std::vector<Time> found;
    const auto changes = store->coverage(source, from, to);
    EXPECT_TRUE(changes);
    for (const CoverageChange& change : *changes) {
      EXPECT_EQ(change.source, source);
      found.push_back(change.at);
    }
    return found;
  }
  /// One envelope: `reads` posts, of which `copies` (mention, tenant) were stored.
  void take(const std::string& source, Day day, std::uint32_t reads,
            const std::vector<std::pair<std::uint32_t, TenantId>>& copies) {
    auto origin = std::make_shared<Origin>();
    origin->connector_id = source;
    findings.origin = origin;
    findings.received_at = at(day, 10);
    findings.mentions = reads;
    for (const auto& [mention, tenant] : copies) {
      Finding finding;
      finding.mention = mention;
      finding.tenant = tenant;
      store->count_kept(findings, finding);
    }
    store->count_reads(findings);
  }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
  Findings findings;  ///< used again and again, as the writer does
};

TEST_F(Sources, ARangeBeginsWithTheChangeBeforeIt) {
  note("feed", at(kDay, 10));
  note("feed", at(kDay, 20), "waiting", Sight::kBlind);
  note("feed", at(kDay, 30));
  note("feed2", at(kDay, 5));
  EXPECT_THAT(times("feed", at(kDay, 20), at(kDay, 30)), ElementsAre(at(kDay, 20)));
  EXPECT_THAT(times("feed", at(kDay, 25), at(kDay, 90)), ElementsAre(at(kDay, 20), at(kDay, 30)));
  EXPECT_THAT(times("feed", at(kDay, 0), at(kDay, 15)), ElementsAre(at(kDay, 10)));
  EXPECT_THAT(times("feed", at(kDay, 50), at(kDay, 60)), ElementsAre(at(kDay, 30)));
  EXPECT_THAT(times("fee", at(kDay, 0), at(kDay, 90)), IsEmpty());
  const auto found = store->coverage("feed", at(kDay, 20), at(kDay, 30));
  EXPECT_EQ((*found)[0], (CoverageChange{"feed", at(kDay, 20), Sight::kBlind, "waiting", "why"}));
}

TEST_F(Sources, WhatWasWrittenOutlivesTheProcess) {
  EXPECT_EQ(store->coverage_end()->alive_at, std::nullopt);
  note("feed", at(kDay, 10));
  note("feed", at(kDay, 20), "waiting", Sight::kBlind);
  note("a", at(kDay, 15));
  store->note_coverage({}, at(kDay, 40));
  open({"rouen"}, {30});
  const auto end = store->coverage_end();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->alive_at, at(kDay, 40));
  ASSERT_EQ(end->last.size(), 2U);
  EXPECT_EQ(end->last[0].source, "a");
  EXPECT_EQ(end->last[1], (CoverageChange{"feed", at(kDay, 20), Sight::kBlind, "waiting", "why"}));
}

TEST_F(Sources, CoverageGoesWhenNoTenantKeepsAnythingSoOld) {
  note("feed", at(kDay));
  note("feed", at(kDay + 1));
  note("feed", at(kDay + 2));
  note("still", at(kDay));
  store->expire(kDay + 1 + 60);
  EXPECT_EQ(times("feed", at(0), at(kDay + 9)).size(), 3U)
      << "the first says how the next day began";
  store->expire(kDay + 2 + 60);
  EXPECT_THAT(times("feed", at(0), at(kDay + 9)), ElementsAre(at(kDay + 1), at(kDay + 2)));
  EXPECT_THAT(times("still", at(0), at(kDay + 9)), ElementsAre(at(kDay)));
  open({"rouen", "caen"}, {30, 0});
  store->expire(kDay + 1000);
  EXPECT_EQ(times("feed", at(0), at(kDay + 9)).size(), 2U) << "one tenant keeps for ever";
}

TEST_F(Sources, ReadsCopiesAndEurosAreCountedByDay) {
  take("x", kDay, 4, {{0, 0}, {0, 1}, {2, 1}});
  take("x", kDay, 3, {{0, 0}});
  take("feed", kDay, 5, {});
  take("x", kDay + 1, 2, {{1, 0}});
  EXPECT_THAT(*store->usage(0, kDay + 9), IsEmpty()) << "not before the batch is written";
  store->commit();
  store->add_traffic("x", kDay, {2, 900, 80});
  store->add_traffic("x", kDay, {1, 100, 20});
  const auto use = store->usage(kDay, kDay + 1);
  ASSERT_TRUE(use);
  ASSERT_EQ(use->size(), 2U);
  EXPECT_EQ((*use)[0].source, "feed");
  EXPECT_EQ((*use)[0].reads, 5U);
  EXPECT_EQ((*use)[0].kept, 0U);
  EXPECT_EQ((*use)[0].micro_euros, 0U) << "it has no price";
  const SourceUse& x = (*use)[1];
  EXPECT_EQ(x.reads, 7U);
  EXPECT_EQ(x.kept, 3U) << "a mention that two keep is one";
  EXPECT_EQ(x.micro_euros, 7U * 500);
  EXPECT_EQ(x.traffic, (Traffic{3, 1000, 100}));
  EXPECT_THAT(x.kept_by, ElementsAre(Pair("caen", 2), Pair("rouen", 2)));
  EXPECT_EQ(store->usage(kDay, kDay + 2)->size(), 3U);
  EXPECT_EQ(store->usage(kDay + 1, kDay + 2)->size(), 1U);
  EXPECT_THAT(*store->usage(kDay + 2, kDay + 9), IsEmpty());
}

TEST_F(Sources, CountsGoWithTheBatchAPowerCutTakesBothOrNone) {
  take("x", kDay, 4, {{0, 0}});
  store->sync();
  take("x", kDay, 10, {});
  store->commit();
  store.reset();
  disk.lose_unsynced();
  open({"rouen", "caen"}, {30, 60});
  const auto use = store->usage(0, kDay + 9);
  ASSERT_EQ(use->size(), 1U);
  EXPECT_EQ((*use)[0].reads, 4U);
}

TEST_F(Sources, WhatATenantThatLeftCostStaysInTheSums) {
  take("x", kDay, 4, {{0, 0}, {1, 1}});
  store->sync();
  open({"caen"}, {60});
  EXPECT_THAT((*store->usage(0, kDay + 9))[0].kept_by,
              ElementsAre(Pair("(former)", 1), Pair("caen", 1)));
}

}  // namespace
}  // namespace vigie
