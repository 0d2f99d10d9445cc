#include "engine/core/folded_text.h"

#include <iterator>

// How spans find their way back, without the original at hand:
// 1. `shifts` say where each folded byte came from. Folding a character never makes it longer, so
// within a field the
//    delta never falls from one character to the next.
// 2. It falls only inside a character that became several letters ("œ" → "oe"): the second letter
// lies at the
//    character's first byte again. Such a letter's shift covers one folded byte, and the next shift
//    ends it.
// 3. So a start inside a character goes back to the character's start by itself, and an end inside
// one moves on to the
//    next shift: no span splits a character.
// 4. What vanished (marks, controls, repeated letters) belongs to the span before it: "e" + U+0301
// stays whole.
// 5. The text's own first shift (at `text_start`, behind a title) starts a new count: its delta may
// fall.

namespace vigie {

Span FoldedText::original(std::uint32_t first_token, std::uint32_t last_token) const {
  const Token& last = tokens[last_token];
  return original_bytes(tokens[first_token].start, last.start + last.length);
}

Span FoldedText::original_bytes(std::uint32_t start, std::uint32_t end) const {
  // The last that begins at or before it: halved without a branch, which nobody could guess.
  const auto shift_at = [this](std::uint32_t folded) {
    auto shift = shifts.begin();
    for (auto left = shifts.end() - shift; left > 1;) {
      const auto half = left / 2;
      shift += half * (shift[half].folded <= folded);
      left -= half;
    }
    return shift;
  };
  const auto inside_character = [this](auto shift) {
    return shift != shifts.begin() && shift->delta < std::prev(shift)->delta &&
           shift->folded != text_start;
  };
  const auto original = [](std::uint32_t folded, const Shift& shift) {
    return static_cast<std::uint32_t>(folded + shift.delta);
  };
  const auto start_shift = shift_at(start);
  auto end_shift = shift_at(end);
  while (inside_character(end_shift) && std::next(end_shift) != shifts.end()) {
    end = (++end_shift)->folded;
  }
  return {start < text_start ? Field::kTitle : Field::kText, original(start, *start_shift),
          original(end, *end_shift)};
}

}  // namespace vigie
