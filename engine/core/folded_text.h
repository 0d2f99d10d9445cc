#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// Which of a mention's two texts a span lies in.
enum class Field : std::uint8_t { kText, kTitle };

/// Bytes [start, end) of the original UTF-8 of `field`.
struct Span {
  Field field = Field::kText;
  std::uint32_t start = 0, end = 0;
  bool operator==(const Span&) const = default;
};

/// What folding took away but a classifier may want to know about a word.
enum TokenFlag : std::uint8_t {
  kTokenUpper = 1,      ///< two letters or more, all capitals
  kTokenHashtag = 2,    ///< preceded by '#'
  kTokenHandle = 4,     ///< preceded by '@'
  kTokenElongated = 8,  ///< a letter three times or more in a row ("nuuul"); the fold keeps two
  kTokenEmoji = 16,     ///< an emoji or emoticon, not a word
  kTokenSentenceStart = 32,  ///< first token after . ! ? … a line break, or of a field
  kTokenNumber = 64,         ///< digits only
  kTokenLink = 128,          ///< part of a URL: never a word of a phrase
};

/// One word of the folded bytes: a maximal run of letters and digits. Apostrophes, hyphens and
/// everything else part words ("l'eau" is two, "rendez-vous" is two).
struct Token {
  std::uint32_t start = 0;   ///< in FoldedText::bytes
  std::uint32_t length = 0;  ///< bytes
  std::uint64_t hash = 0;    ///< hash_word() of those bytes
  std::uint8_t flags = 0;    ///< TokenFlag
};

/// The hash every word is known by: in texts, in rules and in lexicons alike. FNV-1a over 64 bits
/// with a final mix; never stored on disk, so it may change.
inline std::uint64_t hash_word(std::string_view folded) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : folded) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash ^ (hash >> 32);
}

/// A mention's title and text, lower case and without accents, cut into words. Made once by
/// parse/text_folder, read by matching and classification. Title and text lie one after the other,
/// so that one pass sees both; the first token of the text has kTokenSentenceStart and no phrase
/// matches across the border (`text_token`).
struct FoldedText {
  /// From folded offset `folded` on, original = folded + `delta` (until the next shift). Ascending;
  /// first at 0.
  struct Shift {
    std::uint32_t folded;
    std::int64_t delta;
  };

  std::string bytes;
  std::vector<Token> tokens;
  std::vector<Shift> shifts;
  std::uint32_t text_start = 0;  ///< where the text begins in `bytes`; the title lies before
  std::uint32_t text_token = 0;  ///< first token of the text in `tokens`

  std::string_view word(const Token& token) const {
    return std::string_view(bytes).substr(token.start, token.length);
  }
  /// The original bytes that tokens [first, last] came from.
  Span original(std::uint32_t first_token, std::uint32_t last_token) const;
  /// The original bytes that folded bytes [start, end) came from; both in the same field.
  Span original_bytes(std::uint32_t start, std::uint32_t end) const;
};

}  // namespace vigie
