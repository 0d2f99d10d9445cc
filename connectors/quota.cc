#include "connectors/quota.h"

namespace vigie {
namespace {

std::chrono::seconds offset_at(const QuotaPolicy& policy, Time now) {
  const auto offset = policy.time_zone.empty() ? std::nullopt : utc_offset(policy.time_zone, now);
  return offset.value_or(std::chrono::seconds(0));
}

}  // namespace

QuotaLedger quota_at(const QuotaPolicy& policy, const QuotaLedger& ledger, Time now) {
  if (policy.units_per_day == 0) {
    return ledger;
  }
  const auto day = std::chrono::floor<std::chrono::days>(now + offset_at(policy, now));
  const std::int64_t today = day.time_since_epoch().count();
  return today == ledger.day ? ledger : QuotaLedger{today, 0};
}

bool quota_allows(const QuotaPolicy& policy, const QuotaLedger& ledger) {
  return policy.units_per_day == 0 ||
         ledger.spent + policy.units_per_request <= policy.units_per_day;
}

Time quota_resets_at(const QuotaPolicy& policy, Time now) {
  const auto local = std::chrono::floor<std::chrono::days>(now + offset_at(policy, now));
  const Time about = Time(local + std::chrono::days(1)) - offset_at(policy, now);
  return Time(local + std::chrono::days(1)) - offset_at(policy, about);  // the clocks may change
}

}  // namespace vigie
