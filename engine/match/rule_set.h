#pragma once

#include <memory>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/phrase_text.h"
#include "engine/match/rule.h"

namespace vigie {

struct MatchProgram;

/// All rules of all tenants, compiled into one structure: folded phrases in a word-level trie,
/// conditions as small boolean programs over phrase hits, raw RE2 behind its required literals.
/// Immutable; shared by all workers.
class RuleSet {
 public:
  /// Compiles `packs` for `tenants` and appends names and rules to `catalogue`. All problems are
  /// reported, with file:line; null (and the catalogue unchanged) if there is one.
  ///
  /// - A pack that no tenant lists is left out.
  /// - Rules that sort people by what the RGPD protects are refused (rule_lint.h).
  /// - Watch and topic rules hold for the tenants that list their pack. One that uses a tenant's
  ///   variables is compiled for each of them.
  /// - Tone, urgency and abuse rules hold for every tenant, because a verdict is the same for all;
  ///   their variables take the values of all tenants that list the pack.
  /// - A needed variable that a tenant does not give is a problem. One that it gives without any
  ///   value, or an optional one that it lacks, makes the phrases that use it vanish; a rule that
  ///   cannot be fulfilled without them vanishes too.
  ///
  /// Bounds: 100,000 compiled rules, 1,000 expressions and 1,000 words with wildcards near their
  /// beginning in the shared packs together; for each town's own pack (own_rules.h) those of
  /// own_bounds.h, whatever the others have; 20,000 phrases in one compiled rule; 16 words in a
  /// phrase; 3 letters in a stem; those of RegexTable.
  static std::shared_ptr<const RuleSet> compile(const std::vector<RulePack>& packs,
                                                const std::vector<Tenant>& tenants,
                                                const PhraseFolder& fold, Catalogue& catalogue,
                                                std::vector<Problem>& problems);
  explicit RuleSet(std::unique_ptr<const MatchProgram> program);
  ~RuleSet();

  const MatchProgram& program() const { return *program_; }

 private:
  std::unique_ptr<const MatchProgram> program_;
};

}  // namespace vigie
