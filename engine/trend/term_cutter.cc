#include "engine/trend/term_cutter.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vigie {
namespace {

constexpr std::size_t kMinLetters = 3;
constexpr std::uint8_t kNoWord =
    kTokenHashtag | kTokenHandle | kTokenEmoji | kTokenNumber | kTokenLink;
/// The next word is somebody's name.
constexpr std::array<std::string_view, 12> kTitles = {"m",      "mme",     "mlle",   "mr",
                                                      "mrs",    "ms",      "dr",     "monsieur",
                                                      "madame", "docteur", "maitre", "mister"};

std::string_view source_of(const Mention& mention, Field field) {
  return field == Field::kTitle ? mention.title : mention.text;
}

/// Of what people write in Latin letters: ASCII, U+00C0..U+00DE and "Œ".
bool begins_with_capital(std::string_view word) {
  const auto first = static_cast<unsigned char>(word[0]);
  const auto second = static_cast<unsigned char>(word.size() > 1 ? word[1] : 0);
  return (first >= 'A' && first <= 'Z') || (first == 0xC3 && second <= 0x9E) ||
         (first == 0xC5 && second == 0x92);
}

/// Whether the word stands within what is written without a blank and looks like a mail address or
/// a site ("marie.dupont@exemple.fr", "exemple.fr/page").
bool is_in_address(std::string_view text, const Span& span) {
  constexpr std::size_t kLongest = 100;  // to either side
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  std::size_t begin = span.start, end = span.end;
  while (begin > 0 && span.start - begin < kLongest && !is_blank(text[begin - 1])) {
    --begin;
  }
  while (end < text.size() && end - span.end < kLongest && !is_blank(text[end])) {
    ++end;
  }
  for (std::size_t at = begin; at < end; ++at) {
    const bool parts_letters =
        at > begin && at + 1 < end && is_letter(text[at - 1]) && is_letter(text[at + 1]);
    if (text[at] == '@' || (text[at] == '.' && parts_letters)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void TermCutter::Free::operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }

TermCutter::TermCutter(std::string_view language, std::shared_ptr<const WordShares> common)
    : stemmer_(sb_stemmer_new(std::string(language).c_str(), nullptr)),
      common_(std::move(common)) {}

bool TermCutter::is_countable(std::string_view folded, std::uint8_t flags) {
  return (flags & kNoWord) == 0 && folded.size() >= kMinLetters && folded.size() <= kMaxWordBytes &&
         std::ranges::all_of(folded, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string TermCutter::stem(std::string_view folded) {
  if (stemmer_ == nullptr) {
    return std::string(folded);
  }
  const sb_symbol* const stem =
      sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(folded.data()),
                      static_cast<int>(folded.size()));
  const auto length = static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()));
  return {reinterpret_cast<const char*>(stem), length};
}

const TermCutter::Known& TermCutter::look_up(const Token& token, std::string_view folded) {
  Known& known = place_of(token);
  if (!is_same_word(known.word, folded)) {
    known.word = folded;
    known.stem = stem(folded);
    known.is_function = common_->is_function_word(known.stem);
  }
  return known;
}

std::span<const Term> TermCutter::cut(const Mention& mention, const FoldedText& folded) {
  count_ = 0;
  std::string stem_before;
  std::string_view surface_before;
  bool is_named = false;  // the word before announces a name
  const std::size_t words = std::min(folded.tokens.size(), kMaxWords);
  for (const Token& token : std::span(folded.tokens).first(words)) {
    __builtin_prefetch(&place_of(token).word);
    __builtin_prefetch(&place_of(token).is_function);
  }
  for (std::uint32_t i = 0; i < words; ++i) {
    const Token& token = folded.tokens[i];
    if ((token.flags & kTokenSentenceStart) != 0) {
      stem_before.clear();
    }
    const std::string_view word = folded.word(token);
    const bool is_name = std::exchange(is_named, std::ranges::count(kTitles, word) != 0);
    if (is_named || word.size() < kMinLetters) {
      continue;
    }
    const Span span = folded.original(i, i);
    const std::string_view text = source_of(mention, span.field);
    const std::string_view written = text.substr(span.start, span.end - span.start);
    if (is_name || !is_countable(word, token.flags) || written.empty() ||
        begins_with_capital(written) || is_in_address(text, span)) {
      stem_before.clear();
      continue;
    }
    const Known& known = look_up(token, word);
    if (known.is_function) {
      continue;
    }
    Term& one = next();
    one.key = known.stem;
    one.surface = written;
    add();
    if (!stem_before.empty() && stem_before != known.stem) {
      Term& pair = next();
      pair.key.assign(stem_before).append(" ").append(known.stem);
      pair.surface.assign(surface_before).append(" ").append(written);
      add();
    }
    stem_before = known.stem;
    surface_before = written;
  }
  return std::span(terms_).first(count_);
}

Term& TermCutter::next() {
  if (count_ == terms_.size()) {
    terms_.emplace_back();
  }
  return terms_[count_];
}

void TermCutter::add() {
  Term& last = terms_[count_];
  last.hash = hash_word(last.key);
  const auto before = std::span(terms_).first(count_);
  count_ += std::ranges::none_of(
      before, [&](const Term& term) { return term.hash == last.hash && term.key == last.key; });
}

}  // namespace vigie
