// Folding: title up to the first line end, then the text. Both ways to fold give the same; tokens
// and what they came from lie where they should.
#include "engine/parse/text_folder.h"

#include <algorithm>

#include "engine/parse/language.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

void check_folded(const FoldedText& folded, std::string_view title, std::string_view text) {
  check(is_valid_utf8(folded.bytes) && folded.bytes.size() <= title.size() + text.size() + 1,
        "folding keeps UTF-8 and makes nothing longer");
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < folded.tokens.size(); ++i) {
    const Token& token = folded.tokens[i];
    check(token.start >= end && token.length > 0, "tokens come one behind the other");
    end = token.start + token.length;
    check(end <= folded.bytes.size() && is_valid_utf8(folded.word(token)), "a token is a word");
    check(token.hash == hash_word(folded.word(token)), "its hash is its word's");
    const Span span = folded.original(i, i);
    const std::string_view field = span.field == Field::kTitle ? title : text;
    check(span.start < span.end && span.end <= field.size() &&
              is_valid_utf8(field.substr(span.start, span.end - span.start)),
          "it came from whole characters of its field");
    check((span.field == Field::kTitle) == (i < folded.text_token), "the border is the border");
  }
}

VIGIE_FUZZ(text_folder) {
  if (!is_text(bytes)) {
    return;
  }
  const std::string_view title = take_line(bytes);
  FoldedText plain, fast;
  TextFolder(fold_ascii_scalar).fold(title, bytes, plain);
  check_folded(plain, title, bytes);
  TextFolder().fold(title, bytes, fast);
  const auto same = [](const Token& a, const Token& b) {
    return a.start == b.start && a.length == b.length && a.hash == b.hash && a.flags == b.flags;
  };
  check(plain.bytes == fast.bytes && std::ranges::equal(plain.tokens, fast.tokens, same),
        "both ways give the same");
  for (const std::string& word : TextFolder::fold_phrase(title)) {
    check(is_valid_utf8(word) && !word.empty(), "a phrase is words");
  }
  char language[3] = {};
  detect_language(title.substr(0, 8), bytes, language);
  check(std::string_view(language).size() % 2 == 0, "two letters or none");
}

}  // namespace
}  // namespace vigie::fuzz
