#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/result.h"
#include "engine/store/store.h"
#include "engine/trend/town_calendar.h"

namespace vigie {

/// What was said in one step, as the rollups count it: by publication, official accounts left out.
struct VolumeCell {
  std::uint32_t count = 0;
  std::uint32_t negative = 0;
  std::uint32_t alarming = 0;  ///< of urgency medium or more: words of the crisis lexicon
};

/// Consecutive steps of one tenant.
struct VolumeHistory {
  Step first = 0;
  std::vector<VolumeCell> cells;

  Step end() const { return first + static_cast<Step>(cells.size()); }
};

/// Steps [from, to) out of the rollups. Any thread.
Result<VolumeHistory> read_volume(const Store& store, TenantId tenant, Step from, Step to);

}  // namespace vigie
