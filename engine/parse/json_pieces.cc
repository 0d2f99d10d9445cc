#include "engine/parse/json_pieces.h"

#include <algorithm>
#include <array>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

/// Where the string that opens at `start` ends (its closing quote), or npos: the first quote behind
/// an even number of backslashes.
std::size_t closing_quote(std::string_view text, std::size_t start) {
  for (std::size_t i = text.find('"', start + 1); i != text.npos; i = text.find('"', i + 1)) {
    std::size_t escapes = 0;
    while (text[i - 1 - escapes] == '\\') {
      ++escapes;
    }
    if (escapes % 2 == 0) {
      return i;
    }
  }
  return text.npos;
}

constexpr std::array<bool, 256> kStructural = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("\"[]{},")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

std::size_t find_structural(std::string_view text, std::size_t from) {
  while (from < text.size() && !kStructural[static_cast<unsigned char>(text[from])]) {
    ++from;
  }
  return from;
}

/// Walks over JSON as brackets, strings and the rest. Calls `visit(position, open brackets after
/// it)` at every bracket and comma outside strings, until it says stop or the text ends.
template <class Visit>
void walk_json(std::string_view text, Visit&& visit) {
  std::size_t depth = 0;
  for (std::size_t i = 0; (i = find_structural(text, i)) != text.size(); ++i) {
    switch (text[i]) {
      case '"':
        i = closing_quote(text, i);
        if (i == text.npos) {
          return;
        }
        continue;
      case '[':
      case '{':
        ++depth;
        break;
      case ']':
      case '}':
        depth -= depth != 0;
        break;
      default:
        break;
    }
    if (!visit(i, depth)) {
      return;
    }
  }
}

}  // namespace

std::size_t json_brackets(std::string_view text) {
  std::size_t count = 0;
  const auto count_in = [&count](std::string_view block) {
    unsigned char here = 0;  // so narrow that vectors hold many
    for (const char c : block) {
      here = static_cast<unsigned char>(here + ((c | 0x20) == '{'));  // or '[', 0x20 below it
    }
    count += here;
  };
  constexpr std::size_t kBlockBytes = 128;
  while (text.size() >= kBlockBytes) {
    count_in({text.data(), kBlockBytes});
    text.remove_prefix(kBlockBytes);
  }
  count_in(text);
  return count;
}

std::size_t json_depth(std::string_view text) {
  std::size_t deepest = 0;
  walk_json(text, [&](std::size_t, std::size_t depth) {
    deepest = std::max(deepest, depth);
    return depth != 0 && deepest <= kMaxJsonDepth;
  });
  return deepest;
}

JsonPieces::JsonPieces(std::string_view input) : rest_(input) {
  if (rest_.starts_with("\xef\xbb\xbf")) {
    rest_.remove_prefix(3);
  }
  if (trimmed(rest_).starts_with('[')) {
    is_array_ = true;
    rest_.remove_prefix(rest_.find('[') + 1);
  }
}

bool JsonPieces::next(JsonPiece& piece) {
  while (!rest_.empty()) {
    if (is_array_ ? next_element(piece) : next_line(piece)) {
      return true;
    }
  }
  return false;
}

bool JsonPieces::next_line(JsonPiece& piece) {
  const std::size_t end = rest_.find('\n');
  piece.torn = end == rest_.npos;
  piece.bytes = trimmed(rest_.substr(0, end));
  rest_.remove_prefix(piece.torn ? rest_.size() : end + 1);
  return !piece.bytes.empty();
}

/// An element ends at a comma or a bracket that nothing within it opened.
bool JsonPieces::next_element(JsonPiece& piece) {
  std::size_t end = rest_.npos;
  bool last = true;
  std::size_t before = 0;
  walk_json(rest_, [&](std::size_t i, std::size_t depth) {
    const bool closes = (rest_[i] == ']' || rest_[i] == '}') && before == 0;
    before = depth;
    if (closes || (rest_[i] == ',' && depth == 0)) {
      end = i;
      last = closes;
      return false;
    }
    return true;
  });
  piece.torn = end == rest_.npos;
  piece.bytes = trimmed(rest_.substr(0, end));
  rest_.remove_prefix(piece.torn ? rest_.size() : end + 1);
  if (last && !piece.torn && !trimmed(rest_).empty()) {
    is_array_ = false;  // what follows the array is no part of it: read as lines
  } else if (last) {
    rest_ = {};
  }
  return !piece.bytes.empty();
}

}  // namespace vigie
