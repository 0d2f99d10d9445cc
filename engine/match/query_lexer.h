#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/match/rule.h"

namespace vigie {

/// One piece of a query.
struct QueryToken {
  enum class Type : std::uint8_t {
    kEnd,
    kOpen,
    kClose,
    kAnd,
    kOr,
    kNot,
    kTogether,  ///< NEAR/n, ONEAR/n, SENTENCE
    kPhrase,    ///< a word, or words in quotation marks: `text`
    kRegex,     ///< `text`, without its slashes
    kFilter,    ///< `text` is the name before the colon; the value is the next piece
  };
  Type type = Type::kEnd;
  Condition::Op op = Condition::Op::kNear;  ///< kTogether
  std::uint32_t distance = 0;               ///< kTogether
  std::string text;
  std::size_t start = 0, end = 0;  ///< bytes of the query
};

/// Why a query cannot be read, and where.
struct QueryFault {
  std::size_t at = 0;
  std::string text;
};

/// Cuts a query into pieces, one at a time. Quotation marks may be plain or typographic. A fault is
/// thrown: it ends the reading, and parse_query catches it.
class QueryLexer {
 public:
  explicit QueryLexer(std::string_view query);

  /// The next piece, which stays the next one until take().
  const QueryToken& peek();
  QueryToken take();
  /// What stands right behind a filter's colon, up to the next space or parenthesis; words in
  /// quotation marks whole.
  QueryToken take_value();

 private:
  QueryToken read();
  QueryToken read_quoted();
  QueryToken read_regex();
  QueryToken read_word();
  void name_operator(QueryToken& token) const;
  bool is_end_of_word(std::size_t at) const;
  std::string_view mark_at(std::size_t at) const;

  std::string query_;
  std::size_t at_ = 0;
  QueryToken next_;
  bool has_next_ = false;
};

}  // namespace vigie
