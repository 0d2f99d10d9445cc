#include "engine/match/literal_index.h"

#include <algorithm>
#include <bit>

#include "engine/core/check.h"

namespace vigie {

std::uint32_t LiteralIndex::add(std::string_view literal) {
  check(literal.size() >= kMinBytes, "literals have three bytes or more");
  const auto [place, is_new] =
      numbers_.try_emplace(std::string(literal), static_cast<std::uint32_t>(literals_.size()));
  if (is_new) {
    literals_.emplace_back(literal);
  }
  return place->second;
}

void LiteralIndex::finish() {
  const std::size_t buckets =
      std::min(kFilterBits, std::bit_ceil(std::max<std::size_t>(literals_.size(), 1)));
  bucket_mask_ = static_cast<std::uint32_t>(buckets - 1);
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const std::uint32_t trigram = first_three(literals_[i].data());
    entries_.push_back({trigram, i});
    filter_[mix(trigram) / 64] |= std::uint64_t{1} << (mix(trigram) % 64);
  }
  const auto bucket = [this](const Entry& entry) { return mix(entry.trigram) & bucket_mask_; };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return std::pair(bucket(a), a.literal) < std::pair(bucket(b), b.literal);
  });
  bucket_starts_.assign(buckets + 1, 0);
  for (const Entry& entry : entries_) {
    ++bucket_starts_[bucket(entry) + 1];
  }
  for (std::size_t i = 1; i <= buckets; ++i) {
    bucket_starts_[i] += bucket_starts_[i - 1];
  }
  numbers_.clear();
}

}  // namespace vigie
