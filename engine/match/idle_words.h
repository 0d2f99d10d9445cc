#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {

/// Words that were looked up and begin no phrase: most words of most texts are a few thousand.
/// Whole words are compared, never hashes alone: nobody can make a word be taken for another. A
/// word takes the place of another; long ones are not remembered. 128 KiB, one thread.
class IdleWords {
 public:
  bool holds(std::string_view word, std::uint64_t hash) const {
    const Slot& slot = slots_[hash % kSlots];
    return is_same_word(word, {slot.bytes.data(), slot.length});
  }
  void add(std::string_view word, std::uint64_t hash) {
    if (word.size() <= kMaxBytes) {
      Slot& slot = slots_[hash % kSlots];
      word.copy(slot.bytes.data(), word.size());
      slot.length = static_cast<unsigned char>(word.size());
    }
  }

 private:
  static constexpr std::size_t kSlots = 4096, kMaxBytes = 31;
  struct Slot {
    std::array<char, kMaxBytes> bytes{};
    unsigned char length = 0;
  };

  std::vector<Slot> slots_ = std::vector<Slot>(kSlots);
};

}  // namespace vigie
