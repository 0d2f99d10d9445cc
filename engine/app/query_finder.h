#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/mention.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/matcher.h"
#include "engine/match/rule.h"
#include "engine/parse/text_folder.h"

namespace vigie {

/// A query of the rules' language, looked for by itself: the same parser, compiler, bounds and
/// refusals as a topic rule's, with the tenant's variables as {names}. One thread.
class QueryFinder {
 public:
  /// Null if there is a problem: its column is counted in the query, in bytes from 1.
  static std::unique_ptr<QueryFinder> make(const std::string& query, const Tenant& tenant,
                                           std::vector<Problem>& problems);

  /// Whether it holds for the mention; `spans`: what fulfilled it.
  bool finds(const Mention& mention, std::vector<Span>& spans);

  /// Words for which the query holds, made of its own; empty if none can be made (a raw expression,
  /// a filter).
  std::string example();

 private:
  QueryFinder(Condition condition, Tenant tenant, std::shared_ptr<const RuleSet> rules)
      : condition_(std::move(condition)), tenant_(std::move(tenant)), matcher_(std::move(rules)) {}

  Condition condition_;
  Tenant tenant_;
  TextFolder folder_;
  FoldedText folded_;
  Matcher matcher_;
  Matches matches_;
};

}  // namespace vigie
