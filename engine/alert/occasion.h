#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/alert/alert.h"

namespace vigie {

/// Why a message comes now, where its alert alone does not say it.
struct Occasion {
  bool was_held = false;  ///< by a silence or by quiet hours
};

/// One sentence for each, in the alert's language.
std::vector<std::string> remarks_on(const Occasion& occasion, const Alert& alert);

}  // namespace vigie
