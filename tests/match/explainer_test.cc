#include "engine/match/explainer.h"

#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;

/// "yes all(yes any(no "gaz", yes "eau" 7-10), …)".
std::string told(const Explanation& explanation) {
  std::string text = (explanation.holds ? "yes " : "no ") + explanation.condition;
  for (const Span& span : explanation.spans) {
    text += (span.field == Field::kTitle ? " t" : " ") + std::to_string(span.start) + "-" +
            std::to_string(span.end);
  }
  std::string separator = "(";
  for (const Explanation& child : explanation.children) {
    text += separator + told(child);
    separator = ", ";
  }
  return text + (explanation.children.empty() ? "" : ")");
}

/// Of one rule, for one tenant's mention.
std::vector<std::string> explained(const Town& town, const std::vector<Tenant>& tenants,
                                   TenantId tenant, const Mention& mention) {
  std::vector<Problem> problems;
  const auto explainer =
      Explainer::make(town.packs(), tenants, "", TextFolder::fold_phrase, problems);
  EXPECT_TRUE(explainer) << to_string(problems);
  FoldedText folded;
  TextFolder().fold(mention.title, mention.text, folded);
  std::vector<std::string> all;
  for (const auto& one : explainer->explain(mention, folded, tenant)) {
    all.push_back(told(one.explanation));
  }
  return all;
}

TEST(Explainer, SaysOfEveryPartWhetherItHoldsAndWhere) {
  const std::vector<Tenant> tenants = {tenant("a", {"p"})};
  const Town town(
      "rules:\n  - id: r\n    topic: t\n    query: '(gaz OR eau NEAR/1 trouble) AND title:école "
      "NOT (javel source:x)'\n");
  Mention mention;
  mention.title = "L’école";
  mention.text = "é eau très trouble";
  mention.source = "x";
  EXPECT_THAT(explained(town, tenants, 0, mention),
              ElementsAre("yes all(yes any(no \"gaz\", yes NEAR/1 3-6 13-20(yes \"eau\" 3-6, yes "
                          "\"trouble\" 13-20)), yes title:\"école\" t4-10, yes none(no all(no "
                          "\"javel\", yes source:x)))"));
}

TEST(Explainer, FillsInTheTenantsOwnNames) {
  const std::vector<Tenant> tenants = {tenant("a", {"p"}, {{"commune", {"Aville"}}}),
                                       tenant("b", {"p"}, {{"commune", {"Bourg"}}})};
  const Town town("needs: [commune]\nrules:\n  - {id: r, watch: true, any: [\"{commune}\"]}\n",
                  tenants);
  Mention mention;
  mention.text = "Bourg";
  EXPECT_THAT(explained(town, tenants, 0, mention), ElementsAre("no any(no \"{commune}\")"));
  EXPECT_THAT(explained(town, tenants, 1, mention), ElementsAre("yes any(yes \"{commune}\" 0-5)"));
}

}  // namespace
}  // namespace vigie
