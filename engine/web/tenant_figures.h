#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/core/time.h"
#include "engine/core/verdict.h"
#include "engine/store/store.h"
#include "engine/trend/kpi.h"

namespace vigie {

/// How many mentions and stories, by what was found in them.
struct MentionCounts {
  std::int64_t mentions = 0, stories = 0, urgent = 0;
  std::array<std::int64_t, 3> by_tone{};  ///< by Tone

  void add(const RollupRow& row);
  std::int64_t of(Tone tone) const { return by_tone.at(static_cast<std::size_t>(tone)); }
};

Figure net_sentiment(const MentionCounts& counts);

/// What waits for somebody at a tenant's, and what was said in the last 24 hours.
struct TenantFigures {
  std::array<std::size_t, kWorkStates> alerts{};  ///< by WorkState
  /// Past: open stories and incidents that somebody was told of, each once.
  std::size_t past_deadline = 0, raised_24h = 0;
  std::size_t urgent_unhandled = 0, critical_unhandled = 0;
  std::optional<Time> oldest_urgent_unhandled;
  MentionCounts last_day;

  std::size_t alerts_in(WorkState state) const {
    return alerts.at(static_cast<std::size_t>(state));
  }
};

/// A town's state in a word (calm, watch, tension, crisis) by how many urgent alerts there are,
/// critical ones among them. Fixed thresholds, until there is a history to tell what is usual.
std::string_view state_of(std::size_t urgent, std::size_t critical);

/// Alerts older than the newest 1000 are not counted: nobody has that many open. Any thread.
Result<TenantFigures> read_tenant_figures(const Store& store, TenantId tenant, const Tenant& town,
                                          Time now);

/// By when what the alert is about has to be answered, by the town's deadlines as they are now.
/// Nothing: it says that an incident is over, or is none of ours.
Result<std::optional<Time>> deadline_of(const Store& store, const Tenant& town,
                                        const Store::StoredAlert& alert);

}  // namespace vigie
