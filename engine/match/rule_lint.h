#pragma once

#include <vector>

#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/phrase_text.h"
#include "engine/match/rule.h"

namespace vigie {

/// Refuses rules that sort people by what article 9 of the RGPD protects (politics, religion, trade
/// union, health, sexual orientation, ethnic origin). What it sees: an id, topic or title that
/// speaks of authors (or militants, accounts, …) and within three words of such a thing; an
/// `author:` filter outside a watch rule. It does not see what a list of words amounts to: the
/// conditions' words are not judged.
void refuse_profiling(const RulePack& pack, const PhraseFolder& fold,
                      std::vector<Problem>& problems);

/// Refuses watch rules of a town's own pack whose `author:` is anybody but one of the town's
/// official accounts, as its configuration writes them: nobody may follow a person. In other rules
/// refuse_profiling() refuses every `author:`.
void refuse_strangers(const RulePack& pack, const Tenant& town, std::vector<Problem>& problems);

/// What deserves a second look, but is no mistake: rules that hold for about every text, because a
/// word like "le" or "de" fulfils them (with the values of the tenants' variables); `author:`
/// filters that name none of the tenants' official accounts, where these are known.
std::vector<Problem> find_doubtful_rules(const std::vector<RulePack>& packs,
                                         const std::vector<Tenant>& tenants,
                                         const PhraseFolder& fold);

}  // namespace vigie
