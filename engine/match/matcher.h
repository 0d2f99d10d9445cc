#pragma once

#include <memory>

#include "engine/core/folded_text.h"
#include "engine/core/matches.h"
#include "engine/core/mention.h"
#include "engine/match/rule_set.h"

namespace vigie {

/// Finds every rule that a mention fulfils. Keeps scratch memory, so that a text allocates nothing
/// once texts like it were seen: one per worker thread.
class Matcher {
 public:
  static constexpr std::uint32_t kMaxSpansPerMatch = 16;

  explicit Matcher(std::shared_ptr<const RuleSet> rules);
  ~Matcher();
  Matcher(Matcher&&) noexcept;

  /// `folded` was made from `mention`'s title and text. Fills `out` (cleared first). A match's
  /// spans are what made it true, each once, the title's before the text's: every occurrence of a
  /// phrase; of `near` the first place where all are together; of a regex the leftmost match in
  /// each field. The first 16 of them.
  void match(const Mention& mention, const FoldedText& folded, Matches& out);

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace vigie
