#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

/// Of two words that follow each other, each with its hash_word().
inline std::uint64_t hash_pair(std::uint64_t first, std::uint64_t second) {
  return (first ^ std::rotl(second, 1)) * 0x9e3779b97f4a7c15ULL;
}

/// Says "no" for most hashes that were not let pass, without a branch and from the first caches: 16
/// bits for each that was, at least 512 bytes. Of others some six in a hundred pass at most.
class HashFilter {
 public:
  explicit HashFilter(std::size_t hashes = 0)
      : words_(std::max(kLeastBits, std::bit_ceil(hashes * kBitsPerHash)) / 64),
        mask_(words_.size() * 64 - 1) {}

  explicit HashFilter(std::span<const std::uint64_t> hashes) : HashFilter(hashes.size()) {
    std::ranges::for_each(hashes, [this](std::uint64_t hash) { let_pass(hash); });
  }

  void let_pass(std::uint64_t hash) {
    words_[(hash & mask_) / 64] |= std::uint64_t{1} << hash % 64;
  }
  bool passes(std::uint64_t hash) const {
    return (words_[(hash & mask_) / 64] >> (hash % 64) & 1) != 0;
  }

 private:
  static constexpr std::size_t kLeastBits = 4096, kBitsPerHash = 16;

  std::vector<std::uint64_t> words_;
  std::uint64_t mask_;
};

}  // namespace vigie
