#include "engine/match/word_patterns.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxWordBytes = 128;

/// Bytes of the code point at `at`.
std::size_t letter_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    ++end;
  }
  return end - at;
}

}  // namespace

/// After a mismatch the last '*' takes one letter more: the cost is at most the product of both
/// lengths, which are bounded.
bool fits_pattern(std::string_view word, std::string_view pattern) {
  if (word.size() > kMaxWordBytes) {
    return false;
  }
  std::size_t at = 0, in_pattern = 0, star = pattern.npos, star_took = 0;
  while (at < word.size()) {
    const char wanted = in_pattern < pattern.size() ? pattern[in_pattern] : '\0';
    if (wanted == '*') {
      star = in_pattern++;
      star_took = at;
    } else if (wanted == '?') {
      at += letter_bytes(word, at);
      ++in_pattern;
    } else if (wanted == word[at]) {
      ++at;
      ++in_pattern;
    } else if (star != pattern.npos) {
      star_took += letter_bytes(word, star_took);
      at = star_took;
      in_pattern = star + 1;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == pattern.npos;
}

std::uint32_t WordPatterns::add(std::string_view pattern) {
  const auto [place, is_new] =
      numbers_.try_emplace(std::string(pattern), static_cast<std::uint32_t>(patterns_.size()));
  if (!is_new) {
    return place->second;
  }
  patterns_.emplace_back(pattern);
  const std::string_view literal = pattern.substr(0, pattern.find_first_of("*?"));
  if (literal.size() < LiteralIndex::kMinBytes) {
    of_first_byte_[static_cast<unsigned char>(pattern.front())].push_back(place->second);
    ++short_ones_;
    return place->second;
  }
  const std::uint32_t number = literals_.add(literal);
  of_literal_.resize(literals_.size());
  if (pattern.size() == literal.size() + 1 && pattern.ends_with('*')) {
    of_literal_[number].stem = place->second;
  } else {
    of_literal_[number].others.push_back(place->second);
  }
  return place->second;
}

}  // namespace vigie
