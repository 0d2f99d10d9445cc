#pragma once

#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// What commands say to people on standard error, and the exit code that goes with it.
ExitCode usage(const std::vector<Problem>& problems);
ExitCode usage(const std::string& text);
ExitCode failed(const Error& error);

/// Where rules lie if the command line does not say.
std::string rules_or_default(const std::string& rules);

}  // namespace vigie
