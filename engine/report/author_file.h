#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"

namespace vigie {

/// Everything that is kept on one author (article 15 of the RGPD), for that person: identities as
/// they were sealed, mentions with verdicts and what people said against them, what colleagues
/// wrote about them, alerts that quote them, whether new ones are dropped; why it is kept, how
/// long, and where it came from. A JSON object. `identities`: identity JSONs. kCorrupt: stored
/// bytes cannot be read.
Result<std::string> author_file(const Store& store, TenantId id, const Tenant& tenant,
                                const Pseudonym& author, const std::vector<std::string>& identities,
                                Time now);

}  // namespace vigie
