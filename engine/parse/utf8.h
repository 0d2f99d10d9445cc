#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie {

struct Character {
  char32_t code_point = 0;
  std::size_t length = 0;  ///< bytes
};

/// Texts come from outside: whoever lets one in asks this first.
bool is_valid_utf8(std::string_view text);

/// The first character of `text`: valid UTF-8, not empty.
inline Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const auto tail = [&](std::size_t i) { return byte(i) & 0x3f; };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  if (lead < 0xe0) {
    return {(lead & 0x1f) << 6 | tail(1), 2};
  }
  if (lead < 0xf0) {
    return {(lead & 0x0f) << 12 | tail(1) << 6 | tail(2), 3};
  }
  return {(lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
}

/// Whether `byte` is one of a character's further bytes.
constexpr bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// The front of `text`: at most `bytes` of it, cut between characters.
inline std::string_view front_of(std::string_view text, std::size_t bytes) {
  if (bytes >= text.size()) {
    return text;
  }
  while (bytes != 0 && continues_character(text[bytes])) {
    --bytes;
  }
  return text.substr(0, bytes);
}

/// Calls `visit(code_point)` for every character of valid UTF-8.
template <class Visit>
void for_each_character(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const Character character = decode(text);
    visit(character.code_point);
    text.remove_prefix(character.length);
  }
}

/// Appends the UTF-8 of a Unicode scalar value.
inline void append_utf8(char32_t c, std::string& out) {
  const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3f));
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  }
}

}  // namespace vigie
