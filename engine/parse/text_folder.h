#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"
#include "engine/parse/ascii_run.h"

namespace vigie {

/// Makes FoldedText: case, accents and typographic variants away, cut into words, each hashed once.
/// Case folding and decomposition cover Latin, Greek and Cyrillic; ligatures open ("œ" → "oe", "ß"
/// → "ss"); full-width and mathematical letters become plain; combining marks, zero-width and bidi
/// controls vanish; curly apostrophes and quotes become plain, no-break spaces a space; a letter
/// three times or more in a row is kept twice. Folding never makes text longer; a line break stands
/// between title and text. How words, hashtags, links and emoticons are told apart: word_cutter.h.
/// One instance per thread: it keeps nothing of a text, but its buffers and the result's are
/// reused.
class TextFolder {
 public:
  explicit TextFolder(FoldAscii fold_ascii = fastest_fold_ascii()) : fold_ascii_(fold_ascii) {}

  /// `title` and `text`: valid UTF-8, at most 2^31 bytes together.
  void fold(std::string_view title, std::string_view text, FoldedText& out) const;

  /// One phrase of a rule or lexicon, folded alone: its words, in order. A '*' ending a word is
  /// kept for the caller.
  static std::vector<std::string> fold_phrase(std::string_view phrase);

 private:
  FoldAscii fold_ascii_;
  mutable std::vector<ByteMasks> masks_;
  mutable std::vector<std::uint32_t> dropped_;
};

}  // namespace vigie
