#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "engine/core/tenant.h"
#include "engine/trend/crisis_index.h"
#include "engine/trend/surprise.h"

namespace vigie {

/// How a town stands at a moment, read from what is stored: the same figures as the watch's.
struct TownTrend {
  Baseline baseline;
  Surprise surprise;
  CrisisFacts facts;
  CrisisIndex index;
};

/// Reads trends out of the store, now or of the past. Keeps the baselines that were asked for last,
/// and the days they were learnt from, until the next day begins. Any thread.
class TrendReader {
 public:
  /// `incidents`: a tenant's past incidents of unusual volume. All parts outlive the reader.
  using Incidents = std::function<Result<std::vector<TimeSpan>>(TenantId)>;
  TrendReader(const Store& store, const std::vector<Tenant>& tenants, Incidents incidents);

  /// `at`: now or earlier.
  Result<TownTrend> read(TenantId tenant, Time at, Time now);
  /// The baseline in force on the day of `at`, past incidents left out.
  Result<Baseline> read_usual(TenantId tenant, Time at, Time now);

 private:
  Result<Baseline> baseline(TenantId tenant, const TownCalendar& town, Time at, Time now,
                            std::span<const TimeSpan> incidents);
  /// Steps of whole days, [from, to). With the mutex.
  Result<VolumeHistory> volume(TenantId tenant, Day from, Day to);

  const Store& store_;
  const std::vector<Tenant>& tenants_;
  Incidents incidents_;
  static constexpr std::size_t kMaxBaselines = 4096;  // 4 KB each
  struct Kept {
    Baseline baseline;
    std::uint64_t asked_at = 0;  ///< a count of questions
  };
  std::mutex mutex_;  // guards those below
  std::map<std::pair<TenantId, Day>, Kept> baselines_;
  static constexpr std::size_t kMaxDays = 2048;  // 3.5 KB each
  std::map<std::pair<TenantId, Day>, std::vector<VolumeCell>> days_;
  std::uint64_t questions_ = 0;
  Day today_ = 0;  ///< what is kept is as of then
};

/// The calendar that a tenant lives by.
TownCalendar calendar_of(const Tenant& tenant);

}  // namespace vigie
