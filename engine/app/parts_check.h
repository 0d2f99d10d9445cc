#pragma once

#include "engine/app/config.h"
#include "engine/core/result.h"

namespace vigie {

/// What only connectors and receivers understand of their settings: all are made, none is run, no
/// data folder is touched. The Error's text has one problem a line, all of them.
Result<void> check_parts(const Config& config);

}  // namespace vigie
