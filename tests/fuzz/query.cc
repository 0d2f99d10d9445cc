// Any bytes as a query, and a text for it: everything up to the first empty line is the query. What
// is accepted must compile or be refused with a sentence, match, and be explained alike.
#include <string_view>

#include "engine/core/check.h"
#include "engine/match/explainer.h"
#include "engine/match/matcher.h"
#include "engine/match/query_parser.h"
#include "engine/parse/text_folder.h"
#include "engine/parse/utf8.h"
#include "tests/fuzz/target.h"

namespace vigie {
namespace {

void run(std::string_view query, std::string_view text) {
  std::vector<Problem> problems;
  const std::map<std::string, Condition> macros;
  const auto is_name = [](std::string_view name) { return name == "commune" || name == "elus"; };
  const auto condition = parse_query(query, {"query", 1, 1, is_name, macros}, problems);
  check(condition.has_value() == problems.empty(), "a condition or a problem");
  if (!condition || find_unfindable(*condition) != nullptr) {
    return;
  }
  RulePack pack;
  pack.name = pack.file = "p";
  pack.rules.emplace_back();
  pack.rules.back().id = "r";
  pack.rules.back().kind = RuleKind::kWatch;
  pack.rules.back().condition = *condition;
  Tenant tenant;
  tenant.packs = {"p"};
  tenant.variables["commune"] = {"Techniville", "Saint-Éloi"};
  Catalogue catalogue;
  const auto rules =
      RuleSet::compile({pack}, {tenant}, TextFolder::fold_phrase, catalogue, problems);
  check((rules == nullptr) == !problems.empty(), "rules or a problem");
  if (rules == nullptr) {
    return;
  }
  Mention mention;
  mention.title = text.substr(0, text.find('\n'));
  mention.text = text.substr(mention.title.size());
  FoldedText folded;
  TextFolder().fold(mention.title, mention.text, folded);
  Matcher matcher(rules);
  Matches matches;
  matcher.match(mention, folded, matches);
  const auto explainer = Explainer::make({pack}, {tenant}, "", TextFolder::fold_phrase, problems);
  check(explainer != nullptr, "what compiles as a whole compiles in parts");
  const bool holds = explainer->explain(mention, folded, 0).front().explanation.holds;
  check(holds == !matches.matches.empty(), "matching and explaining agree");
}

}  // namespace
}  // namespace vigie

VIGIE_FUZZ(query) {
  if (vigie::is_valid_utf8(bytes)) {
    const std::string_view query = vigie::fuzz::take_until(bytes, "\n\n");
    vigie::run(query, bytes);
  }
}
