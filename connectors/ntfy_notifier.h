#pragma once

#include <stop_token>

#include "engine/alert/notifier.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Receiver type `ntfy`: a push message to phones (docs.ntfy.sh, "publish as JSON").
///
///   - url: https://ntfy.ville.example (the server)
///   - topic: NAME
///   - token_file: FILE (mode 0600; none)
///
/// Shows the lock-screen form: no quote, no author. Critical ones have the highest priority (5),
/// the others 4.
Result<std::unique_ptr<Notifier>> make_ntfy_notifier(const Settings& settings,
                                                     std::stop_token stop);

}  // namespace vigie
