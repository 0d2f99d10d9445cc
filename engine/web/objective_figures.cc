#include "engine/web/objective_figures.h"

#include <algorithm>

#include "engine/core/iso_week.h"

namespace vigie {

Time ObjectiveFigures::end_of(const Objective& objective) const {
  return start_of_day(objective.due + 1, town_.time_zone);
}

HourSpan ObjectiveFigures::period_of(const Objective& objective) const {
  const std::uint32_t to =
      hour_of(std::min(now_ + std::chrono::hours(1), end_of(objective)) - microseconds(1)) + 1;
  return {to - std::min(to, kPeriodDays * 24), to};
}

Result<ObjectiveFigures::Standing> ObjectiveFigures::of(const Objective& objective) {
  const HourSpan period = period_of(objective);
  auto at = by_end_.find(period.to);
  if (at == by_end_.end()) {
    auto reading = kpis_.read(tenant_, period, now_);
    if (!reading) {
      return tl::make_unexpected(reading.error());
    }
    at = by_end_.emplace(period.to, std::move(reading->kpis)).first;
  }
  Standing standing;
  standing.figure = without("there is no such figure");
  const auto kpi = std::ranges::find(at->second, objective.kpi, &Kpi::name);
  if (kpi == at->second.end()) {
    return standing;
  }
  const auto part = std::ranges::find(kpi->parts, objective.part, &Kpi::Part::name);
  if (objective.part.empty()) {
    standing.figure = kpi->figure;
    standing.unit = kpi->unit;
  } else if (part != kpi->parts.end()) {
    standing.figure = part->figure;
  }
  standing.progress = progress_of(objective, standing.figure.value, standing.figure.n,
                                  standing.unit == "mentions", now_ >= end_of(objective));
  return standing;
}

}  // namespace vigie
