#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigie {

/// The value of WriteBatch::add(): adds the signed 64-bit little-endian numbers of `more` to those
/// of `sum`, element by element; the shorter one is continued with zeros. False if `more` is not
/// whole numbers.
inline bool add_counts(std::string& sum, std::string_view more) {
  if (more.size() % 8 != 0 || sum.size() % 8 != 0) {
    return false;
  }
  if (sum.size() < more.size()) {
    sum.resize(more.size());
  }
  for (std::size_t at = 0; at < more.size(); at += 8) {
    unsigned carry = 0;
    for (std::size_t i = at; i < at + 8; ++i) {
      carry += static_cast<unsigned char>(sum[i]) + static_cast<unsigned char>(more[i]);
      sum[i] = static_cast<char>(carry);
      carry >>= 8;
    }
  }
  return true;
}

inline void put_count(std::string& out, std::int64_t count) {
  for (int shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(count) >> shift));
  }
}

inline std::int64_t count_at(std::string_view counts, std::size_t index) {
  std::uint64_t count = 0;
  for (std::size_t i = 8; i-- > 0;) {
    const std::size_t at = index * 8 + i;
    count = count << 8 | (at < counts.size() ? static_cast<unsigned char>(counts[at]) : 0U);
  }
  return static_cast<std::int64_t>(count);
}

}  // namespace vigie
