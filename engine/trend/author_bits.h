#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace vigie {

/// Counts distinct authors without remembering any: linear counting (Whang, Vander-Zanden, Taylor
/// 1990). An author sets one bit of 64, which very many others set, too; nobody can be told from
/// it. Sets of several days and sources are put together by OR.
class AuthorBits {
 public:
  AuthorBits() = default;
  explicit AuthorBits(std::uint64_t bits) : bits_(bits) {}

  /// `author`: a keyed hash. Its upper bits are taken.
  void add(std::uint64_t author) { bits_ |= std::uint64_t{1} << (author >> 58); }
  void add(const AuthorBits& others) { bits_ |= others.bits_; }

  std::uint64_t bits() const { return bits_; }
  bool empty() const { return bits_ == 0; }
  /// So many there were at the very least: what k-anonymity asks for.
  std::uint32_t at_least() const { return static_cast<std::uint32_t>(std::popcount(bits_)); }
  /// About so many: -64 ln(share of empty bits); 64 ln 64 = 266 if none is empty.
  double about() const {
    const int empty = 64 - std::popcount(bits_);
    return -64 * std::log(static_cast<double>(empty == 0 ? 1 : empty) / 64);
  }
  /// Bits that both set.
  std::uint32_t shared(const AuthorBits& others) const {
    return static_cast<std::uint32_t>(std::popcount(bits_ & others.bits_));
  }

 private:
  std::uint64_t bits_ = 0;
};

/// The same for all authors of a day: 4096 bits, good to about 20,000.
class AuthorCount {
 public:
  static constexpr std::size_t kWords = 64;

  void add(std::uint64_t author) {
    words_[author >> 58] |= std::uint64_t{1} << (author >> 52 & 63);
  }
  void add(const AuthorCount& others) {
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[i] |= others.words_[i];
    }
  }
  double about() const {
    int set = 0;
    for (const std::uint64_t word : words_) {
      set += std::popcount(word);
    }
    constexpr int kSize = kWords * 64;
    return -kSize * std::log(static_cast<double>(set == kSize ? 1 : kSize - set) / kSize);
  }
  std::array<std::uint64_t, kWords>& words() { return words_; }
  const std::array<std::uint64_t, kWords>& words() const { return words_; }

 private:
  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace vigie
