#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {

/// What words that may begin a phrase were found to begin: the nodes of a trie that they lead to
/// from its root. Whole words are compared, never hashes alone: nobody can make a word be taken for
/// another. A word takes the place of another; long ones, and those that lead to many nodes, are
/// not remembered. 256 KiB, one thread.
class WordStarts {
 public:
  static constexpr std::size_t kMaxNodes = 2;

  /// A hint: a word with this hash is going to be looked for.
  void expect(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash % kSlots]); }
  /// Of a word of `text`. False: not remembered.
  bool find(const FoldedText& text, const Token& token,
            std::span<const std::uint32_t>& nodes) const {
    const Slot& slot = slots_[token.hash % kSlots];
    if (!slot.word.is(text.word(token), text.bytes)) {
      return false;
    }
    nodes = std::span(slot.nodes).first(slot.count);
    return true;
  }
  void remember(std::string_view word, std::uint64_t hash, std::span<const std::uint32_t> nodes) {
    if (word.size() > Word::kMostBytes || nodes.size() > kMaxNodes) {
      return;
    }
    Slot& slot = slots_[hash % kSlots];
    slot.word.set(word);
    slot.count = static_cast<unsigned char>(nodes.size());
    std::copy(nodes.begin(), nodes.end(), slot.nodes.begin());
  }

 private:
  static constexpr std::size_t kSlots = 8192;
  using Word = TableWord<22>;
  struct alignas(32) Slot {  // half a cache line
    Word word;
    unsigned char count = 0;
    std::array<std::uint32_t, kMaxNodes> nodes{};
  };

  std::vector<Slot> slots_ = std::vector<Slot>(kSlots);
};

}  // namespace vigie
