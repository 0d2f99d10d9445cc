// A town's own pack, as a stranger to us would write it: it compiles, or its problems have places.
#include <set>

#include "engine/core/check.h"
#include "engine/core/verdict_json.h"
#include "engine/match/matcher.h"
#include "engine/match/own_bounds.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(rule_pack) {
  std::vector<Problem> problems;
  const auto pack = parse_pack(bytes, "p", problems);
  check(pack.has_value() == problems.empty(), "a pack or a problem");
  for (const Problem& problem : problems) {
    check(!problem.text.empty(), "a problem says what");
  }
  std::vector<Problem> own_problems;
  const TestedPack own = parse_tested_pack(bytes, "own", "own.yaml", own_problems);
  if (!pack) {
    return;
  }
  Tenant tenant;
  tenant.id = "techniville";
  tenant.packs = {"p"};
  tenant.variables["commune"] = {"Techniville"};
  Catalogue catalogue;
  const auto rules =
      RuleSet::compile({*pack}, {tenant}, TextFolder::fold_phrase, catalogue, problems);
  check((rules == nullptr) == !problems.empty(), "rules or a problem");
  if (rules == nullptr) {
    check(catalogue.rules.empty(), "a catalogue is not left half");
    return;
  }
  Mention mention;
  mention.title = "Techniville";
  mention.text = front_of(bytes, 2000);
  if (!is_text(mention.text)) {
    return;
  }
  FoldedText folded;
  TextFolder().fold(mention.title, mention.text, folded);
  Matcher matcher(rules);
  Matches first, again;
  matcher.match(mention, folded, first);
  matcher.match(mention, folded, again);
  check(first.matches.size() == again.matches.size(), "matching remembers nothing");
  const auto within = [&](const Span& span) {
    const std::size_t size =
        span.field == Field::kTitle ? mention.title.size() : mention.text.size();
    return span.start <= span.end && span.end <= size;
  };
  for (const MatchSpan& span : first.spans) {
    check(within(span.span), "evidence lies in its text");
  }
}

}  // namespace
}  // namespace vigie::fuzz
