#pragma once

#include <optional>
#include <vector>

#include "engine/access/directory.h"
#include "engine/app/config.h"
#include "engine/core/settings.h"

namespace vigie {

/// `http.oidc`: the town's directory through which people may sign in. Asks for `config`'s tenants
/// and public_url, which are read before it. Every mistake is complained of; nothing if there is
/// one.
std::optional<DirectorySettings> read_directory(const Settings& oidc, const Config& config,
                                                std::vector<Problem>& problems);

}  // namespace vigie
