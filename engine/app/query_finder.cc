#include "engine/app/query_finder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/match/phrase_text.h"
#include "engine/match/query_parser.h"
#include "engine/match/rule_set.h"

namespace vigie {
namespace {

constexpr const char* kName = "recherche";

/// Words that fulfil a condition, appended to `out`; false: there are none to be had. What excludes
/// or filters asks for no word.
class Speller {
 public:
  explicit Speller(const Tenant& tenant) : tenant_(tenant) {}

  bool spell(const Condition& condition, std::string& out) const {
    switch (condition.op) {
      case Condition::Op::kPhrase:
        return spell_phrase(condition.text, out);
      case Condition::Op::kAny:
        return std::ranges::any_of(condition.children, [&](const Condition& child) {
          const std::size_t before = out.size();
          const bool done = spell(child, out);
          out.resize(done ? out.size() : before);
          return done;
        });
      case Condition::Op::kNone:
      case Condition::Op::kFilter:
        return true;
      case Condition::Op::kRegex:
        return false;
      default:
        return std::ranges::all_of(condition.children, [&](const Condition& child) {
          const bool is_unwanted = condition.without && &child != &condition.children.front();
          return is_unwanted || spell(child, out);
        });
    }
  }

 private:
  bool spell_phrase(const std::string& text, std::string& out) const {
    const NameValues lookup = [this](std::string_view name) -> const std::vector<std::string>* {
      const auto values = tenant_.variables.find(std::string(name));
      return values == tenant_.variables.end() ? nullptr : &values->second;
    };
    std::vector<std::string> phrases;
    expand_phrase(split_phrase(text), lookup, 1, phrases);
    if (phrases.empty()) {
      return false;
    }
    std::string words = phrases.front();
    std::erase(words, '*');
    std::ranges::replace(words, '?', 'a');
    out += (out.empty() ? "" : " ") + words;
    return true;
  }

  const Tenant& tenant_;
};

}  // namespace

std::unique_ptr<QueryFinder> QueryFinder::make(const std::string& query, const Tenant& tenant,
                                               std::vector<Problem>& problems) {
  const std::map<std::string, Condition> no_macros;
  const auto is_name = [&](std::string_view name) {
    return tenant.variables.contains(std::string(name));
  };
  const std::size_t before = problems.size();
  std::optional<Condition> condition =
      parse_query(query, {"", 1, 1, is_name, no_macros, true}, problems);
  if (!condition) {
    return nullptr;
  }
  if (const Condition* part = find_unfindable(*condition)) {
    problems.push_back(problem_at("", *part,
                                  "this alone would hold for nearly every mention, as it only "
                                  "excludes or filters: add a word or phrase with AND"));
    return nullptr;
  }
  Rule rule;
  rule.id = rule.topic = kName;
  rule.kind = RuleKind::kTopic;
  rule.condition = *condition;
  RulePack pack;
  pack.name = kName;
  pack.rules.push_back(std::move(rule));
  Tenant searcher = tenant;
  searcher.packs = {kName};
  Catalogue catalogue;
  auto rules = RuleSet::compile({pack}, {searcher}, TextFolder::fold_phrase, catalogue, problems);
  if (problems.size() != before) {
    return nullptr;
  }
  return std::unique_ptr<QueryFinder>(
      new QueryFinder(std::move(*condition), tenant, std::move(rules)));
}

bool QueryFinder::finds(const Mention& mention, std::vector<Span>& spans) {
  folder_.fold(mention.title, mention.text, folded_);
  matcher_.match(mention, folded_, matches_);
  spans.clear();
  if (matches_.matches.empty()) {
    return false;
  }
  for (const MatchSpan& found : matches_.spans) {
    spans.push_back(found.span);
  }
  return true;
}

std::string QueryFinder::example() {
  std::string words;
  std::vector<Span> spans;
  Mention mention;
  const bool is_spelt = Speller(tenant_).spell(condition_, words);
  mention.text = words;
  return is_spelt && finds(mention, spans) ? words : std::string();
}

}  // namespace vigie
