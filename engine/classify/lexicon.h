#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/folded_text.h"
#include "engine/core/hash_filter.h"
#include "engine/core/settings.h"

namespace vigie {

/// What a word of a lexicon does to the tone of a sentence; `weight` means something else for each.
enum class WordKind : std::uint8_t {
  kTone,              ///< signed word: -1000..1000
  kIrony,             ///< signed word that people also say in irony ("bravo"): 1..1000
  kNegation,          ///< turns signed words after it: percent of the weight that is left, 0..100
  kTrailingNegation,  ///< the same, and also the word right before it ("marche pas")
  kIntensifier,       ///< multiplies the next signed word: percent, 0..400
  kContrast,          ///< damps what came before it: percent that is left, 0..100
};

struct LexiconEntry {
  WordKind kind = WordKind::kTone;
  std::int32_t weight = 0;
  std::uint32_t name = 0;   ///< in Catalogue::names: "lexicon.fr.merci"
  std::uint32_t words = 0;  ///< one or more in a row
};

/// The words of one language. Immutable.
class Lexicon {
 public:
  /// A phrase as it is looked up: folded words, without spaces.
  struct Phrase {
    std::vector<std::string> words;
    LexiconEntry entry;
  };

  Lexicon() : Lexicon(std::vector<Phrase>()) {}
  /// Phrases must differ from one another.
  explicit Lexicon(std::vector<Phrase> phrases);

  /// The longest phrase that begins at token `at` and stays within its sentence; null if none does.
  /// A stretched word ("nuuul") is also tried with every letter once ("nul").
  const LexiconEntry* find(const FoldedText& folded, std::uint32_t at) const;
  /// False: find() finds nothing at this token; `next_hash` is the next one's, 0 if there is none.
  /// Without a branch, and from the first caches. Many words begin a phrase, few go on with it.
  bool may_begin(const Token& token, std::uint64_t next_hash) const {
    const bool known =
        words_alone_.passes(token.hash) | phrases_.passes(hash_pair(token.hash, next_hash));
    return (known & ((token.flags & kTokenLink) == 0)) | ((token.flags & kTokenElongated) != 0);
  }
  /// A hint: it is going to be looked for what begins with this token.
  void expect(const Token& token) const {
    __builtin_prefetch(&slots_[token.hash & (slots_.size() - 1)]);
  }

 private:
  struct Place {
    std::uint32_t start = 0, length = 0;  ///< in bytes_
  };
  /// A phrase as it is looked through: its words lie one after the other in words_.
  struct Known {
    LexiconEntry entry;
    Place first;
    std::uint32_t next_words = 0;  ///< in words_: those behind the first
    std::uint64_t next_hash = 0;   ///< of the second word; says "no" without a look at the words
  };
  using Word = TableWord<19>;  // a slot is one cache line
  /// All phrases that begin with words of one hash: [first, first + count) of `known_`, long ones
  /// first, and of these the first `phrases` have several words. The one that is a single word
  /// stands here once more, if it is short: most that are found are, and are one look into memory
  /// away.
  struct alignas(64) Slot {
    std::uint64_t hash = 0;
    std::uint64_t next_words = 0;  ///< next_bit() of each second word
    std::uint32_t first = 0, count = 0, phrases = 0;
    LexiconEntry entry;
    Word word;  ///< empty: none is here
  };
  static std::uint64_t next_bit(std::uint64_t hash) { return std::uint64_t{1} << (hash & 63); }
  void fill(Slot& slot, std::uint64_t hash, std::uint32_t first, std::uint32_t end) const;
  const Slot& slot_of(std::uint64_t hash) const;
  const LexiconEntry* find_shortened(std::string_view stretched) const;
  bool goes_on(const Known& known, const FoldedText& folded, std::uint32_t at) const;
  std::string_view text(Place word) const { return {bytes_.data() + word.start, word.length}; }

  std::string bytes_;
  std::vector<Place> words_;
  std::vector<Known> known_;
  std::vector<Slot> slots_;           ///< open addressing, a power of two, at most half full
  HashFilter words_alone_, phrases_;  ///< of phrases the first two words
};

/// The lexicons in force, one a language.
class Lexicons {
 public:
  Lexicons(Lexicon french, Lexicon english)
      : french_(std::move(french)), english_(std::move(english)) {}
  /// Every language but English is read with the French words.
  const Lexicon& of(std::string_view language) const {
    return language == "en" ? english_ : french_;
  }

 private:
  Lexicon french_, english_;
};

/// Cuts a phrase into words as texts are cut and folded (TextFolder::fold_phrase).
using FoldPhrase = std::function<std::vector<std::string>(std::string_view)>;

/// Reads fr.tsv and en.tsv in `directory` and appends the names of their entries to `catalogue`.
/// A line: phrase, tab, kind (tone, irony, negation, trailing_negation, intensifier, contrast),
/// tab, weight; '#' begins a comment line. Bounds: 4 MiB and 100,000 entries a file, 6 words a
/// phrase. All problems with file:line; null if there is one.
std::shared_ptr<const Lexicons> read_lexicons(const std::string& directory, const FoldPhrase& fold,
                                              Catalogue& catalogue, std::vector<Problem>& problems);

}  // namespace vigie
