#include "engine/ingest/ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>

#include "engine/ingest/doorbell.h"

namespace vigie {
namespace {

TEST(Ring, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(Ring<int>(0).capacity(), 2u);
  EXPECT_EQ(Ring<int>(2).capacity(), 2u);
  EXPECT_EQ(Ring<int>(1000).capacity(), 1024u);
}

TEST(Ring, GivesItemsInTheOrderTheyCame) {
  Ring<int> ring(8);
  std::array<int, 5> in = {1, 2, 3, 4, 5};
  EXPECT_EQ(ring.push(std::span(in)), 5u);
  EXPECT_EQ(ring.size(), 5u);
  std::array<int, 8> out{};
  EXPECT_EQ(ring.pop(std::span(out)), 5u);
  EXPECT_EQ((std::vector<int>(out.begin(), out.begin() + 5)), (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(ring.pop(std::span(out)), 0u);
}

TEST(Ring, LeavesAnItemUntouchedWhenFull) {
  Ring<std::unique_ptr<int>> ring(2);
  for (int i = 0; i < 2; ++i) {
    auto item = std::make_unique<int>(i);
    ASSERT_TRUE(ring.push(item));
    EXPECT_EQ(item, nullptr);
  }
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(ring.push(third));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(*third, 3);
}

TEST(Ring, TakesAsMuchOfABatchAsFits) {
  Ring<int> ring(4);
  std::array<int, 6> in = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(ring.push(std::span(in)), 4u);
  std::array<int, 2> out{};
  EXPECT_EQ(ring.pop(std::span(out)), 2u);
  EXPECT_EQ(ring.push(std::span(in).subspan(4)), 2u);
  EXPECT_EQ(ring.size(), 4u);
}

TEST(Ring, FreesWhatWasReadAtOnce) {
  Ring<std::shared_ptr<int>> ring(4);
  auto kept = std::make_shared<int>(1);
  auto item = kept;
  ASSERT_TRUE(ring.push(item));
  std::array<std::shared_ptr<int>, 1> out;
  ASSERT_EQ(ring.pop(std::span(out)), 1u);
  out[0].reset();
  EXPECT_EQ(kept.use_count(), 1) << "the slot still holds what was read";
}

/// Two threads, batches of random size on both sides, sleeping on doorbells when there is nothing
/// to do: every item arrives, once, in order.
TEST(Ring, LosesNothingBetweenTwoThreads) {
  constexpr std::uint64_t kItems = 300'000;
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Ring<std::unique_ptr<std::uint64_t>> ring(64);
  Doorbell filled, emptied;
  std::jthread writer([&] {
    std::mt19937 random(seed);
    std::vector<std::unique_ptr<std::uint64_t>> batch;
    std::uint64_t next = 0;
    while (next < kItems || !batch.empty()) {
      const std::size_t size = 1 + random() % 40;
      while (batch.size() < size && next < kItems) {
        batch.push_back(std::make_unique<std::uint64_t>(next++));
      }
      const auto heard = emptied.heard();
      const std::size_t sent = ring.push(std::span(batch));
      if (sent == 0) {
        emptied.wait(heard, std::chrono::seconds(1));
        continue;
      }
      batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(sent));
      filled.ring();
    }
  });
  std::mt19937 random(seed + 1);
  std::array<std::unique_ptr<std::uint64_t>, 40> room;
  std::uint64_t expected = 0;
  while (expected < kItems) {
    const auto heard = filled.heard();
    const std::size_t got = ring.pop(std::span(room).first(1 + random() % room.size()));
    if (got == 0) {
      filled.wait(heard, std::chrono::seconds(1));
      continue;
    }
    for (std::size_t i = 0; i < got; ++i) {
      ASSERT_NE(room[i], nullptr);
      ASSERT_EQ(*room[i], expected);
      ++expected;
    }
    emptied.ring();
  }
  writer.join();
  EXPECT_EQ(ring.size(), 0u);
}

TEST(Doorbell, DoesNotSleepThroughARingThatCameBeforeTheWait) {
  Doorbell bell;
  const auto heard = bell.heard();
  bell.ring();
  bell.wait(heard, std::chrono::hours(1));  // would hang the test
}

TEST(Doorbell, WakesTheSleeper) {
  Doorbell bell;
  std::atomic<int> phase{0};
  std::jthread sleeper([&] {
    for (int i = 0; i < 2000; ++i) {
      const auto heard = bell.heard();
      if (phase.load() <= i) {
        bell.wait(heard, std::chrono::seconds(20));
      }
      while (phase.load() <= i) {
        bell.wait(bell.heard(), std::chrono::milliseconds(1));
      }
    }
  });
  for (int i = 0; i < 2000; ++i) {
    phase.fetch_add(1);
    bell.ring();
  }
}

TEST(Doorbell, GivesUpAfterTheLimit) {
  Doorbell bell;
  bell.wait(bell.heard(), std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace vigie
