#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vigie {

/// Which of a set of literals (3 bytes or more each) stand at a given place of a text. A filter of
/// 8 KiB over the first three bytes answers "none" for nearly every place; the others are compared.
/// Built by one thread, then read by any.
class LiteralIndex {
 public:
  static constexpr std::size_t kMinBytes = 3;

  /// The literal's number, dense from 0; the same literal gets the same number. Before finish().
  std::uint32_t add(std::string_view literal);
  void finish();

  bool empty() const { return literals_.empty(); }
  std::size_t size() const { return literals_.size(); }

  /// Calls visit(number) for every literal that `rest` begins with, ascending.
  template <class Visit>
  void visit_at(std::string_view rest, Visit&& visit) const {
    if (rest.size() < kMinBytes) {
      return;
    }
    const std::uint32_t trigram = first_three(rest.data());
    const std::uint32_t key = mix(trigram);
    if ((filter_[key / 64] >> (key % 64) & 1) == 0) [[likely]] {
      return;
    }
    for (std::uint32_t i = bucket_starts_[key & bucket_mask_];
         i < bucket_starts_[(key & bucket_mask_) + 1]; ++i) {
      const Entry& entry = entries_[i];
      if (entry.trigram == trigram && rest.starts_with(literals_[entry.literal])) {
        visit(entry.literal);
      }
    }
  }

 private:
  struct Entry {
    std::uint32_t trigram = 0, literal = 0;
  };
  static constexpr std::size_t kFilterBits = 1U << 16;

  static std::uint32_t first_three(const char* bytes) {
    std::uint32_t trigram = 0;
    std::memcpy(&trigram, bytes, kMinBytes);
    return trigram;
  }
  static std::uint32_t mix(std::uint32_t trigram) { return trigram * 0x9e3779b1U >> 16; }

  std::vector<std::string> literals_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::uint64_t> filter_ = std::vector<std::uint64_t>(kFilterBits / 64);
  std::vector<std::uint32_t> bucket_starts_ = {0, 0};
  std::uint32_t bucket_mask_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace vigie
