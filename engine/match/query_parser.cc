#include "engine/match/query_parser.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/match/phrase_text.h"
#include "engine/match/query_lexer.h"

namespace vigie {
namespace {

using Type = QueryToken::Type;
using Op = Condition::Op;

constexpr std::size_t kMaxQueryBytes = 64U << 10;
constexpr std::size_t kMaxParentheses = 50;
constexpr std::size_t kMaxConditions = 20'000;
constexpr std::size_t kMaxLevels = 250;

std::size_t count_levels(const Condition& condition) {
  std::size_t deepest = 0;
  for (const Condition& child : condition.children) {
    deepest = std::max(deepest, count_levels(child));
  }
  return deepest + 1;
}

class QueryParser {
 public:
  QueryParser(std::string_view query, const QueryContext& context)
      : query_(std::make_shared<const std::string>(query)), context_(context), lexer_(*query_) {}

  Condition parse() {
    Condition condition = parse_query();
    if (lexer_.peek().type == Type::kClose) {
      fail_at(lexer_.peek().start, "this ')' closes nothing");
    }
    return condition;
  }

  /// A place of this query, for what a problem is told of.
  Condition place(std::size_t at) const {
    Condition condition;
    condition.line = context_.line;
    condition.column = context_.column + (context_.counts_columns ? static_cast<int>(at) : 0);
    condition.query = query_;
    condition.query_at = at;
    return condition;
  }

 private:
  [[noreturn]] static void fail_at(std::size_t at, std::string text) {
    throw QueryFault{at, std::move(text)};
  }

  Condition group(Op op, std::vector<Condition> children, std::size_t at) {
    if (children.size() == 1 && op != Op::kNone) {
      return std::move(children.front());
    }
    Condition condition = place(at);
    condition.op = op;
    condition.children = std::move(children);
    count(1, at);
    return condition;
  }

  void count(std::size_t conditions, std::size_t at) {
    conditions_ += conditions;
    if (conditions_ > kMaxConditions) {
      fail_at(at, "with its macros filled in this query has more than 20,000 parts");
    }
  }

  Condition parse_query() {
    const std::size_t at = lexer_.peek().start;
    std::vector<Condition> alternatives;
    alternatives.push_back(parse_every());
    while (lexer_.peek().type == Type::kOr) {
      lexer_.take();
      alternatives.push_back(parse_every());
    }
    return group(Op::kAny, std::move(alternatives), at);
  }

  Condition parse_every() {
    const std::size_t at = lexer_.peek().start;
    std::vector<Condition> parts;
    parts.push_back(parse_part());
    for (;;) {
      const Type next = lexer_.peek().type;
      if (next == Type::kAnd) {
        lexer_.take();
      } else if (next == Type::kEnd || next == Type::kClose || next == Type::kOr) {
        return group(Op::kAll, std::move(parts), at);
      }
      parts.push_back(parse_part());
    }
  }

  Condition parse_part() {
    if (lexer_.peek().type != Type::kNot) {
      return parse_together();
    }
    const std::size_t at = lexer_.take().start;
    if (lexer_.peek().type == Type::kNot) {
      fail_at(lexer_.peek().start, "NOT NOT: leave both away");
    }
    std::vector<Condition> unwanted;
    unwanted.push_back(parse_together());
    return group(Op::kNone, std::move(unwanted), at);
  }

  Condition parse_together() {
    Condition first = parse_primary();
    if (lexer_.peek().type != Type::kTogether) {
      return first;
    }
    const QueryToken how = lexer_.peek();
    Condition together = place(how.start);
    together.op = how.op;
    together.distance = how.distance;
    add_member(std::move(first), together);
    while (lexer_.peek().type == Type::kTogether) {
      const QueryToken next = lexer_.take();
      if (next.op != how.op || next.distance != how.distance || together.without) {
        fail_at(next.start,
                "neighbours in a chain share one operator, and NOT ends it; join two with AND");
      }
      if (lexer_.peek().type == Type::kNot) {
        if (together.children.size() > 1) {
          fail_at(lexer_.peek().start, "NOT may stand behind the first operator of a chain only");
        }
        lexer_.take();
        together.without = true;
      }
      add_member(parse_primary(), together);
    }
    count(1, how.start);
    return together;
  }

  static void add_member(Condition member, Condition& together) {
    if (!is_of_phrases(member)) {
      fail_at(member.query == together.query ? member.query_at : together.query_at,
              "beside NEAR, ONEAR and SENTENCE stand words, phrases or (a OR b) of them");
    }
    together.children.push_back(std::move(member));
  }

