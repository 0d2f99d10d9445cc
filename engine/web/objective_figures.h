#pragma once

#include <map>
#include <vector>

#include "engine/guidance/objective.h"
#include "engine/trend/trend_reader.h"
#include "engine/web/kpis.h"

namespace vigie {

/// The key figures that objectives are about, as they are at `now`, and as they were on their last
/// days: each period is read once. All parts outlive it.
class ObjectiveFigures {
 public:
  ObjectiveFigures(const Store& store, const Tenant& town, TenantId tenant, TrendReader& trends,
                   Time now)
      : store_(store), town_(town), tenant_(tenant), trends_(trends), now_(now) {}

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

  const Store& store_;
  const Tenant& town_;
  TenantId tenant_;
  TrendReader& trends_;
  Time now_;
  std::map<std::uint32_t, std::vector<Kpi>> by_end_;
};

}  // namespace vigie
