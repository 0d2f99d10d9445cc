#pragma once

#include <string>
#include <string_view>

#include "engine/core/catalogue.h"
#include "engine/core/verdict.h"

namespace vigie {

/// Ids of a town's own rules, as the rest of the engine knows them, begin with this and the town:
/// "local.techniville.". Shared packs may not use it.
inline constexpr std::string_view kOwnRules = "local.";
std::string own_rule_prefix(std::string_view tenant);
inline bool is_own_rule(std::string_view rule) { return rule.starts_with(kOwnRules); }

/// The same of packs: "own/techniville". No file can be called so.
inline constexpr std::string_view kOwnPacks = "own/";
inline bool is_own_pack(std::string_view pack) { return pack.starts_with(kOwnPacks); }

/// Whether a topic comes from a pack that towns share, for the town whose number is `tenant` in
/// `catalogue`: what others may read of. A topic that only own packs find, or none any more, is the
/// town's own.
bool is_shared_topic(const Catalogue& catalogue, TenantId tenant, std::string_view topic);

/// Whether `tenant` may read of this rule: it is nobody's own, or its own.
bool may_name(std::string_view rule, std::string_view tenant);

/// A verdict is the same for every tenant, and names what fired for any of them: without what other
/// towns' own rules found. Those weigh nothing, so the sums stay right.
Verdict as_told_to(std::string_view tenant, const Verdict& verdict, const Catalogue& catalogue);

}  // namespace vigie
