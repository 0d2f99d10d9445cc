#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"
#include "engine/trend/drift.h"
#include "engine/trend/kpi.h"
#include "engine/trend/trend_reader.h"
#include "engine/web/tenant_figures.h"

namespace vigie {

/// Hours since 1970, [from, to).
struct HourSpan {
  std::uint32_t from = 0, to = 0;

  std::uint32_t length() const { return to - from; }
  HourSpan previous() const { return {from - std::min(from, length()), from}; }
  Time begins() const { return Time(std::chrono::hours(from)); }
  Time ends() const { return Time(std::chrono::hours(to)); }
  bool holds(Time time) const { return time >= begins() && time < ends(); }
};

/// All that the key figures of one period are made of. Mentions count when they were published,
/// alerts when they were raised; official accounts are counted for answers only.
struct KpiFacts {
  // from the rollups
  MentionCounts mentions;
  std::map<std::string, std::uint64_t> by_topic;

  // from the mentions, at most kMaxMentions of them, the newest; kMaxLookedAt with those that were
  // received in the period or a day later and published at another time
  std::uint64_t looked_at = 0, without_topic = 0, authors = 0, followers = 0;
  std::vector<double> response_minutes;  ///< business hours, of the stories that were answered
  std::uint64_t in_time = 0, too_late = 0;
  bool mentions_cut = false;

  // from the alerts, at most kMaxAlerts of them, the newest
  std::vector<double> taken_after_minutes, detection_seconds, engine_seconds;
  std::uint64_t never_taken = 0;
  struct Judged {
    std::uint64_t useful = 0, judged = 0;
  };
  Judged alerts;
  std::map<std::string, Judged> by_rule;
  bool alerts_cut = false;

  std::vector<DriftPoint> drift;

  static constexpr std::size_t kMaxMentions = 100'000, kMaxLookedAt = 200'000, kMaxAlerts = 5'000;
};

/// Reads them. `now`: what has not been answered or taken by then is late.
Result<KpiFacts> read_kpi_facts(const Store& store, TenantId tenant, const Tenant& tenant_of,
                                const HourSpan& period, Time now);

}  // namespace vigie
