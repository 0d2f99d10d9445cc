#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/settings.h"
#include "engine/match/phrase_text.h"
#include "engine/match/rule.h"

namespace vigie {

// What a town's own pack may hold. A shared pack is written by whoever operates the engine; an own
// one by anybody who has the right, and all towns' are compiled together: each has its own share,
// so that no town takes from another or from the shared packs, and is refused before what it would
// come to is in memory.
inline constexpr std::size_t kMaxOwnRules = 500, kMaxOwnTests = 1'000;
inline constexpr std::size_t kMaxOwnQueryParts = 50'000;  ///< with macros filled in
/// Phrases with the values of their names, in all rules together.
inline constexpr std::size_t kMaxOwnPhrases = 20'000, kMaxOwnPhraseBytes = 4U << 20;
inline constexpr std::size_t kMaxOwnRegexes = 100;
/// Words with fewer than three letters before their first wildcard: they are tried on many words.
inline constexpr std::size_t kMaxOwnShortPatterns = 20;

/// Whether the rules of a pack that was read keep to the bounds of phrases and expressions, told
/// without expanding any. `values`: of the pack's lists and the town's variables. A problem at the
/// rule that is too much; none follow.
bool keeps_own_bounds(const RulePack& pack, const NameValues& values,
                      std::vector<Problem>& problems);

}  // namespace vigie
