#pragma once

#include <string_view>

#include "engine/core/disclosure.h"
#include "engine/core/settings.h"

namespace vigie {

/// What a connector of this type sends, and the hosts that its settings (or its built-in
/// description) name. A host of which only a secret or an answer knows is not among them: the
/// traffic meter tells it once it was contacted. Country and note are left empty.
SourceDisclosure disclose(std::string_view type, const Settings& settings);

}  // namespace vigie
