#include "engine/classify/lexicon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace vigie {

Lexicon::Lexicon(std::vector<Phrase> phrases) : phrases_(std::move(phrases)) {
  const auto order = [](const Phrase& phrase) {
    return std::pair(hash_word(phrase.words.front()), -static_cast<int>(phrase.words.size()));
  };
  std::ranges::stable_sort(phrases_, {}, order);
  slots_.resize(std::bit_ceil(2 * phrases_.size() + 1));
  for (std::uint32_t first = 0; first < phrases_.size();) {
    const std::uint64_t hash = hash_word(phrases_[first].words.front());
    std::uint32_t end = first;
    while (end < phrases_.size() && hash_word(phrases_[end].words.front()) == hash) {
      ++end;
    }
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].count != 0) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = {hash, first, end - first};
    first = end;
  }
}

const LexiconEntry* Lexicon::find(const FoldedText& folded, std::uint32_t at) const {
  const Token& token = folded.tokens[at];
  const Slot& slot = slot_of(token.hash);
  for (std::uint32_t i = 0; i < slot.count; ++i) {
    const Phrase& phrase = phrases_[slot.first + i];
    if (begins_at(phrase, folded, at)) {
      return &phrase.entry;
    }
  }
  return (token.flags & kTokenElongated) != 0 ? find_shortened(folded.word(token)) : nullptr;
}

/// Empty if no phrase begins with a word of this hash.
const Lexicon::Slot& Lexicon::slot_of(std::uint64_t hash) const {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot].count != 0 && slots_[slot].hash != hash) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slots_[slot];
}

const LexiconEntry* Lexicon::find_shortened(std::string_view stretched) const {
  std::array<char, 32> letters{};
  std::size_t length = 0;
  for (const char letter : stretched) {
    if (length > 0 && letters[length - 1] == letter) {
      continue;
    }
    if (length == letters.size()) {
      return nullptr;
    }
    letters[length++] = letter;
  }
  const std::string_view word(letters.data(), length);
  const Slot& slot = slot_of(hash_word(word));
  for (std::uint32_t i = 0; i < slot.count; ++i) {
    const Phrase& phrase = phrases_[slot.first + i];
    if (phrase.words.size() == 1 && phrase.words.front() == word) {
      return &phrase.entry;
    }
  }
  return nullptr;
}

bool Lexicon::begins_at(const Phrase& phrase, const FoldedText& folded, std::uint32_t at) {
  if (folded.tokens.size() - at < phrase.words.size()) {
    return false;
  }
  for (std::size_t i = 0; i < phrase.words.size(); ++i) {
    const Token& token = folded.tokens[at + i];
    if (folded.word(token) != phrase.words[i] || (token.flags & kTokenLink) != 0 ||
        (i > 0 && (token.flags & kTokenSentenceStart) != 0)) {
      return false;
    }
  }
  return true;
}

}  // namespace vigie
