// The two stores below the store: RocksDB's and the one in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/store/bytes.h"
#include "engine/store/counts.h"
#include "engine/store/keys.h"
#include "engine/store/memory_key_value.h"
#include "engine/store/rocks_key_value.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows_of(const KeyValue& store, Family family) {
  Rows rows;
  const auto at = store.iterate(family);
  for (at->seek(""); at->valid(); at->next()) {
    rows.emplace_back(at->key(), at->value());
  }
  EXPECT_TRUE(at->status());
  return rows;
}

/// Of one tenant of three: as long as a story's row, or what begins a range.
std::string key(std::mt19937& random, std::size_t size) {
  std::string key;
  put_u32(key, static_cast<std::uint32_t>(random() % 3));
  while (key.size() < size) {
    key.push_back(static_cast<char>(random() % 4));
  }
  return key;
}

class EachFamily : public testing::TestWithParam<std::size_t> {};

TEST_P(EachFamily, HoldsOnDiskWhatItHoldsInMemoryRangesErasedAmongRows) {
  const auto family = static_cast<Family>(GetParam());
  const bool is_added_up = family == Family::kRollups || family == Family::kUsage;
  constexpr std::size_t kRowSize = 28, kRangeSize = 16;
  const TempFolder folder;
  MemoryDisk disk;
  const auto memory = disk.open();
  const auto rocks = std::move(*open_rocks(folder.path()));
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  for (int n = 0; n < 300; ++n) {
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i) {
      keys.push_back(key(random, kRowSize));
    }
    std::ranges::sort(keys);
    WriteBatch batch;
    for (const std::string& one : keys) {
      std::string value;
      put_count(value, static_cast<std::int64_t>(random() % 1000));
      if (is_added_up) {
        batch.add(family, one, value);
      } else if (random() % 10 == 0) {
        batch.erase(family, one);
      } else {
        batch.put(family, one, value);
      }
    }
    if (n % 3 == 0) {
      const std::string one = key(random, kRangeSize), other = key(random, kRangeSize);
      batch.erase_range(family, std::min(one, other), std::max(one, other));
    }
    ASSERT_TRUE(memory->write(batch));
    ASSERT_TRUE(rocks->write(batch));
  }
  const Rows expected = rows_of(*memory, family);
  EXPECT_GT(expected.size(), 50U);
  EXPECT_EQ(rows_of(*rocks, family), expected);
}

INSTANTIATE_TEST_SUITE_P(KeyValue, EachFamily, testing::Range(std::size_t{0}, kFamilyCount),
                         [](const auto& info) {
                           return std::string(to_string(static_cast<Family>(info.param)));
                         });

TEST(KeyValueDeathTest, ARangeMayNotBeginWithAStorysRow) {
  std::mt19937 random(1);
  WriteBatch batch;
  batch.erase_range(Family::kStories, key(random, kRefKeySize), key(random, kStoryRowSize));
  EXPECT_DEATH(batch.erase_range(Family::kStories, key(random, kStoryRowSize), "z"),
               "begins with a story's row");
}

}  // namespace
}  // namespace vigie
