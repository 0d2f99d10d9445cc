#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/folded_text.h"
#include "engine/core/mention.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/matcher.h"
#include "engine/match/rule.h"
#include "engine/match/rule_set.h"

namespace vigie {

/// What became of one condition for one mention.
struct Explanation {
  std::string condition;  ///< as people would write it: "any", "NEAR/3", "\"coupure d'eau\""
  bool is_phrase = false;
  bool holds = false;
  std::vector<Span> spans;  ///< of what looks at the text: where it was found, at most 16
  std::vector<Explanation> children;
};

/// Says of every part of a rule whether it holds, and where. Every part that looks at the text is
/// compiled as a rule of its own and found by the one matcher; and, or and not are then read off
/// the tree. For people, not for speed. One thread.
class Explainer {
 public:
  /// The rules of `packs` whose id is `rule`, or all if it is empty, for `tenants`. Null: there is
  /// a problem (those of RuleSet::compile; parts count as rules).
  static std::unique_ptr<Explainer> make(const std::vector<RulePack>& packs,
                                         const std::vector<Tenant>& tenants, std::string_view rule,
                                         const PhraseFolder& fold, std::vector<Problem>& problems);

  struct OfRule {
    const Rule* rule = nullptr;  ///< lives as long as the explainer
    Explanation explanation;
  };
  /// `folded` was made from the mention's title and text. `tenant`: who lists the packs and gives
  /// the variables. Rules in the order of their packs; those of packs that the tenant does not list
  /// are left out.
  std::vector<OfRule> explain(const Mention& mention, const FoldedText& folded, TenantId tenant);

 private:
  struct Entry {
    Rule rule;
    std::size_t pack = 0;
    std::size_t first_part = 0;  ///< of its parts that look at the text, in the tree's order
  };
  Explainer(std::vector<Tenant> tenants, const PhraseFolder& fold)
      : tenants_(std::move(tenants)), fold_(fold) {}

  Explanation explain_part(const Condition& condition, std::size_t& part,
                           const Mention& mention) const;

  std::vector<Tenant> tenants_;
  PhraseFolder fold_;
  std::vector<std::string> packs_;
  std::vector<Entry> rules_;
  Catalogue catalogue_;
  std::unique_ptr<Matcher> matcher_;
  std::vector<std::vector<Span>> found_;  ///< by part, of the mention at hand
};

}  // namespace vigie
