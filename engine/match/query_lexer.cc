#include "engine/match/query_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/match/filter.h"
#include "engine/match/phrase_text.h"

namespace vigie {
namespace {

using Type = QueryToken::Type;

constexpr std::uint32_t kMaxDistance = 100;

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_small(c) || (c >= 'A' && c <= 'Z'); }

std::string capitals(std::string_view word) {
  std::string upper(word);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return is_small(c) ? static_cast<char>(c - 32) : c; });
  return upper;
}

QueryToken piece(Type type, std::size_t start, std::size_t end) {
  QueryToken token;
  token.type = type;
  token.start = start;
  token.end = end;
  return token;
}

/// « is closed by », the curved ones by a curved one, " by ".
bool closes(std::string_view opening, std::string_view mark) {
  if (opening == "«" || opening == "\"") {
    return mark == (opening == "«" ? "»" : "\"");
  }
  return mark == "”" || mark == "“" || (opening == "»" && mark == "«");
}

}  // namespace

/// Spaces that do not break a line, as typed on a Mac or pasted from a text processor, are spaces;
/// as many of them as they have bytes, so that places stay.
QueryLexer::QueryLexer(std::string_view query) : query_(query) {
  for (const std::string_view space : {"\u00a0", "\u202f"}) {
    for (std::size_t at = query_.find(space); at != std::string::npos;
         at = query_.find(space, at)) {
      query_.replace(at, space.size(), space.size(), ' ');
    }
  }
}

const QueryToken& QueryLexer::peek() {
  if (!has_next_) {
    next_ = read();
    has_next_ = true;
  }
  return next_;
}

QueryToken QueryLexer::take() {
  peek();
  has_next_ = false;
  return std::move(next_);
}

QueryToken QueryLexer::take_value() {
  if (!mark_at(at_).empty()) {
    return read_quoted();
  }
  QueryToken token = piece(Type::kPhrase, at_, at_);
  while (!is_end_of_word(at_)) {
    ++at_;
  }
  token.end = at_;
  token.text = query_.substr(token.start, at_ - token.start);
  return token;
}

QueryToken QueryLexer::read() {
  while (at_ < query_.size() && is_space(query_[at_])) {
    ++at_;
  }
  if (at_ == query_.size()) {
    return piece(Type::kEnd, at_, at_);
  }
  const char c = query_[at_];
  if (c == '(' || c == ')') {
    ++at_;
    return piece(c == '(' ? Type::kOpen : Type::kClose, at_ - 1, at_);
  }
  if (!mark_at(at_).empty()) {
    return read_quoted();
  }
  return c == '/' ? read_regex() : read_word();
}

QueryToken QueryLexer::read_quoted() {
  QueryToken token = piece(Type::kPhrase, at_, at_);
  const std::string_view opening = mark_at(at_);
  at_ += opening.size();
  const std::size_t text = at_;
  while (at_ < query_.size() && !closes(opening, mark_at(at_))) {
    ++at_;
  }
  if (at_ == query_.size()) {
    throw QueryFault{token.start, "this quotation mark is not closed"};
  }
  token.text = query_.substr(text, at_ - text);
  at_ += mark_at(at_).size();
  token.end = at_;
  if (token.text.find_first_not_of(" \t\r\n") == token.text.npos) {
    throw QueryFault{token.start, "nothing stands between these quotation marks"};
  }
  return token;
}

QueryToken QueryLexer::read_regex() {
  QueryToken token = piece(Type::kRegex, at_, at_);
  ++at_;
  while (at_ < query_.size() && query_[at_] != '/') {
    const bool is_escaped_slash = query_.substr(at_).starts_with("\\/");
    const bool is_escape = query_[at_] == '\\' && at_ + 1 < query_.size();
    token.text +=
        query_.substr(is_escaped_slash ? at_ + 1 : at_, is_escape && !is_escaped_slash ? 2 : 1);
    at_ += is_escape ? 2 : 1;
  }
  if (at_ == query_.size()) {
    throw QueryFault{token.start, "this regular expression has no closing '/'"};
  }
  token.end = ++at_;
  if (token.text.empty()) {
    throw QueryFault{token.start, "nothing stands between these slashes"};
  }
  return token;
}

