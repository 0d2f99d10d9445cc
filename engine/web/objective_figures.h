#pragma once

#include <map>
#include <vector>

#include "engine/guidance/objective.h"
#include "engine/web/kpis.h"

namespace vigie {

/// The key figures that objectives are about, as they are at `now`, and as they were on their last
/// days: each period is read once. All parts outlive it.
class ObjectiveFigures {
 public:
  ObjectiveFigures(KpiReader& kpis, const Tenant& town, TenantId tenant, Time now)
      : kpis_(kpis), town_(town), tenant_(tenant), now_(now) {}

  /// The kPeriodDays before `now`, or before the end of the last day.
  HourSpan period_of(const Objective& objective) const;
  /// How an objective stands. Empty figure: there is no such part now.
  struct Standing {
    Figure figure;
    std::string_view unit = {};
    Progress progress = Progress::kTooFew;
  };
  Result<Standing> of(const Objective& objective);

 private:
  Time end_of(const Objective& objective) const;

  KpiReader& kpis_;
  const Tenant& town_;
  TenantId tenant_;
  Time now_;
  std::map<std::uint32_t, std::vector<Kpi>> by_end_;
};

}  // namespace vigie
