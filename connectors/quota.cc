#include "connectors/quota.h"

#include <algorithm>
#include <limits>

namespace vigie {
namespace {

using namespace std::chrono;

seconds offset_at(const QuotaPolicy& policy, Time now) {
  const auto offset = policy.time_zone.empty() ? std::nullopt : utc_offset(policy.time_zone, now);
  return offset.value_or(seconds(0));
}

std::int64_t period_of(const QuotaPolicy& policy, sys_days day) {
  if (policy.period == QuotaPolicy::Period::kDay) {
    return day.time_since_epoch().count();
  }
  const year_month_day date(day);
  return (int{date.year()} - 1970) * 12 + static_cast<int>(unsigned{date.month()}) - 1;
}

sys_days first_day_after(const QuotaPolicy& policy, sys_days day) {
  const year_month_day date(day);
  return policy.period == QuotaPolicy::Period::kDay
             ? day + days(1)
             : sys_days((date.year() / date.month() + months(1)) / 1);
}

}  // namespace

QuotaLedger quota_at(const QuotaPolicy& policy, const QuotaLedger& ledger, Time now) {
  if (policy.units == 0) {
    return ledger;
  }
  const std::int64_t period = period_of(policy, floor<days>(now + offset_at(policy, now)));
  return period <= ledger.period ? ledger : QuotaLedger{period, 0};
}

std::uint64_t quota_left(const QuotaPolicy& policy, const QuotaLedger& ledger) {
  return policy.units == 0 ? std::numeric_limits<std::uint64_t>::max()
                           : policy.units - std::min(policy.units, ledger.spent);
}

Time quota_resets_at(const QuotaPolicy& policy, Time now) {
  const sys_days next = first_day_after(policy, floor<days>(now + offset_at(policy, now)));
  const Time about = Time(next) - offset_at(policy, now);
  return Time(next) - offset_at(policy, about);  // the clocks may change
}

}  // namespace vigie
