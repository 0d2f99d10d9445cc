#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"
#include "engine/core/mention.h"
#include "engine/core/tenant.h"
#include "engine/trend/word_shares.h"

struct sb_stemmer;

namespace vigie {

/// One or two words that a text holds.
struct Term {
  std::string key;         ///< stems, folded: "repar", "borne recharg"
  std::string surface;     ///< as written: "réparer", "borne recharge"
  std::uint64_t hash = 0;  ///< hash_word() of its key
};

/// Cuts a mention into the terms that may be counted without keeping the mention:
///
///  1. only words in small Latin letters, three or more: a capital inside a sentence is mostly a
///     name, and one at its beginning may be;
///  2. no word with a digit, no @handle, #hashtag, link or mail address, no word behind "M.",
///     "Mme", "Dr" …;
///  3. no function words (WordShares);
///  4. pairs of neighbours within a sentence; what was left out by 1 and 2 parts them, function
///     words do not ("borne de recharge" → "borne recharge").
///
/// Words are brought to their stem by Snowball (libstemmer), so that "réparer" and "réparateur" are
/// one. One instance per thread.
class TermCutter {
 public:
  static constexpr std::size_t kMaxWords = 64;  ///< of a mention; the rest is not looked at
  static constexpr std::size_t kMaxWordBytes = 32;

  /// `language`: ISO 639-1; one without a stemmer leaves words as they are.
  TermCutter(std::string_view language, std::shared_ptr<const WordShares> common);

  /// Each term once, in the order of the text. Valid until the next call. `folded` is of `mention`.
  std::span<const Term> cut(const Mention& mention, const FoldedText& folded);

  /// Whether a folded word is one of 1 and 2 by itself, whatever its case and neighbours.
  static bool is_countable(std::string_view folded, std::uint8_t flags);
  /// The stem of one folded word.
  std::string stem(std::string_view folded);

 private:
  struct Free {
    void operator()(sb_stemmer* stemmer) const;
  };
  /// What was found out about a folded word: words come again and again. Whole words are compared:
  /// two may have the same hash.
  struct Known {
    std::string word;  ///< empty: an empty place
    std::string stem;
    bool is_function = false;
  };
  static constexpr std::size_t kKnownWords = 16'384;

  Known& place_of(const Token& token) { return known_[token.hash % kKnownWords]; }
  const Known& look_up(const Token& token, std::string_view folded);
  /// Where the next term is written, to be added then if it is a new one.
  Term& next();
  void add();

  std::unique_ptr<sb_stemmer, Free> stemmer_;
  std::shared_ptr<const WordShares> common_;
  std::vector<Known> known_{kKnownWords};  ///< by hash
  std::vector<Term> terms_;  ///< the first count_; the memory of the others serves again
  std::size_t count_ = 0;
};

/// The one language in which an engine cuts terms, whoever's mention it is: terms of different
/// mentions have to be the same ones.
inline std::string term_language(const std::vector<Tenant>& tenants) {
  return tenants.empty() ? std::string() : tenants.front().language;
}

/// What repeats somebody else's words says nothing new.
inline bool is_repeated(const Mention& mention) {
  return mention.kind == Kind::kRepost || !mention.repost_of.empty();
}

}  // namespace vigie
