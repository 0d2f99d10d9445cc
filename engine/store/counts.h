#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vigie {

static_assert(std::endian::native == std::endian::little,
              "counts are stored as they are in memory");

/// A count's eight bytes at `index`; what is not there is 0. Signed, 64 bits, little-endian.
inline std::int64_t count_at(std::string_view counts, std::size_t index) {
  std::uint64_t count = 0;
  if (const std::size_t at = index * sizeof(count); at + sizeof(count) <= counts.size()) {
    std::memcpy(&count, counts.data() + at, sizeof(count));
  }
  return static_cast<std::int64_t>(count);
}

inline void put_count(std::string& out, std::int64_t count) {
  out.append(reinterpret_cast<const char*>(&count), sizeof(count));
}

/// The value of WriteBatch::add(): adds the counts of `more` to those of `sum`, one by one (around
/// the end, if it comes to that); the shorter one is continued with zeros. False if one of them is
/// not whole counts.
inline bool add_counts(std::string& sum, std::string_view more) {
  constexpr std::size_t kBytes = sizeof(std::uint64_t);
  if (more.size() % kBytes != 0 || sum.size() % kBytes != 0) {
    return false;
  }
  if (sum.size() < more.size()) {
    sum.resize(more.size());
  }
  for (std::size_t i = 0; i < more.size() / kBytes; ++i) {
    const std::uint64_t added = static_cast<std::uint64_t>(count_at(sum, i)) +
                                static_cast<std::uint64_t>(count_at(more, i));
    std::memcpy(sum.data() + i * kBytes, &added, kBytes);
  }
  return true;
}

}  // namespace vigie
