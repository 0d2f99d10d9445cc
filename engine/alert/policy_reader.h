#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/alert/policy.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"

namespace vigie {

/// Reads the configuration's `alerting` (null: there is none). Complains, with line and column, of
/// tenants, receivers and times that are not there, of routes that go round in a circle, and of
/// everything that is not understood. `receivers`: the ids that are configured.
AlertPolicy read_alert_policy(const Settings* alerting, const std::vector<Tenant>& tenants,
                              const std::set<std::string>& receivers,
                              std::vector<Problem>& problems);

}  // namespace vigie
