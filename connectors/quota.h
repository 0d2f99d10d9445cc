#pragma once

#include <cstdint>
#include <string>

#include "engine/core/time.h"

namespace vigie {

/// What may be taken from a source in a day, or in a calendar month: requests, or posts that cost
/// money.
struct QuotaPolicy {
  enum class Period : std::uint8_t { kDay, kMonth };
  std::uint64_t units = 0;  ///< in a period; 0: there is no budget
  std::uint64_t units_per_request = 1;
  std::string time_zone;  ///< whose midnight gives it back; empty: UTC
  Period period = Period::kDay;
};

/// What has been spent of it. Stored in the connector's cursor, so that a restart gives nothing
/// back.
struct QuotaLedger {
  std::int64_t period = 0;  ///< days or months since 1970, in the policy's zone
  std::uint64_t spent = 0;
  auto operator<=>(const QuotaLedger&) const = default;
};

/// The ledger as it stands at `now`: a new period begins with nothing spent; a clock that is set
/// back begins none. Without a budget it stays as it is.
QuotaLedger quota_at(const QuotaPolicy& policy, const QuotaLedger& ledger, Time now);
/// Units left in the ledger's period; without a budget the largest number there is.
std::uint64_t quota_left(const QuotaPolicy& policy, const QuotaLedger& ledger);
/// When the period of `now` ends.
Time quota_resets_at(const QuotaPolicy& policy, Time now);

}  // namespace vigie
