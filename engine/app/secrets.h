#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/pipeline/pseudonymiser.h"

namespace vigie {

/// The tenants' keys, one file each under `directory`/keys, mode 0600, made of system randomness
/// where there is none yet. Losing a key makes its pseudonyms unlinkable for ever; so it is never
/// made anew over a damaged file: kCorrupt.
Result<std::vector<TenantKey>> read_or_make_tenant_keys(const std::string& directory,
                                                        const std::vector<Tenant>& tenants);

}  // namespace vigie
