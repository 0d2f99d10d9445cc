#pragma once

#include <cstdint>
#include <string>

#include "engine/core/time.h"

namespace vigie {

/// A source's daily budget.
struct QuotaPolicy {
  std::uint64_t units_per_day = 0;  ///< 0: it has none
  std::uint64_t units_per_request = 1;
  std::string time_zone;  ///< whose midnight gives it back; empty: UTC
};

/// What has been spent of it. Stored in the connector's cursor, so that a restart gives nothing
/// back.
struct QuotaLedger {
  std::int64_t day = 0;  ///< since 1970, in the policy's zone
  std::uint64_t spent = 0;
  auto operator<=>(const QuotaLedger&) const = default;
};

/// The ledger as it stands at `now`: a new day begins with nothing spent. Without a budget it stays
/// as it is.
QuotaLedger quota_at(const QuotaPolicy& policy, const QuotaLedger& ledger, Time now);
/// Whether one more request is within the budget. `ledger` is of today.
bool quota_allows(const QuotaPolicy& policy, const QuotaLedger& ledger);
/// When the day of `now` ends.
Time quota_resets_at(const QuotaPolicy& policy, Time now);

}  // namespace vigie
