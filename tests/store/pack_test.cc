#include "engine/store/pack.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace vigie {
namespace {

constexpr std::uint64_t kFirst = 1000;

/// Records of words that repeat, and of noise.
std::vector<std::pair<std::uint64_t, std::string>> random_records(std::mt19937_64& random) {
  std::vector<std::pair<std::uint64_t, std::string>> records;
  std::uint64_t sequence = kFirst;
  for (std::uint64_t n = 1 + random() % 70; n > 0; --n) {
    std::string bytes;
    for (std::uint64_t size = random() % 300; size > 0; --size) {
      bytes += n % 2 == 0 ? static_cast<char>(random()) : "la rue des Lilas "[size % 17];
    }
    records.emplace_back(sequence, bytes);
    sequence += 1 + random() % 3;
  }
  return records;
}

std::string packed(const std::vector<std::pair<std::uint64_t, std::string>>& records) {
  PackWriter writer;
  writer.start(7, kFirst);
  for (const auto& [sequence, bytes] : records) {
    writer.add(sequence, bytes);
  }
  return std::string(writer.finish());
}

TEST(Pack, GivesBackWhatWasPutIn) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  Pack pack;  // used again and again, as scans do
  for (int round = 0; round < 200; ++round) {
    const auto records = random_records(random);
    ASSERT_TRUE(read_pack(packed(records), kFirst, pack)) << seed;
    EXPECT_EQ(pack.generation, 7U);
    ASSERT_EQ(pack.records.size(), records.size()) << seed;
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(pack.records[i].sequence, records[i].first) << seed;
      ASSERT_EQ(pack.records[i].bytes, records[i].second) << seed;
    }
  }
}

TEST(Pack, CutAnywhereItIsRefused) {
  std::mt19937_64 random(1);
  const std::string whole = packed(random_records(random));
  Pack pack;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result<void> read = read_pack(std::string_view(whole).substr(0, size), kFirst, pack);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt) << size;
  }
}

TEST(Pack, WithAnyByteChangedItEndsWithoutHarm) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const std::string whole = packed(random_records(random));
  Pack pack;
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = whole;
    changed[random() % changed.size()] ^= static_cast<char>(1 + random() % 255);
    if (read_pack(changed, kFirst, pack)) {
      for (const PackedRecord& record : pack.records) {  // sanitizers see every byte
        ASSERT_LE(record.bytes.size(), pack.body.size()) << seed;
        ASSERT_EQ(std::string(record.bytes), record.bytes) << seed;
      }
    }
  }
}

TEST(Pack, WhoseRecordsDoNotAscendFromItsKeyIsRefused) {
  using Records = std::vector<std::pair<std::uint64_t, std::string>>;
  const std::uint64_t back = kFirst - 1;
  for (const Records& records :
       {Records{{kFirst + 1, "later than the key"}}, Records{{kFirst, "one"}, {kFirst, "same"}},
        Records{{kFirst, "one"}, {back, "earlier"}}}) {
    Pack pack;
    const Result<void> read = read_pack(packed(records), kFirst, pack);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Pack, AForgedSizeReservesNoMemory) {
  std::string forged = {3, 7, 1};                // format, generation, one record
  forged += std::string("\xff\xff\xff\x7f", 4);  // a body of 256 MiB
  forged += "x";
  Pack pack;
  EXPECT_FALSE(read_pack(forged, kFirst, pack));
  EXPECT_LT(pack.body.capacity(), 1U << 10);
}

TEST(Pack, OfANewerVigieIsSaidToBeSo) {
  Pack pack;
  const Result<void> read = read_pack(std::string_view("\x7f\x07\x01\x01x", 5), kFirst, pack);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kTooNew);
}

}  // namespace
}  // namespace vigie
