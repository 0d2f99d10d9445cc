#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

/// Deeper JSON is refused, known field or not.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// How many brackets are open at once, at most, in the JSON value at the front of `text` (an object
/// or an array). Looks no further than its closing bracket or one level beyond kMaxJsonDepth.
std::size_t json_depth(std::string_view text);
/// How many brackets open anywhere in `text`, in strings too: json_depth() is not more, and takes
/// longer.
std::size_t json_brackets(std::string_view text);

struct JsonPiece {
  std::string_view bytes;
  bool torn = false;  ///< the input ends here without a line break or a closing bracket
};

/// Cuts input into the JSON values that it is a sequence of, without parsing them, so that one bad
/// piece does not take the others with it: lines of NDJSON (empty ones left out), or the elements
/// of one JSON array. Pieces lie in the input.
class JsonPieces {
 public:
  explicit JsonPieces(std::string_view input);

  /// False: no more.
  bool next(JsonPiece& piece);

 private:
  bool next_line(JsonPiece& piece);
  bool next_element(JsonPiece& piece);

  std::string_view rest_;
  bool is_array_ = false;
};

}  // namespace vigie
