#include "engine/trend/volume_history.h"

#include <algorithm>

namespace vigie {

Result<VolumeHistory> read_volume(const Store& store, TenantId tenant, Step from, Step to) {
  VolumeHistory history{from, std::vector<VolumeCell>(to > from ? to - from : 0)};
  const auto read = store.visit_totals(
      tenant, RollupGrain::kFiveMinutes, from, to, [&history](const RollupRow& row) {
        VolumeCell& cell = history.cells[row.bucket - history.first];
        const auto add = [](std::int64_t count, std::uint32_t& sum) {
          sum += static_cast<std::uint32_t>(std::max<std::int64_t>(count, 0));
        };
        row.for_each([&](Tone tone, Urgency urgency, std::int64_t count) {
          add(count, cell.count);
          add(tone == Tone::kNegative ? count : 0, cell.negative);
          add(urgency >= Urgency::kMedium ? count : 0, cell.alarming);
        });
      });
  if (!read) {
    return tl::make_unexpected(read.error());
  }
  return history;
}

}  // namespace vigie
