#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "engine/core/folded_text.h"

namespace vigie {

/// One word of a text as the learned model sees it. Links and handles are one piece each, whatever
/// they say (several in a row too, but never across the border of title and text); so are all
/// numbers of one length.
struct TextPiece {
  std::uint32_t token = 0;   ///< in FoldedText::tokens
  std::uint32_t last = 0;    ///< of a link or handle its last token, else the same
  std::uint64_t hash = 0;    ///< of the word, or of what stands for it
  std::string_view letters;  ///< whose characters are looked at: empty for links, numbers, emoji
  std::uint32_t shape = 0;   ///< kShape…
  std::uint32_t signs = 0;   ///< what stands behind it: kSigns…
  std::uint64_t pair = 0;    ///< hash of the piece before and this one
};

/// Shapes: one feature for each bit.
inline constexpr std::uint32_t kShapeUpper = 1, kShapeStretched = 2, kShapeHashtag = 4;
inline constexpr std::uint32_t kShapes = 8;
/// Signs behind a piece: bits 0-1 how many '!' (at most 3), 2-3 how many '?' (at most 3), then one
/// bit each.
inline constexpr std::uint32_t kSignEllipsis = 16, kSignQuote = 32, kSignColon = 64,
                               kSignNewline = 128;
inline constexpr std::uint32_t kSigns = 256;

namespace text_pieces {

/// What stands for words that all count as one: below kStandIns.
inline constexpr std::uint64_t kLink = 0x11, kHandle = 0x22, kNumber = 0x33, kStart = 0x44,
                               kStandIns = 0x80;

inline std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ x >> 33;
}

/// By the flags of a token, of which the low four are looked at.
inline constexpr std::array<std::uint8_t, 16> kShapeOfFlags = [] {
  std::array<std::uint8_t, 16> shapes{};
  for (std::size_t flags = 0; flags < shapes.size(); ++flags) {
    shapes[flags] =
        static_cast<std::uint8_t>(((flags & kTokenUpper) != 0 ? kShapeUpper : 0) |
                                  ((flags & kTokenElongated) != 0 ? kShapeStretched : 0) |
                                  ((flags & kTokenHashtag) != 0 ? kShapeHashtag : 0));
  }
  return shapes;
}();

inline std::uint32_t signs_in(std::string_view gap) {
  gap = gap.substr(0, 16);
  std::uint32_t exclaims = 0, questions = 0, signs = 0, dots = 0;
  for (const char c : gap) {
    exclaims += c == '!';
    questions += c == '?';
    dots += c == '.';
    signs |= c == '"' ? kSignQuote : c == ':' ? kSignColon : c == '\n' ? kSignNewline : 0;
  }
  if (dots >= 3 || gap.find("\xe2\x80\xa6") != std::string_view::npos) {
    signs |= kSignEllipsis;
  }
  return signs | std::min(exclaims, 3U) | std::min(questions, 3U) << 2;
}

/// Feeds often repeat the first words of a text as its title, cut off somewhere.
inline bool title_says_the_same(const FoldedText& folded) {
  const std::uint32_t words = folded.text_token;
  if (words == 0 || folded.tokens.size() - words < words) {
    return false;
  }
  for (std::uint32_t at = 0; at + 1 < words; ++at) {  // the last may be cut
    if (folded.tokens[at].hash != folded.tokens[words + at].hash) {
      return false;
    }
  }
  return folded.word(folded.tokens[2 * words - 1])
      .starts_with(folded.word(folded.tokens[words - 1]));
}

}  // namespace text_pieces

/// A text with a link, a handle or a hashtag is a post, any other a message: people write the two
/// in other words, and call for help in other words.
inline bool is_post(const FoldedText& folded) {
  constexpr unsigned kMarks = kTokenLink | kTokenHandle | kTokenHashtag;
  return std::ranges::any_of(folded.tokens,
                             [](const Token& token) { return (token.flags & kMarks) != 0; });
}

/// Calls visit(TextPiece) for every piece of a text, in order.
template <class Visit>
void visit_text_pieces(const FoldedText& folded, Visit&& visit) {
  using namespace text_pieces;
  constexpr unsigned kOneEach = kTokenLink | kTokenHandle;
  const std::string_view bytes = folded.bytes;
  const Token* const tokens = folded.tokens.data();
  const auto count = static_cast<std::uint32_t>(folded.tokens.size());
  std::uint64_t previous = kStart;
  for (std::uint32_t at = title_says_the_same(folded) ? folded.text_token : 0; at < count;) {
    const Token& token = tokens[at];
    TextPiece piece;
    piece.token = at;
    std::uint32_t last = at;
    if (const unsigned kind = token.flags & kOneEach; kind != 0) {
      piece.hash = (kind & kTokenLink) != 0 ? kLink : kHandle;
      while (last + 1 < count && last + 1 != folded.text_token &&
             (tokens[last + 1].flags & kOneEach) == kind) {
        ++last;
      }
    } else if ((token.flags & kTokenNumber) != 0) {
      piece.hash = kNumber + std::min<std::uint32_t>(token.length, 6);
    } else {
      piece.hash = token.hash;
      piece.shape = kShapeOfFlags[token.flags % kShapeOfFlags.size()];
      if ((token.flags & kTokenEmoji) == 0) {
        piece.letters = {bytes.data() + token.start, token.length};
      }
    }
    const std::size_t end = std::size_t{tokens[last].start} + tokens[last].length;
    const std::size_t next = last + 1 < count ? tokens[last + 1].start : bytes.size();
    if (next != end + 1 || bytes[end] != ' ') {
      piece.signs = signs_in(bytes.substr(end, next - end));
    }
    piece.last = last;
    piece.pair = mix(previous) * 31 + piece.hash;
    previous = piece.hash;
    visit(piece);
    at = last + 1;
  }
}

/// Characters of so long a word are looked at.
inline constexpr std::size_t kMaxLettersBytes = 40;
inline constexpr std::size_t kShortestGram = 2, kLongestGram = 5;
/// Character n-grams of 2 to 5 bytes of the folded word between its borders, but for the whole
/// word: calls visit(hash) for each.
template <class Visit>
void visit_character_grams(std::string_view letters, Visit&& visit) {
  std::array<char, kMaxLettersBytes + 2> text;
  letters = letters.substr(0, kMaxLettersBytes);
  text[0] = '<';
  std::copy(letters.begin(), letters.end(), text.begin() + 1);
  text[letters.size() + 1] = '>';
  const std::size_t size = letters.size() + 2;
  constexpr auto step = [](std::uint64_t hash, char c) {
    return (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  };
  for (std::size_t from = 0; from + kShortestGram <= size; ++from) {
    const std::size_t longest = std::min({kLongestGram, size - from, size - 1});
    std::uint64_t hash = step(0xcbf29ce484222325ULL, text[from]);
    for (std::size_t length = kShortestGram; length <= longest; ++length) {
      hash = step(hash, text[from + length - 1]);
      visit(hash + length);
    }
  }
}

/// How many they are, by how many bytes the word has; of longer ones as of the longest.
inline constexpr std::array<std::uint8_t, kMaxLettersBytes + 1> kGramsOfLetters = [] {
  std::array<std::uint8_t, kMaxLettersBytes + 1> grams{};
  for (std::size_t letters = 1; letters < grams.size(); ++letters) {
    const std::size_t size = letters + 2;
    for (std::size_t length = kShortestGram; length <= kLongestGram && length < size; ++length) {
      grams[letters] = static_cast<std::uint8_t>(grams[letters] + size - length + 1);
    }
  }
  return grams;
}();

}  // namespace vigie
