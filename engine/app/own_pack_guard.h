#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/app/config.h"
#include "engine/core/settings.h"
#include "engine/pipeline/knowledge.h"

namespace vigie {

/// A town's own pack (own_packs.h) that is not in force as it stands on the server.
struct RefusedOwnPack {
  std::string text;               ///< as it stands there; empty if it could not be read
  std::vector<Problem> problems;  ///< at least one
};
using RefusedOwnPacks = std::map<std::string, RefusedOwnPack, std::less<>>;  ///< by tenant id

/// What a service takes into force, and what it left out.
struct GuardedKnowledge {
  std::shared_ptr<const Knowledge> knowledge;  ///< null: the problems are not a town's alone
  RefusedOwnPacks refused;
};

/// read_knowledge() of the configuration's towns, for a service: what is wrong with a town's own
/// pack is that town's alone. Such a pack is refused; in its place stays the one of `in_force`, if
/// it has one that holds by itself, else none. `in_force`: what a reload replaces; null: nothing
/// yet. At a reload the tests of a text that is not in force yet are run, too, as they are at a
/// publication. All other problems are told, and nothing given.
GuardedKnowledge read_guarded_knowledge(const Config& config, const Knowledge* in_force,
                                        std::vector<Problem>& problems);

}  // namespace vigie
