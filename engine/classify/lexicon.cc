#include "engine/classify/lexicon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace vigie {

Lexicon::Lexicon(std::vector<Phrase> phrases) {
  const auto order = [](const Phrase& phrase) {
    return std::pair(hash_word(phrase.words.front()), -static_cast<int>(phrase.words.size()));
  };
  std::ranges::stable_sort(phrases, {}, order);
  const auto alone = static_cast<std::size_t>(std::ranges::count_if(
      phrases, [](const Phrase& phrase) { return phrase.words.size() == 1; }));
  words_alone_ = HashFilter(alone);
  phrases_ = HashFilter(phrases.size() - alone);
  for (const Phrase& phrase : phrases) {
    Known& known = known_.emplace_back();
    known.entry = phrase.entry;
    known.next_words = static_cast<std::uint32_t>(words_.size());
    const std::uint64_t first_hash = hash_word(phrase.words.front());
    known.next_hash = phrase.words.size() > 1 ? hash_word(phrase.words[1]) : 0;
    if (phrase.words.size() > 1) {
      phrases_.let_pass(hash_pair(first_hash, known.next_hash));
    } else {
      words_alone_.let_pass(first_hash);
    }
    for (const std::string& word : phrase.words) {
      const Place place{static_cast<std::uint32_t>(bytes_.size()),
                        static_cast<std::uint32_t>(word.size())};
      bytes_ += word;
      if (&word == &phrase.words.front()) {
        known.first = place;
      } else {
        words_.push_back(place);
      }
    }
  }
  slots_.resize(std::bit_ceil(2 * phrases.size() + 1));
  for (std::uint32_t first = 0; first < phrases.size();) {
    const std::uint64_t hash = hash_word(phrases[first].words.front());
    std::uint32_t end = first;
    while (end < phrases.size() && hash_word(phrases[end].words.front()) == hash) {
      ++end;
    }
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].count != 0) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    fill(slots_[slot], hash, first, end);
    first = end;
  }
}

void Lexicon::fill(Slot& slot, std::uint64_t hash, std::uint32_t first, std::uint32_t end) const {
  slot.hash = hash;
  slot.first = first;
  slot.count = end - first;
  for (std::uint32_t i = first; i < end && known_[i].entry.words > 1; ++i) {
    ++slot.phrases;
    slot.next_words |= next_bit(known_[i].next_hash);
  }
  if (slot.phrases == slot.count) {
    return;
  }
  const Known& single = known_[first + slot.phrases];
  const std::string_view word = text(single.first);
  if (word.size() <= Word::kMostBytes) {
    slot.entry = single.entry;
    slot.word.set(word);
  }
}

const LexiconEntry* Lexicon::find(const FoldedText& folded, std::uint32_t at) const {
  const Token& token = folded.tokens[at];
  if (!may_begin(token, at + 1 < folded.tokens.size() ? folded.tokens[at + 1].hash : 0)) {
    return nullptr;
  }
  const std::string_view word = folded.word(token);
  const Slot& slot = slot_of(token.hash);
  if (slot.phrases != 0 && at + 1 < folded.tokens.size()) {
    const std::uint64_t next = folded.tokens[at + 1].hash;
    for (std::uint32_t i = slot.first;
         (slot.next_words & next_bit(next)) != 0 && i < slot.first + slot.phrases; ++i) {
      const Known& known = known_[i];
      if (known.next_hash == next && is_same_word(word, text(known.first)) &&
          goes_on(known, folded, at)) {
        return &known.entry;
      }
    }
  }
  if (!slot.word.empty() && slot.word.is(word, folded.bytes)) {
    return &slot.entry;
  }
  for (std::uint32_t i = slot.first + slot.phrases; i < slot.first + slot.count; ++i) {
    if (is_same_word(word, text(known_[i].first))) {
      return &known_[i].entry;
    }
  }
  return (token.flags & kTokenElongated) != 0 ? find_shortened(word) : nullptr;
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
  for (std::uint32_t i = slot.first; i < slot.first + slot.count; ++i) {
    if (known_[i].entry.words == 1 && text(known_[i].first) == word) {
      return &known_[i].entry;
    }
  }
  return nullptr;
}

/// Whether the words behind the first are there, too, within the sentence and not in a link.
bool Lexicon::goes_on(const Known& known, const FoldedText& folded, std::uint32_t at) const {
  if (folded.tokens.size() - at < known.entry.words) {
    return false;
  }
  for (std::uint32_t i = 1; i < known.entry.words; ++i) {
    const Token& token = folded.tokens[at + i];
    if ((token.flags & (kTokenLink | kTokenSentenceStart)) != 0 ||
        !is_same_word(folded.word(token), text(words_[known.next_words + i - 1]))) {
      return false;
    }
  }
  return true;
}

}  // namespace vigie
