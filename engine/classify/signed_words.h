#pragma once

#include <cstdint>
#include <vector>

#include "engine/classify/lexicon.h"
#include "engine/core/folded_text.h"

namespace vigie {

/// A word or phrase of the lexicon that carries tone here, with what its neighbours made of it.
struct SignedWord {
  const LexiconEntry* entry = nullptr;
  std::uint32_t first_token = 0, last_token = 0;
  std::int32_t weight = 0;
  bool negated = false;
};

/// The tone of one text, word by word. Reused from text to text.
struct SignedWords {
  std::vector<SignedWord> words;         ///< by position
  std::vector<std::uint32_t> contrasts;  ///< tokens ("mais"), ascending
  /// "merci" or "bravo" said as praise, or a praising word between quotes: worth doubting when
  /// something negative stands beside it.
  bool may_be_irony = false;
  /// Of expect_signed_words(): tokens that begin a sentence, or perhaps something the lexicon
  /// knows.
  std::vector<std::uint32_t> places;
};

/// Only so many words of one mention are weighed; the rest is not read for tone.
inline constexpr std::size_t kMaxSignedWords = 256;

/// What find_signed_words() needs first: where it has to look. The lexicon is asked of memory and
/// comes while something else is done.
void expect_signed_words(const Lexicon& lexicon, const FoldedText& folded, SignedWords& out);
/// Finds the signed words of a text and lets its negations (three words ahead), intensifiers (two
/// words ahead), contrast words, capitals, stretched letters and "!" work on them. Words of a link
/// or a handle carry no tone.
void find_signed_words(const Lexicon& lexicon, const FoldedText& folded, SignedWords& out);

}  // namespace vigie
