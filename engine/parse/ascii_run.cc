#include "engine/parse/ascii_run.h"

#include <algorithm>
#include <bit>

#include "engine/parse/character_table.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vigie {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
constexpr bool is_letter(char lowered) { return lowered >= 'a' && lowered <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::size_t fold_ascii_scalar(const char* in, std::size_t length, char* out, ByteMasks* masks,
                              std::size_t position) {
  for (std::size_t i = 0; i < length; ++i) {
    if (static_cast<unsigned char>(in[i]) >= 0x80) {
      return i;
    }
    const char c = lower(in[i]);
    out[i] = c;
    put_masks(masks, position + i, is_letter(c) || is_digit(c), c != in[i], is_special_ascii(c));
    // Within `length` + kReadAheadBytes; what lies beyond the text is zero or another field's
    // bytes.
    if (is_letter(c) && lower(in[i + 1]) == c && lower(in[i + 2]) == c) {
      const std::size_t taken = std::min(i + 2, length);
      if (taken > i + 1) {
        out[i + 1] = c;
        put_masks(masks, position + i + 1, 1, in[i + 1] != c, 0);
      }
      return taken;
    }
  }
  return length;
}

#if defined(__x86_64__)

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }

namespace {

__attribute__((target("avx2"))) inline __m256i between(__m256i v, char first, char last) {
  return _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8(static_cast<char>(first - 1))),
                          _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(last + 1)), v));
}

__attribute__((target("avx2"))) inline std::uint64_t bits(__m256i v) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(v));
}

__attribute__((target("avx2"))) inline __m256i load(const char* bytes) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

/// is_special_ascii() of 32 bytes: the low and the high half-byte each name, by a bit, the groups
/// of special characters they may belong to; a character is special when both name the same group.
/// Bit 0: 0x0a; 1: 0x21 23 2e; 2: 0x3a 3b 3c 3d 3f; 3: 0x40; 4: 0x5e. Bytes from 0x80 on look up
/// zero.
__attribute__((target("avx2"))) inline __m256i specials(__m256i v) {
  const __m256i low = _mm256_setr_epi8(8, 2, 0, 2, 0, 0, 0, 0, 0, 0, 1 | 4, 4, 4, 4, 2 | 16, 4,  //
                                       8, 2, 0, 2, 0, 0, 0, 0, 0, 0, 1 | 4, 4, 4, 4, 2 | 16, 4);
  const __m256i high = _mm256_setr_epi8(1, 0, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                        1, 0, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i upper_half = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
  const __m256i groups =
      _mm256_and_si256(_mm256_shuffle_epi8(low, v), _mm256_shuffle_epi8(high, upper_half));
  return _mm256_cmpgt_epi8(groups, _mm256_setzero_si256());
}

}  // namespace

__attribute__((target("avx2,bmi"))) std::size_t fold_ascii_avx2(const char* in, std::size_t length,
                                                                char* out, ByteMasks* masks,
                                                                std::size_t position) {
  const __m256i case_bit = _mm256_set1_epi8(0x20);
  std::size_t done = 0;
  while (done < length) {
    const __m256i v = load(in + done);
    const __m256i upper = between(v, 'A', 'Z');
    const __m256i lowered = _mm256_or_si256(v, _mm256_and_si256(upper, case_bit));
    const __m256i letter = between(lowered, 'a', 'z');
    const __m256i word = _mm256_or_si256(letter, between(v, '0', '9'));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + done), lowered);

    // For a letter, equal but for the case bit means the same letter.
    const auto same = [&](const char* other) __attribute__((target("avx2"))) {
      return _mm256_cmpeq_epi8(_mm256_or_si256(load(other), case_bit),
                               _mm256_or_si256(v, case_bit));
    };
    const std::uint64_t triples =
        bits(_mm256_and_si256(letter, _mm256_and_si256(same(in + done + 1), same(in + done + 2))));
    const std::uint64_t not_ascii = bits(v) | std::uint64_t{1} << 32;

    std::size_t count =
        std::min(static_cast<std::size_t>(std::countr_zero(not_ascii)), length - done);
    bool stop = count < 32;
    if (triples != 0 && static_cast<std::size_t>(std::countr_zero(triples)) < count) [[unlikely]] {
      count = std::min(static_cast<std::size_t>(std::countr_zero(triples)) + 2, count);
      stop = true;
    }
    const std::uint64_t taken = (std::uint64_t{1} << count) - 1;
    put_masks(masks, position + done, bits(word) & taken, bits(upper) & taken,
              bits(specials(v)) & taken);
    done += count;
    if (stop) {
      break;
    }
  }
  return done;
}

FoldAscii fastest_fold_ascii() { return has_avx2() ? fold_ascii_avx2 : fold_ascii_scalar; }

#else

bool has_avx2() { return false; }
std::size_t fold_ascii_avx2(const char* in, std::size_t length, char* out, ByteMasks* masks,
                            std::size_t position) {
  return fold_ascii_scalar(in, length, out, masks, position);
}
FoldAscii fastest_fold_ascii() { return fold_ascii_scalar; }

#endif

}  // namespace vigie
