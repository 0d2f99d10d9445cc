#pragma once

#include <string>
#include <vector>

#include "bench/corpus.h"
#include "engine/core/tenant.h"
#include "engine/match/rule.h"

namespace vigie {

/// The same rules for Vigie and for those it is measured beside.
struct MatchRules {
  RulePack pack;
  std::vector<Tenant> tenants;
  /// What the rules say, once for each compiled rule, as an expression over the folded text.
  std::vector<std::string> expressions;
};

/// `rules` rules for ten towns, as selective as real ones: a thousand hold for two or three per
/// cent of the posts. Phrases and neighbours of real texts, each with a rare word; one rule in ten
/// speaks of the town's name and is compiled for each town. All can be written as one regular
/// expression.
MatchRules make_match_rules(std::size_t rules, const Corpus& corpus);

}  // namespace vigie
