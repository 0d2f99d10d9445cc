#pragma once

#include <cstddef>
#include <cstdint>

namespace vigie {

/// What folding found out about 64 folded bytes, one bit each.
struct ByteMasks {
  std::uint64_t word = 0;     ///< part of a word
  std::uint64_t upper = 0;    ///< was a capital
  std::uint64_t special = 0;  ///< is_special_ascii(), or the first byte of an emoji
};

/// Adds `count` (≤ 32) bits at `position`; what lies behind them becomes zero.
inline void put_masks(ByteMasks* masks, std::size_t position, std::uint64_t word,
                      std::uint64_t upper, std::uint64_t special) {
  ByteMasks& here = masks[position / 64];
  ByteMasks& next = masks[position / 64 + 1];
  const auto shift = position % 64;
  const auto put = [shift](std::uint64_t bits, std::uint64_t& low, std::uint64_t& high) {
    low |= bits << shift;
    high = bits >> 1 >> (63 - shift);
  };
  put(word, here.word, next.word);
  put(upper, here.upper, next.upper);
  put(special, here.special, next.special);
}

/// Lower-cases the ASCII at the front of `in` into `out` and notes masks from `position` on: up to
/// `length` bytes, but stops before a byte that is not ASCII, and after the second of three equal
/// letters ("nuu|u"; case aside). Says how many bytes it took. kReadAheadBytes beyond `length` must
/// be readable, kWriteAheadBytes beyond it writable.
using FoldAscii = std::size_t (*)(const char* in, std::size_t length, char* out, ByteMasks* masks,
                                  std::size_t position);
inline constexpr std::size_t kReadAheadBytes = 34;
inline constexpr std::size_t kWriteAheadBytes = 32;

/// Two ways to the same bytes and bits: the plain one, and 32 bytes at a time.
std::size_t fold_ascii_scalar(const char* in, std::size_t length, char* out, ByteMasks* masks,
                              std::size_t position);
std::size_t fold_ascii_avx2(const char* in, std::size_t length, char* out, ByteMasks* masks,
                            std::size_t position);

bool has_avx2();
/// The fastest that this machine can.
FoldAscii fastest_fold_ascii();

}  // namespace vigie
