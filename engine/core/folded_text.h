#pragma once

#include <array>
#include <cstdint>
#include <cstring>
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

/// The hash every word is known by: in texts, in rules and in lexicons alike. Eight bytes at a time
/// by multiplication and folding of the product. Learned weights lie where it says: changing it
/// asks for Model::kFormat to change, and models to be trained anew.
inline std::uint64_t hash_word(std::string_view folded) {
  const auto load = [](const char* bytes, std::size_t size) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes, size);
    return number;
  };
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  constexpr std::uint64_t kFirst = 0xa0761d6478bd642fULL, kSecond = 0xe7037ed1a0b428dbULL;
  const char* const bytes = folded.data();
  const std::size_t size = folded.size();
  std::uint64_t hash = kFirst ^ size, tail = 0;
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      hash = mix(hash ^ load(bytes + at, 8), kSecond);
    }
    tail = load(bytes + size - 8, 8);
  } else if (size >= 4) {
    tail = load(bytes, 4) << 32 | load(bytes + size - 4, 4);
  } else if (size > 0) {
    tail = load(bytes, 1) << 16 | load(bytes + size / 2, 1) << 8 | load(bytes + size - 1, 1);
  }
  return mix(hash ^ tail, kSecond);
}

/// Whether two words are the same: what the library's comparison costs in calls, this saves.
inline bool is_same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  const auto differ = [&](auto kind, std::size_t at) {
    decltype(kind) one, other;
    std::memcpy(&one, a.data() + at, sizeof kind);
    std::memcpy(&other, b.data() + at, sizeof kind);
    return one != other;
  };
  const std::size_t size = a.size();
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      if (differ(std::uint64_t{}, at)) {
        return false;
      }
    }
    return !differ(std::uint64_t{}, size - 8);
  }
  if (size >= 4) {
    return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  }
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

/// A word of at most `kMost` bytes as tables hold it. How long the next word of a text is cannot be
/// guessed: but for long ones, it is compared without a branch on its length.
template <std::size_t kMost>
class TableWord {
  static constexpr std::size_t kUsual = 16;  ///< most words have no more bytes
  static_assert(kMost >= kUsual, "so many bytes are compared in any case");

 public:
  static constexpr std::size_t kMostBytes = kMost;

  /// At most kMost bytes.
  void set(std::string_view word) {
    length_ = static_cast<std::uint8_t>(word.copy(bytes_.data(), kMost));
  }
  bool empty() const { return length_ == 0; }

  /// Whether it is `word`, which lies in `text`: what stands behind it there is read, not compared.
  bool is(std::string_view word, std::string_view text) const {
    const auto behind = static_cast<std::size_t>(text.data() + text.size() - word.data());
    const bool is_usual = word.size() <= kUsual;
    if (behind < (is_usual ? kUsual : kMost)) [[unlikely]] {
      return is_same_word(word, {bytes_.data(), length_});
    }
    std::uint64_t differ = word.size() ^ length_;
    const auto compare = [&](std::size_t at) {
      std::uint64_t one = 0, other = 0, counts = 0;
      std::memcpy(&one, word.data() + at, sizeof one);
      std::memcpy(&other, bytes_.data() + at, sizeof other);
      std::memcpy(&counts, kCounts.data() + kMost - length_ + at, sizeof counts);
      differ |= (one ^ other) & counts;
    };
    compare(0);
    compare(kUsual - 8);
    if (is_usual) [[likely]] {
      return differ == 0;
    }
    for (std::size_t at = kUsual; at + 8 < kMost; at += 8) {
      compare(at);
    }
    compare(kMost - 8);
    return differ == 0;
  }

 private:
  /// From `kMost - length` on: as many ones, then zeros.
  static constexpr std::array<unsigned char, 2 * kMost> kCounts = [] {
    std::array<unsigned char, 2 * kMost> counts{};
    for (std::size_t i = 0; i < kMost; ++i) {
      counts[i] = 0xff;
    }
    return counts;
  }();

  std::array<char, kMost> bytes_{};
  std::uint8_t length_ = 0;
};

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
    return {bytes.data() + token.start, token.length};
  }
  /// The original bytes that tokens [first, last] came from.
  Span original(std::uint32_t first_token, std::uint32_t last_token) const;
  /// The original bytes that folded bytes [start, end) came from; both in the same field.
  Span original_bytes(std::uint32_t start, std::uint32_t end) const;
};

}  // namespace vigie
