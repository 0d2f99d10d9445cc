#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/alert/alert.h"

namespace vigie {

/// Why a message comes now, where its alert alone does not say it.
struct Occasion {
  bool was_held = false;                ///< by a silence, quiet hours, an inhibition or the budget
  std::uint64_t repeat = 0;             ///< so often it was told before
  std::uint32_t budget_reached = 0;     ///< with this one the day's budget, of so many, is spent
  std::string rest_at;                  ///< "08:00": when the rest is told then
  std::chrono::minutes untaken_for{0};  ///< nobody took charge for so long: told to a second one
};

/// One sentence for each, in the alert's language.
std::vector<std::string> remarks_on(const Occasion& occasion, const Alert& alert);

}  // namespace vigie
