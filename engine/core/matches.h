#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {

/// Words that helped to make a rule true. `kNoToken` where raw RE2 matched between words.
struct MatchSpan {
  static constexpr std::uint32_t kNoToken = 0xffffffff;
  Span span;
  std::uint32_t first_token = kNoToken,
                last_token = kNoToken;  ///< in FoldedText::tokens, inclusive
};

/// One rule that a text fulfils.
struct Match {
  std::uint32_t rule = 0;                        ///< in Catalogue::rules
  std::uint32_t first_span = 0, span_count = 0;  ///< in Matches::spans, by position; at least one
};

/// All rules of all tenants that a text fulfils: what matching hands to classification.
struct Matches {
  std::vector<Match> matches;  ///< ascending by rule
  std::vector<MatchSpan> spans;
  void clear() {
    matches.clear();
    spans.clear();
  }
};

}  // namespace vigie
