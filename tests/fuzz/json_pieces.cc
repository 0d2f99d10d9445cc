// Cutting input into JSON values: nothing but blanks, commas and the array's brackets is lost.
#include "engine/parse/json_pieces.h"

#include <string>

#include "engine/core/ascii.h"
#include "engine/core/check.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

bool holds_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == text.npos;
}

/// How deep, looked at character by character.
std::size_t naive_depth(std::string_view text) {
  std::size_t depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\';
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
      if (depth > kMaxJsonDepth) {
        return depth;
      }
    } else if ((c == ']' || c == '}') && (depth == 0 || --depth == 0)) {
      return deepest;
    }
  }
  return deepest;
}

VIGIE_FUZZ(json_pieces) {
  JsonPieces pieces(bytes);
  std::size_t at = 0;
  for (JsonPiece piece; pieces.next(piece);) {
    check(piece.bytes.data() >= bytes.data() + at &&
              piece.bytes.data() + piece.bytes.size() <= bytes.data() + bytes.size(),
          "pieces lie in the input, one behind the other");
    const auto start = static_cast<std::size_t>(piece.bytes.data() - bytes.data());
    check(holds_only(bytes.substr(at, start - at), " \t\r\n,[]}\xef\xbb\xbf"),
          "between pieces nothing is lost");
    at = start + piece.bytes.size();
    if (!piece.bytes.empty() && (piece.bytes[0] == '{' || piece.bytes[0] == '[')) {
      check(json_depth(piece.bytes) == naive_depth(piece.bytes), "the depth is the depth");
    }
  }
}

}  // namespace
}  // namespace vigie::fuzz
