#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/pipeline/knowledge.h"
#include "engine/store/store.h"

namespace vigie {

/// What other rules would have made of the mentions that a tenant keeps. Of what was dropped
/// nothing is known, and of an edited mention only its last wording.
struct BacktestReport {
  static constexpr std::size_t kMaxExamples = 20;  ///< of each list; the counts go on
  /// The newest ones, those under rules that count authors among them; what was urgent before is
  /// not looked at for alerts.
  static constexpr std::size_t kMaxUrgentMentions = 200'000;

  /// A mention that the new rules judge otherwise.
  struct Change {
    MentionRef ref;
    std::string before, after;
    std::string text;  ///< title and text, @handles masked
  };
  /// People's corrections of one axis, and how many of them each rule set agrees with.
  struct Agreement {
    std::uint64_t corrections = 0, before = 0, after = 0;
  };

  std::uint64_t mentions = 0;    ///< of the period
  std::uint64_t backfilled = 0;  ///< of these filled in: they tell nobody, by whatever rules
  std::uint64_t alerts_before = 0, alerts_after = 0;
  std::uint64_t gained = 0, lost = 0;
  std::vector<Alert> gained_alerts, lost_alerts;  ///< oldest first
  std::uint64_t tone_changed = 0, urgency_changed = 0, topics_changed = 0;
  std::uint64_t newly_urgent = 0, no_longer_urgent = 0;
  std::uint64_t topic_gained = 0, topic_lost = 0;     ///< mentions that have a topic more, or less
  std::vector<Change> topics_gained, topics_lost;     ///< newest first; topics with commas between
  std::vector<Change> tone_changes, urgency_changes;  ///< newest first
  Agreement tone, urgency;
  bool is_cut = false;  ///< there were more than kMaxUrgentMentions, or it was stopped
};

/// Judges every kept mention of `tenant` received since `since` by both rule sets and lets
/// incidents decide who would have been told, as the engine does; the day before is read, too, for
/// what was under way. An alert is the same by both if it speaks of the same mention, or of the
/// same subject at most kSameAlert apart. `looked_at` is called for every mention, the newest
/// first; false stops there, and the report is of those that were looked at.
Result<BacktestReport> backtest(const Store& store, TenantId id, const Tenant& tenant,
                                const std::shared_ptr<const Knowledge>& in_force,
                                const std::shared_ptr<const Knowledge>& next, Time since,
                                const std::function<bool()>& looked_at);
inline constexpr std::chrono::hours kSameAlert{6};

}  // namespace vigie
