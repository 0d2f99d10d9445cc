#include "engine/store/id_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace vigie {
namespace {

using Places = std::vector<std::pair<Day, std::uint64_t>>;

Places found(const IdTable& table, std::uint32_t tenant, std::uint64_t hash) {
  Places places;
  table.find(tenant, hash, [&](IdTable::Place place) {
    places.emplace_back(place.day, place.sequence);
    return false;
  });
  std::ranges::sort(places);
  return places;
}

/// Two tenants, few hashes in some parts and many in others, some of them equal, for as long as it
/// takes every part to grow and to be cleared of what is gone.
TEST(IdTable, IsWhatAMapWouldBe) {
  IdTable table;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Places> expected;
  std::mt19937_64 random(5);
  const auto some_hash = [&random] {
    std::uint64_t hash = random() % 3'000 * 0xd6e8feb86659fd93ULL;
    return random() % 4 == 0 ? hash & 0x00ffffffffffffffULL : hash;
  };
  std::size_t size = 0;
  for (std::uint64_t i = 1; i <= 60'000; ++i) {
    const auto tenant = static_cast<std::uint32_t>(random() % 2);
    const std::uint64_t hash = some_hash();
    Places& places = expected[{tenant, hash}];
    if (!places.empty() && random() % 2 == 0) {
      const auto [day, sequence] = places.back();
      ASSERT_TRUE(table.erase(tenant, hash, {day, sequence}));
      ASSERT_FALSE(table.erase(tenant, hash, {day, sequence}));
      places.pop_back();
      --size;
    } else {
      const auto day = static_cast<Day>(20'000 + random() % 3);
      table.insert(tenant, hash, {day, i});
      places.emplace_back(day, i);
      ++size;
    }
    ASSERT_EQ(table.size(), size);
  }
  for (auto& [name, places] : expected) {
    std::ranges::sort(places);
    ASSERT_EQ(found(table, name.first, name.second), places);
  }
  EXPECT_TRUE(found(table, 7, 12'345).empty());
  EXPECT_LE(table.bytes(), size * 16 * 8) << "what is gone leaves its place";
}

TEST(IdTable, StopsWhereItIsTold) {
  IdTable table;
  EXPECT_FALSE(table.find(1, 2, [](IdTable::Place) { return true; }));
  EXPECT_FALSE(table.erase(1, 2, {3, 4}));
  table.prefetch(1, 2);
  table.insert(1, 2, {3, 4});
  table.insert(1, 2, {3, 5});
  int visited = 0;
  EXPECT_TRUE(table.find(1, 2, [&](IdTable::Place) { return ++visited == 1; }));
  EXPECT_EQ(visited, 1);
}

}  // namespace
}  // namespace vigie
