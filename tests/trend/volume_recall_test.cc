// What happened in an hour long past reads as it did then, whatever came after it.
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "engine/trend/trend_reader.h"
#include "engine/trend/volume_watch.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

constexpr std::int64_t kHour = 24 * 20000 + 10;

class PastHour : public testing::Test {
 protected:
  PastHour() {
    StoreOptions options;
    options.tenants = {"techniville"};
    store_ = Store::open(disk_.open(), std::move(options)).value();
  }
  void tell_many(std::int64_t hour, std::int64_t minute, std::size_t many, std::size_t authors) {
    for (std::size_t i = 0; i < many; ++i) {
      Told told{.id = std::to_string(told_++), .hour = hour, .minute = minute};
      told.has_author = true;
      told.author = {static_cast<std::uint8_t>(i % authors), static_cast<std::uint8_t>(hour)};
      tell(*store_, told, catalogue_);
    }
    store_->sync();
  }
  RecentVolume recalled(Time now) {
    RecentVolume recent;
    EXPECT_TRUE(recall_volume(*store_, 0, now, recent));
    return recent;
  }

  MemoryDisk disk_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
  std::size_t told_ = 0;
};

TEST_F(PastHour, HasItsAuthorsWhateverCameLater) {
  const Time now = Time(std::chrono::hours(kHour) + std::chrono::minutes(40));
  tell_many(kHour - 2, 0, 5, 5);
  tell_many(kHour, 30, 7, 3);
  const auto is_as_it_was = [&] {
    const RecentVolume recent = recalled(now);
    EXPECT_EQ(recent.authors(RecentVolume::kAuthorSteps), 3U);
    EXPECT_EQ(recent.sum(RecentVolume::kAuthorSteps), 7U);
    EXPECT_EQ(recent.sum(RecentVolume::kSteps), 12U);
  };
  is_as_it_was();
  tell_many(kHour + 1, 0, kMaxRecalled / 2, 100);  // the same day
  is_as_it_was();
  tell_many(kHour + 48, 0, kMaxRecalled, 100);
  is_as_it_was();
}

TEST_F(PastHour, HasItsAuthorsIfWhatWasBeforeItIsReplayedAfterIt) {
  tell_many(kHour, 30, 7, 3);
  tell_many(kHour - 5, 0, 5, 5);
  const RecentVolume recent = recalled(Time(std::chrono::hours(kHour) + std::chrono::minutes(40)));
  EXPECT_EQ(recent.authors(RecentVolume::kAuthorSteps), 3U);
}

TEST_F(PastHour, IsUsualAsOfTheDayThatItIsLookedAt) {
  const std::vector<Tenant> tenants(1);
  TrendReader reader(*store_, tenants, [](TenantId) { return std::vector<TimeSpan>(); });
  const Time now{std::chrono::hours(kHour)}, tomorrow = now + std::chrono::days(1);
  EXPECT_EQ(reader.read_usual(0, now, now)->days_seen(), 0U);
  for (int day = 1; day <= 3; ++day) {
    tell_many(kHour - 24 * day, 0, 1, 1);  // heard of late
  }
  EXPECT_EQ(reader.read_usual(0, now, now)->days_seen(), 0U) << "kept for a day";
  EXPECT_EQ(reader.read_usual(0, now, tomorrow)->days_seen(), 2U) << "kept longer than a day";
  EXPECT_EQ(reader.read_usual(0, tomorrow, tomorrow)->days_seen(), 3U);
  EXPECT_EQ(reader.read_usual(0, now, tomorrow)->days_seen(), 2U);
  tell_many(kHour - 24 * 4, 0, 1, 1);
  const Time before = now - std::chrono::days(1);
  EXPECT_EQ(reader.read_usual(0, before, tomorrow)->days_seen(), 1U) << "its days are kept, too";
}

}  // namespace
}  // namespace vigie
