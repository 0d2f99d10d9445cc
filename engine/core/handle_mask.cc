#include "engine/core/handle_mask.h"

#include <cstddef>

namespace vigie {
namespace {

/// Letters and digits; of what is not ASCII, the accented Latin letters (U+00C0..U+017F).
std::size_t word_character_length(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const bool is_ascii_word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                             (byte >= 'A' && byte <= 'Z') || byte == '_';
  if (is_ascii_word) {
    return 1;
  }
  return byte >= 0xc3 && byte <= 0xc5 && at + 1 < text.size() ? 2 : 0;
}

/// The end of the handle whose name begins at `at`: words joined by single '.', '-' or '@'.
std::size_t handle_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (at < text.size()) {
    if (const std::size_t length = word_character_length(text, at); length != 0) {
      at += length;
      end = at;
    } else if (end == at && (text[at] == '.' || text[at] == '-' || text[at] == '@')) {
      ++at;
    } else {
      break;
    }
  }
  return end;
}

bool ends_in_word(std::string_view text) {
  if (text.empty()) {
    return false;
  }
  std::size_t last = text.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) {
    --last;
  }
  // Two bytes from 0xC3 on are letters ("é@"); what needs more, or is a sign ("«", a space that
  // does not break, "’", an emoji), ends no word.
  const auto lead = static_cast<unsigned char>(text[last]);
  return lead < 0x80 ? word_character_length(text, last) != 0 : lead >= 0xC3 && lead < 0xE0;
}

}  // namespace

std::string mask_handles(std::string_view text) {
  std::string masked(text);
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (ends_in_word(text.substr(0, at)) || at + 1 == text.size() ||
        word_character_length(text, at + 1) == 0) {
      continue;
    }
    const std::size_t end = handle_end(text, at + 1);
    masked.replace(at + 1, end - at - 1, end - at - 1, '*');
    at = end - 1;
  }
  return masked;
}

}  // namespace vigie
