#include "engine/web/word_search.h"

#include <algorithm>

namespace vigie {
namespace {

constexpr std::size_t kMaxWords = 10;

/// U+00C0..U+017F without case and accent; '?' where a letter becomes two or is none.
constexpr std::string_view kPlain =
    "aaaaaa?ceeeeiiiidnooooo?ouuuuy??aaaaaa?ceeeeiiiidnooooo?ouuuuy?y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii??jjkkkllllll?"
    "?llnnnnnn?nnoooooo??rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kPlain.size() == 0x180 - 0xc0);

void append_folded(unsigned code_point, std::string_view bytes, std::string& out) {
  switch (code_point) {
    case 0xc6:
    case 0xe6:
      out += "ae";
      return;
    case 0x152:
    case 0x153:
      out += "oe";
      return;
    case 0xdf:
      out += "ss";
      return;
    case 0x2019:
      out += '\'';
      return;
    default:
      break;
  }
  const bool has_plain =
      code_point >= 0xc0 && code_point < 0x180 && kPlain[code_point - 0xc0] != '?';
  if (has_plain) {
    out += kPlain[code_point - 0xc0];
  } else {
    out += bytes;
  }
}

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) {
      return k < text.size() ? unsigned{static_cast<unsigned char>(text[k])} : 0u;
    };
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      out += static_cast<char>(lead >= 'A' && lead <= 'Z' ? lead + 32 : lead);
      ++i;
    } else if (lead >= 0xc3 && lead < 0xe0) {
      append_folded((lead & 0x1f) << 6 | (byte(i + 1) & 0x3f), text.substr(i, 2), out);
      i += 2;
    } else if (lead >= 0xe0 && lead < 0xf0) {
      append_folded((lead & 0x0f) << 12 | (byte(i + 1) & 0x3f) << 6 | (byte(i + 2) & 0x3f),
                    text.substr(i, 3), out);
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace

WordSearch::WordSearch(std::string_view query) {
  const std::string folded = fold(query);
  for (std::size_t start = 0; start < folded.size() && words_.size() < kMaxWords;) {
    const std::size_t end = std::min(folded.find(' ', start), folded.size());
    if (end > start) {
      words_.push_back(folded.substr(start, end - start));
    }
    start = end + 1;
  }
}

bool WordSearch::finds(std::string_view title, std::string_view text) const {
  if (words_.empty()) {
    return true;
  }
  const std::string folded = fold(title) + "\n" + fold(text);
  return std::ranges::all_of(
      words_, [&](const std::string& word) { return folded.find(word) != std::string::npos; });
}

}  // namespace vigie
