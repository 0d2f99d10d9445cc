// HTML as the text a reader sees. Text that was escaped comes back as it was.
#include "engine/parse/html_text.h"

#include "engine/alert/escape.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

/// Plain words in which HTML has nothing to change: no blanks at their ends or in runs, and no
/// character that a reader of HTML replaces.
std::string words_of(std::string_view text) {
  std::string words;
  for_each_character(text, [&](char32_t c) {
    if (c > 0x20 && c < 0x7f) {
      append_utf8(c, words);
    } else if (c == ' ' && !words.empty() && words.back() != ' ') {
      words += ' ';
    }
  });
  while (words.ends_with(' ')) {
    words.pop_back();
  }
  return words;
}

VIGIE_FUZZ(html_text) {
  if (!is_text(bytes)) {
    return;
  }
  HtmlText html;
  std::string text = "left over", again;
  html.convert(bytes, text);
  check(is_valid_utf8(text), "text is UTF-8");
  html.convert(bytes, again);
  check(text == again, "buffers are no memory");
  const std::string words = words_of(bytes);
  html.convert("<p>" + escape_html(words) + "</p>", text);
  check(words.size() > HtmlText::kMaxBytes / 8 || text == words, "what was escaped comes back");
}

}  // namespace
}  // namespace vigie::fuzz