/// A name before a colon ends at the colon; its value is read apart.
QueryToken QueryLexer::read_word() {
  QueryToken token = piece(Type::kPhrase, at_, at_);
  bool only_small_letters = true;
  while (!is_end_of_word(at_)) {
    if (query_[at_] == ':' && only_small_letters && at_ > token.start) {
      const std::string name = query_.substr(token.start, at_ - token.start);
      const bool is_known = is_filter_name(name) || name == "title" || name == "text";
      if (is_known || (at_ + 1 < query_.size() && !is_end_of_word(at_ + 1))) {
        if (!is_known) {
          throw QueryFault{token.start, "there is no filter " + in_quotes(name) + ": known are " +
                                            std::string(filter_names()) +
                                            "; in quotation marks it is plain text"};
        }
        token.type = Type::kFilter;
        token.text = name;
        token.end = ++at_;
        return token;
      }
    }
    only_small_letters = only_small_letters && is_small(query_[at_]);
    if (query_[at_] == '{') {  // a {name} may hold spaces: what it holds is judged later
      at_ = std::min(query_.find('}', at_), query_.size() - 1);
    }
    ++at_;
  }
  token.end = at_;
  token.text = query_.substr(token.start, at_ - token.start);
  name_operator(token);
  return token;
}

/// Words that are operators, and those that were meant as such.
void QueryLexer::name_operator(QueryToken& token) const {
  const std::string& word = token.text;
  constexpr std::array<std::pair<std::string_view, Type>, 3> kWords = {
      {{"AND", Type::kAnd}, {"OR", Type::kOr}, {"NOT", Type::kNot}}};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFrench = {
      {{"ET", "AND"}, {"OU", "OR"}, {"SAUF", "NOT"}}};
  for (const auto& [name, type] : kWords) {
    token.type = word == name ? type : token.type;
  }
  for (const auto& [french, name] : kFrench) {
    if (word == french) {
      throw QueryFault{token.start, "the operator is written " + std::string(name) +
                                        "; put the word in quotation marks to look for it"};
    }
  }
  if (word == "SENTENCE") {
    token.type = Type::kTogether;
    token.op = Condition::Op::kSentence;
    return;
  }
  if (word.front() == '-' && word.size() > 1) {
    throw QueryFault{token.start, "write NOT instead of '-'"};
  }
  const std::size_t letters =
      static_cast<std::size_t>(std::ranges::find_if_not(word, is_letter) - word.begin());
  const std::string name = capitals(std::string_view(word).substr(0, letters));
  if (name != "NEAR" && name != "ONEAR") {
    return;
  }
  if (letters == word.size() || word[letters] != '/') {
    if (letters == word.size() && word == name) {
      throw QueryFault{token.start, "how near? write " + name + "/3 for at most 3 words between"};
    }
    return;
  }
  const char* const end = word.data() + word.size();
  const auto [read_to, error] = std::from_chars(word.data() + letters + 1, end, token.distance);
  if (error != std::errc() || read_to != end || token.distance > kMaxDistance) {
    throw QueryFault{token.start, name + "/ is followed by a whole number from 0 to 100"};
  }
  if (!word.starts_with(name)) {
    throw QueryFault{token.start, "operators are written in capitals: " + capitals(word)};
  }
  token.type = Type::kTogether;
  token.op = name == "NEAR" ? Condition::Op::kNear : Condition::Op::kOrdered;
}

bool QueryLexer::is_end_of_word(std::size_t at) const {
  return at >= query_.size() || is_space(query_[at]) || query_[at] == '(' || query_[at] == ')' ||
         !mark_at(at).empty();
}

/// Bytes of the quotation mark at `at`: 0 if there is none.
std::string_view QueryLexer::mark_at(std::size_t at) const {
  for (const std::string_view mark : {"\"", "“", "”", "„", "«", "»"}) {
    if (std::string_view(query_).substr(std::min(at, query_.size())).starts_with(mark)) {
      return mark;
    }
  }
  return {};
}

}  // namespace vigie
