#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigie {

/// Ids that may be known, told by their hashes: never says no of one that was added; says yes of
/// one that was not with a chance of about n / 2^25 (3 % at a million mentions). 4 MiB. Any thread.
class KnownIds {
 public:
  void add(std::uint64_t hash) {
    words_[index(hash)].fetch_or(bit(hash), std::memory_order_relaxed);
  }
  /// may_hold() or add() comes soon.
  void expect(std::uint64_t hash) const { __builtin_prefetch(&words_[index(hash)]); }
  bool may_hold(std::uint64_t hash) const {
    return (words_[index(hash)].load(std::memory_order_relaxed) & bit(hash)) != 0;
  }

 private:
  static constexpr std::size_t kWords = std::size_t{1} << 19;
  static std::size_t index(std::uint64_t hash) { return (hash >> 6) & (kWords - 1); }
  static std::uint64_t bit(std::uint64_t hash) { return std::uint64_t{1} << (hash & 63); }

  std::vector<std::atomic<std::uint64_t>> words_ = std::vector<std::atomic<std::uint64_t>>(kWords);
};

}  // namespace vigie
