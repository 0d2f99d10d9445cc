#pragma once

#include <cstdint>
#include <vector>

namespace vigie {

/// Which identity was last stored for an author, as far as 8 MiB remember: what saves storing it
/// again with every mention. Forgetting one costs a write, nothing else. One thread.
class IdentityMemory {
 public:
  /// A hint: this author is going to be asked for.
  void prefetch(std::uint64_t author) const {
    __builtin_prefetch(&entries_[(author % kBuckets) * kWays]);
  }

  /// Whether `identity` was the last one told of this author; remembers it. All three are hashes
  /// nobody outside can choose: two authors are taken for one with a chance of 2^-50 a pair, and
  /// then only if their identities share 32 bits, too.
  bool is_last(std::uint64_t author, std::uint64_t tag, std::uint64_t identity) {
    std::uint64_t* const bucket = &entries_[(author % kBuckets) * kWays];
    const std::uint64_t name = (tag | 1) << 32;  // never 0
    const std::uint64_t entry = name | (identity & 0xffffffff);
    for (std::uint32_t way = 0; way < kWays; ++way) {
      if ((bucket[way] ^ name) >> 32 == 0) {
        const bool same = bucket[way] == entry;
        bucket[way] = entry;
        return same;
      }
    }
    for (std::uint32_t way = kWays - 1; way > 0; --way) {
      bucket[way] = bucket[way - 1];
    }
    bucket[0] = entry;
    return false;
  }

 private:
  static constexpr std::uint32_t kWays = 4, kBuckets = 1 << 18;
  std::vector<std::uint64_t> entries_ = std::vector<std::uint64_t>(kWays * kBuckets);
};

}  // namespace vigie
