// What alerting remembers: deliveries with their purpose, and notes, changed together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/keys.h"
#include "engine/store/memory_key_value.h"
#include "engine/store/store.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class AlertingNotes : public testing::Test {
 protected:
  AlertingNotes() { open(); }
  void open() {
    store.reset();
    StoreOptions options;
    options.tenants = {"techniville"};
    store = Store::open(disk.open(), options).value();
  }
  std::uint64_t raise() {
    const std::uint64_t alert = store->add_alert(0, 20000, "{}", {"mail", "chat"});
    store->commit();
    store->sync();
    return alert;
  }
  std::vector<Delivery> owed() { return store->deliveries(false, Time::max(), 10).value(); }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
};

TEST_F(AlertingNotes, AChangeIsDurableAsAWholeWhenItReturns) {
  const std::uint64_t alert = raise();
  Delivery held;
  held.alert = alert;
  held.receiver = "mail";
  held.purpose = Delivery::Purpose::kGroup;
  held.round = 7;
  store->change_alerting({{held}, {{alert, "chat"}}, {{"budget/mail/", "2026-10-14 3"}}});
  store.reset();
  disk.lose_unsynced();
  open();
  ASSERT_EQ(owed().size(), 1U);
  EXPECT_EQ(owed()[0].receiver, "mail");
  EXPECT_EQ(owed()[0].purpose, Delivery::Purpose::kGroup);
  EXPECT_EQ(owed()[0].round, 7U);
  EXPECT_THAT(store->alerting_notes("budget/").value(),
              ElementsAre(Pair("budget/mail/", "2026-10-14 3")));
}

TEST_F(AlertingNotes, NotesAreFoundByTheirBeginningAndForgotten) {
  store->change_alerting({{}, {}, {{"silence/2", "b"}, {"silence/1", "a"}, {"silenced", "c"}}});
  EXPECT_THAT(store->alerting_notes("silence/").value(),
              ElementsAre(Pair("silence/1", "a"), Pair("silence/2", "b")));
  store->change_alerting({{}, {}, {{"silence/1", std::nullopt}}});
  EXPECT_THAT(store->alerting_notes("silence/").value(), ElementsAre(Pair("silence/2", "b")));
  EXPECT_THAT(store->alerting_notes("digest/").value(), IsEmpty());
  EXPECT_THAT(store->alerts(0, 0, 10).value(), IsEmpty()) << "notes are no alerts";
}

TEST_F(AlertingNotes, NotesOutliveTheAlertsThatRetentionTakes) {
  raise();
  store->change_alerting({{}, {}, {{"silence/1", "a"}}});
  store.reset();
  StoreOptions options;
  options.tenants = {"techniville"};
  options.retention_days = {30};
  store = Store::open(disk.open(), options).value();
  store->expire(20100);
  EXPECT_THAT(owed(), IsEmpty());
  EXPECT_THAT(store->alerting_notes("silence/").value(), ElementsAre(Pair("silence/1", "a")));
}

TEST(DeliveryRows, OneWrittenBeforeThereWerePurposesIsToBeTold) {
  Delivery delivery;
  delivery.attempts = 3;
  delivery.last_error = "timeout";
  const std::string now = encode_delivery(delivery),
                    key = number_key({}, std::uint64_t{9}) + "mail";
  const Result<Delivery> old = decode_delivery(key, now.substr(0, now.size() - 2));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->purpose, Delivery::Purpose::kAlert);
  EXPECT_EQ(old->attempts, 3U);
  EXPECT_EQ(old->last_error, "timeout");
  std::string damaged = now;
  damaged[damaged.size() - 2] = '\x7f';
  EXPECT_FALSE(decode_delivery(key, damaged)) << "a purpose that there is not";
  EXPECT_FALSE(decode_delivery(key, now + "x"));
}

}  // namespace
}  // namespace vigie
