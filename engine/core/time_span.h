#pragma once

#include "engine/core/time.h"

namespace vigie {

/// [from, to); `to` is Time::max() of what has no end yet.
struct TimeSpan {
  Time from{}, to{};
  bool operator==(const TimeSpan&) const = default;
};

}  // namespace vigie
