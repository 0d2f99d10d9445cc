// Nothing is removed by a clock that went wrong.
#include "engine/pipeline/expiry.h"

#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

constexpr Day kToday = 20'000;

class ExpiryTest : public testing::Test {
 protected:
  ExpiryTest() { start(); }
  void start() {
    expiry.reset();
    store.reset();
    StoreOptions options;
    options.tenants = {"rouen"};
    options.retention_days = {30};
    auto opened = Store::open(disk.open(), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
    expiry = std::make_unique<Expiry>(*store, [this](Day day) { doubted.push_back(day); });
  }
  void tell_today() {
    tell(*store, {.id = "1", .hour = std::int64_t{kToday} * 24}, catalogue_named("first"));
    store->sync();
  }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
  std::unique_ptr<Expiry> expiry;
  std::vector<Day> doubted;
};

TEST_F(ExpiryTest, RemovesOnceADayWhatIsOlderThanItsTenantKeeps) {
  tell_today();
  for (Day day = kToday; day <= kToday + 30; ++day) {
    EXPECT_TRUE(expiry->step(day));
    EXPECT_FALSE(expiry->step(day)) << "it was done today";
  }
  EXPECT_EQ(store->stats().mentions, 1U);
  EXPECT_TRUE(expiry->step(kToday + 31));
  EXPECT_EQ(store->stats().mentions, 0U);
  EXPECT_TRUE(doubted.empty());
}

TEST_F(ExpiryTest, RemovesNothingByAClockThatJumpedYearsAheadNorAfterARestart) {
  tell_today();
  EXPECT_TRUE(expiry->step(kToday));
  for (int life = 1; life <= 3; ++life) {
    EXPECT_FALSE(expiry->step(kToday + 1000));
    EXPECT_FALSE(expiry->step(kToday + 1000));
    EXPECT_EQ(doubted, std::vector<Day>(static_cast<std::size_t>(life), kToday + 1000))
        << "it is told once a life";
    start();
  }
  EXPECT_EQ(last_expiry(*store).value(), kToday);
  EXPECT_EQ(store->stats().mentions, 1U);
  EXPECT_TRUE(expiry->step(kToday + 1));
}

}  // namespace
}  // namespace vigie
