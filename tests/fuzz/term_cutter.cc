// Words that may be counted of a mention that nobody keeps: none that tells a person.
#include "engine/trend/term_cutter.h"

#include "engine/parse/text_folder.h"
#include "engine/trend/word_shares.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(term_cutter) {
  if (!is_text(bytes)) {
    return;
  }
  static TermCutter french("fr", std::make_shared<WordShares>());
  TermCutter fresh("fr", std::make_shared<WordShares>());
  Mention mention;
  mention.title = take_line(bytes);
  mention.text = bytes;
  FoldedText folded;
  TextFolder().fold(mention.title, mention.text, folded);
  const std::span<const Term> terms = french.cut(mention, folded);
  const std::span<const Term> again = fresh.cut(mention, folded);
  check(terms.size() == again.size() && terms.size() <= 2 * TermCutter::kMaxWords, "bounded");
  for (std::size_t i = 0; i < terms.size(); ++i) {
    check(terms[i].key == again[i].key && terms[i].surface == again[i].surface, "the same again");
    check(terms[i].surface.find_first_of("0123456789@#<>/\n") == std::string::npos,
          "no digit, no handle, no link");
    check(is_valid_utf8(terms[i].surface) && !terms[i].key.empty(), "words");
  }
}

}  // namespace
}  // namespace vigie::fuzz
