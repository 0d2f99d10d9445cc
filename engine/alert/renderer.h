#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/alert/notifier.h"

namespace vigie {

/// Puts an alert into words, in the tenant's language (fr, else en). `public_url`: how people reach
/// the screens, may be empty: no link then. Everything foreign is escaped for where it goes: HTML,
/// one header line, Markdown; directional controls cannot leave the quote. `remarks`: sentences of
/// ours that stand behind the first lines.
Message render(const Alert& alert, std::uint64_t number, const std::string& receiver,
               const std::string& public_url, const std::vector<std::string>& remarks = {});

/// What may leave the town's control of it: what is going on, how urgent, by when, not what was
/// said, by whom and where.
Alert discreet(const Alert& alert);

}  // namespace vigie
