#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigie {

/// What one character becomes. Bit i of the masks speaks of byte i of what it becomes.
struct FoldedCharacter {
  static constexpr std::uint8_t kAsItIs = 0xff;

  char bytes[4] = {0, 0, 0, 0};
  std::uint8_t length = kAsItIs;  ///< of `bytes`; 0: it vanishes; kAsItIs: its own UTF-8 stays
  std::uint8_t word = 0;          ///< part of a word
  std::uint8_t upper = 0;         ///< was a capital
  /// The word cutter wants to look at it: sentence ends, '#', '@', emoji…
  std::uint8_t special = 0;
};

/// Is this one of the ASCII characters that the word cutter wants to look at?
constexpr bool is_special_ascii(char c) {
  switch (c) {
    case '\n':
    case '!':
    case '#':
    case '.':
    case ':':
    case ';':
    case '<':
    case '=':
    case '?':
    case '@':
    case '^':
      return true;
    default:
      return false;
  }
}

/// The folding of every code point: NFKD, without marks, in lower case, for Latin, Greek and
/// Cyrillic; what that rule does not decompose but people write for a plain letter ("ø", "ł", "œ",
/// mathematical and boxed letters) as people read it. Nothing becomes longer than its own UTF-8.
/// Other scripts stay as they are.
class CharacterTable {
 public:
  static const CharacterTable& instance();

  const FoldedCharacter& operator[](char32_t code_point) const {
    return pages_[page_of_[code_point >> 8]][code_point & 0xff];
  }

 private:
  using Page = std::array<FoldedCharacter, 256>;

  CharacterTable();
  void set(char32_t first, char32_t last, FoldedCharacter folded);
  void set_text(char32_t code_point, const char* folded, bool upper);
  void set_alphabet(char32_t first, char32_t last, char first_letter, bool upper);

  std::vector<Page> pages_;
  std::array<std::uint16_t, 0x1100> page_of_{};
};

}  // namespace vigie