  Condition parse_primary() {
    const QueryToken token = lexer_.take();
    switch (token.type) {
      case Type::kOpen:
        return parse_group(token);
      case Type::kPhrase:
        return parse_phrase(token);
      case Type::kFilter:
        return token.text == "title" || token.text == "text" ? parse_in_field(token)
                                                             : parse_filter_value(token);
      case Type::kRegex:
        return leaf(Op::kRegex, token);
      case Type::kEnd:
        fail_at(token.start, token.start == 0 ? "this query is empty"
                                              : "the query ends where a word, a phrase or a "
                                                "group should follow");
      default:
        fail_at(token.start, "here a word, a phrase or a group should stand");
    }
  }

  Condition parse_group(const QueryToken& open) {
    if (++parentheses_ > kMaxParentheses) {
      fail_at(open.start, "parentheses nest at most 50 deep");
    }
    Condition inside = parse_query();
    if (lexer_.take().type != Type::kClose) {
      fail_at(open.start, "this '(' is not closed");
    }
    --parentheses_;
    return inside;
  }

  Condition parse_phrase(const QueryToken& token) {
    const PhraseText phrase = split_phrase(token.text);
    if (!phrase.well_formed) {
      fail_at(token.start, "a '{' or '}' is not closed or has no name");
    }
    for (const std::string& name : phrase.names) {
      const auto macro = context_.macros.find(name);
      if (macro == context_.macros.end()) {
        if (!context_.is_name(name)) {
          fail_at(token.start, "{" + name +
                                   "} is neither a list nor a macro above, nor one of the "
                                   "pack's needs or optional");
        }
      } else if (token.text != "{" + name + "}") {
        fail_at(token.start, "the macro {" + name + "} is a whole condition: it stands alone");
      } else {
        return fill_in(macro->second, token);
      }
    }
    return leaf(Op::kPhrase, token);
  }

  Condition fill_in(const Condition& macro, const QueryToken& token) {
    count(count_conditions(macro), token.start);
    if (count_levels(macro) + 4 * parentheses_ > kMaxLevels) {
      fail_at(token.start, "with its macros filled in this query nests too deep");
    }
    return macro;
  }

  Condition parse_filter_value(const QueryToken& name) {
    const QueryToken value = lexer_.take_value();
    if (value.text.find_first_of("{}") != value.text.npos) {
      fail_at(value.start, "a filter's value cannot use {names}: write a group, with OR");
    }
    Result<Filter> filter = parse_filter(name.text, value.text);
    if (!filter) {
      fail_at(name.start, filter.error().text);
    }
    Condition condition = leaf(Op::kFilter, name);
    condition.filter = std::move(*filter);
    return condition;
  }

  Condition parse_in_field(const QueryToken& name) {
    if (lexer_.peek().type == Type::kNot || lexer_.peek().start != name.end) {
      fail_at(name.start, "'" + name.text + ":' needs a word, a phrase or a group right behind it");
    }
    if (++parentheses_ > kMaxParentheses) {
      fail_at(name.start, "this query nests too deep");
    }
    Condition inside = parse_primary();
    --parentheses_;
    restrict_to(name.text == "title" ? Field::kTitle : Field::kText, name.start, inside);
    return inside;
  }

  static void restrict_to(Field field, std::size_t at, Condition& condition) {
    if (condition.op == Op::kRegex || condition.op == Op::kFilter ||
        (condition.field && *condition.field != field)) {
      fail_at(at, "in 'title:' and 'text:' stand words, phrases and groups of them only");
    }
    if (condition.op == Op::kPhrase) {
      condition.field = field;
    }
    for (Condition& child : condition.children) {
      restrict_to(field, at, child);
    }
  }

  Condition leaf(Op op, const QueryToken& token) {
    Condition condition = place(token.start);
    condition.op = op;
    condition.text = token.text;
    count(1, token.start);
    return condition;
  }

  std::shared_ptr<const std::string> query_;
  const QueryContext& context_;
  QueryLexer lexer_;
  std::size_t parentheses_ = 0, conditions_ = 0;
};

}  // namespace

std::optional<Condition> parse_query(std::string_view query, const QueryContext& context,
                                     std::vector<Problem>& problems) {
  if (query.size() > kMaxQueryBytes) {
    problems.push_back({context.file, context.line, context.column,
                        "a query has at most 65,536 bytes; this one has " +
                            std::to_string(query.size()) + ": make several rules of it"});
    return std::nullopt;
  }
  QueryParser parser(query, context);
  try {
    return parser.parse();
  } catch (const QueryFault& fault) {
    problems.push_back(problem_at(context.file, parser.place(fault.at), fault.text));
    return std::nullopt;
  }
}

}  // namespace vigie
