// What the law lets us keep, and for how long: nothing personal outlives its tenant's retention.
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"
#include "tests/store/work_on_alert.h"

namespace vigie {
namespace {

constexpr Day kFirstDay = 20'000;

class Retention : public testing::Test {
 protected:
  Retention() { open({"rouen", "caen"}, {30, 0}); }
  void open(std::vector<std::string> tenants, std::vector<std::uint32_t> retention_days) {
    store.reset();
    StoreOptions options;
    options.tenants = std::move(tenants);
    options.retention_days = std::move(retention_days);
    auto opened = Store::open(disk.open(), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  void tell_on(Day day, TenantId tenant, const std::string& id, Urgency urgency = Urgency::kLow) {
    Told told;
    told.tenant = tenant;
    told.id = id;
    told.text = "secret " + id;
    told.urgency = urgency;
    told.identity = {.id = "a", .name = "Nom secret", .url = {}};
    told.hour = std::int64_t{day} * 24;
    tell(*store, told, catalogue);
    store->sync();
  }
  /// How many rows of the disk's family there are.
  std::size_t rows(Family family) {
    std::size_t count = 0;
    const auto key_value = disk.open();
    const auto at = key_value->iterate(family);
    for (at->seek({}); at->valid(); at->next()) {
      ++count;
    }
    return count;
  }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
  std::shared_ptr<const Catalogue> catalogue = catalogue_named("first");
};

TEST_F(Retention, AfterItNothingPersonalIsLeft) {
  tell_on(kFirstDay, 0, "1", Urgency::kHigh);
  store->add_alert(0, kFirstDay, "quote", {"mail"});
  store->commit();
  work_on_alert(*store, 1, WorkAct::kTake, "jeanne", {});
  store->add_dead_letter("hook", Time(std::chrono::hours(24 * kFirstDay)),
                         {RejectReason::kMalformed, "torn", "secret"});
  store->sync();
  store->expire(kFirstDay + 30);
  EXPECT_EQ(rows(Family::kMentions), 1U) << "the last day is still kept";
  EXPECT_EQ(rows(Family::kIdentities), 1U);
  store->expire(kFirstDay + 31);
  for (const Family family :
       {Family::kMentions, Family::kOverlay, Family::kIds, Family::kUrgent, Family::kIdentities,
        Family::kAuthorKeys, Family::kAlerts, Family::kOutbox, Family::kDeadLetters}) {
    EXPECT_EQ(rows(family), 0U) << to_string(family);
  }
  EXPECT_EQ(store->stats().mentions, 0U);
  EXPECT_FALSE(counts_nothing(*store)) << "counts name nobody";
}

TEST_F(Retention, AnAuthorIsKnownAsLongAsAMentionOfTheirsIsKept) {
  tell_on(kFirstDay, 0, "1");
  tell_on(kFirstDay + 20, 0, "2");
  store->expire(kFirstDay + 31);
  EXPECT_EQ(rows(Family::kIdentities), 1U);
  store->expire(kFirstDay + 51);
  EXPECT_EQ(rows(Family::kIdentities), 0U);
}

TEST_F(Retention, OneTownsDoesNotTouchAnothers) {
  tell_on(kFirstDay, 0, "1");
  tell_on(kFirstDay, 1, "1");
  store->expire(kFirstDay + 1'000);
  EXPECT_EQ(rows(Family::kMentions), 1U);
  EXPECT_EQ(rows(Family::kIdentities), 1U);
  EXPECT_EQ(store->stats().mentions, 1U);
}

TEST_F(Retention, GoesOnWhenTheTownHasLeftTheConfiguration) {
  tell_on(kFirstDay, 0, "1");
  open({"caen"}, {0});
  store->expire(kFirstDay + 31);
  EXPECT_EQ(rows(Family::kMentions), 0U);
}

TEST_F(Retention, ATombstoneStandsOnceForAllTownsAndFadesIn90Days) {
  for (const TenantId tenant : {0U, 1U}) {
    Told gone;
    gone.tenant = tenant;
    gone.id = "1";
    gone.action = Finding::Action::kDelete;
    gone.hour = std::int64_t{kFirstDay} * 24;
    EXPECT_EQ(tell(*store, gone, catalogue).outcome,
              tenant == 0 ? Store::Outcome::kRemembered : Store::Outcome::kDuplicate);
  }
  store->sync();
  EXPECT_EQ(rows(Family::kIds), 1U);
  store->expire(kFirstDay + Store::kTombstoneDays);
  EXPECT_EQ(rows(Family::kIds), 1U);
  store->expire(kFirstDay + Store::kTombstoneDays + 1);
  EXPECT_EQ(rows(Family::kIds), 0U);
}

TEST_F(Retention, CountsWhatIsStoredNow) {
  tell_on(kFirstDay, 0, "1");
  tell_on(kFirstDay, 0, "2");
  Told gone;
  gone.id = "1";
  gone.action = Finding::Action::kDelete;
  tell(*store, gone, catalogue);
  store->sync();
  EXPECT_EQ(store->stats().mentions, 1U);
  open({"rouen", "caen"}, {30, 0});
  EXPECT_EQ(store->stats().mentions, 1U);
  while (store->pack_some()) {
  }
  EXPECT_EQ(store->stats().mentions, 1U);
  store->expire(kFirstDay + 31);
  EXPECT_EQ(store->stats().mentions, 0U);
}

TEST_F(Retention, OfAStoryToldNewestFirstNothingStaysBeyondItsMentions) {
  const auto joins = [&](Day day, const std::string& id, const MentionRef& story, bool leads) {
    Told told;
    told.id = id;
    told.hour = std::int64_t{day} * 24;
    const MentionRef ref = tell_again(*store, told, catalogue, story, leads);
    store->sync();
    return ref;
  };
  Told answer;
  answer.id = "founder";
  answer.official = true;
  answer.hour = std::int64_t{kFirstDay + 3} * 24;
  const MentionRef founder = tell(*store, answer, catalogue).ref;
  joins(kFirstDay, "older", founder, true);
  const MentionRef heir = joins(kFirstDay + 4, "newer", founder, false);
  EXPECT_EQ(store->story(founder).value()->mentions, 3U);
  store->expire(kFirstDay + 31);
  store->sync();
  EXPECT_EQ(rows(Family::kStories), 1U) << "a row names its mention's author";
  EXPECT_EQ(store->story(founder).value()->mentions, 2U);
  EXPECT_TRUE((*store->mention(heir))->record.leads) << "who led is gone";
}

TEST_F(Retention, TermsOfWhatWasDroppedGoAfterNinetyDays) {
  store->put_heard_terms(kFirstDay, "terms");
  store->commit();
  store->expire(kFirstDay + Store::kHeardTermsDays);
  EXPECT_EQ(store->heard_terms(kFirstDay).value(), "terms");
  store->expire(kFirstDay + Store::kHeardTermsDays + 1);
  EXPECT_FALSE(store->heard_terms(kFirstDay).value());
}

}  // namespace
}  // namespace vigie
