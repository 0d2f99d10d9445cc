#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/guidance/town_settings.h"

namespace vigie {

// What a town has set for itself in the screens: `towns/TOWN.json` in the data folder, one value,
// written whole, mode 0600. No file: nothing is set, the configuration alone speaks. Who did what
// stands in the audit.

using TownSettingsById = std::map<std::string, TownSettings, std::less<>>;

/// Of the towns that have any. A file that is not as it was written is a problem, and left out.
TownSettingsById read_town_files(const std::string& data_directory,
                                 const std::vector<Tenant>& tenants,
                                 std::vector<Problem>& problems);

/// Whole or not at all.
Result<void> write_town_file(const std::string& data_directory, std::string_view tenant,
                             const TownSettings& settings);

/// 16 hex digits that tell settings apart.
std::string hash_of(const TownSettings& settings);

/// Puts name and variables where those of the configuration are.
void take_over(const TownSettings& settings, Tenant& tenant);

}  // namespace vigie
