#include "engine/core/pseudonym.h"

namespace vigie {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string to_text(const Pseudonym& author) {
  std::string text;
  text.reserve(2 * author.size());
  for (const unsigned char byte : author) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<Pseudonym> parse_pseudonym(std::string_view text) {
  Pseudonym author{};
  if (text.size() != 2 * author.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < author.size(); ++i) {
    const std::size_t high = kDigits.find(text[2 * i]), low = kDigits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    author[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return author;
}

}  // namespace vigie
