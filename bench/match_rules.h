#pragma once

#include <string>
#include <vector>

#include "bench/corpus.h"
#include "engine/core/tenant.h"
#include "engine/match/rule.h"

namespace vigie {

/// The same rules for Vigie and for those it is measured beside.
struct MatchRules {
  struct Written {
    std::string query;       ///< as people write it (rules/README.md)
    std::string expression;  ///< the same as an expression over the folded text
    /// Of which one stands in each text that fulfils it, words parted by one space, when all that
    /// is no letter and no digit is one space.
    std::vector<std::string> literals;
    bool is_literal = false;  ///< whether one of `literals`, as whole words, is all that is asked
  };
  std::vector<Written> written;  ///< "{commune}" stands for the town's name
  RulePack pack;
  std::vector<Tenant> tenants;
  /// What the rules say, once for each compiled rule.
  std::vector<std::string> expressions;
};

/// `rules` rules for `towns` towns (at most 1,000), as selective as real ones: a thousand hold for
/// two or three per cent of the posts. Phrases and neighbours of real texts, each with a rare word;
/// one rule in ten, and at most 500, speaks of the town's name and is compiled for each town. All
/// can be written as one regular expression.
MatchRules make_match_rules(std::size_t rules, std::size_t towns, const Corpus& corpus);

/// `text` with every "{commune}" replaced.
std::string in_town(std::string text, const std::string& town);

}  // namespace vigie
