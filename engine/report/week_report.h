#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/iso_week.h"
#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/guidance/objective.h"
#include "engine/guidance/town_settings.h"
#include "engine/quality/sample_book.h"
#include "engine/store/store.h"
#include "engine/web/tenant_figures.h"

namespace vigie {

/// What one week was like at a tenant's, and the week before beside it. The days are the town's.
struct WeekReport {
  struct Figures {
    MentionCounts all;
    std::map<std::string, MentionCounts> topics, sources;
  };
  /// An alert as an elected person needs it: no quote, no author.
  struct Raised {
    Time at{};  ///< when that was said which raised it
    Urgency level = Urgency::kHigh;
    std::string headline, topic;  ///< the topic may be empty
    WorkState state = WorkState::kNew;
    std::optional<std::chrono::minutes> taken_after;
  };

  IsoWeek week;
  std::string tenant, tenant_name, time_zone;
  Figures now, before;
  std::array<MentionCounts, 7> days;
  std::vector<Raised> alerts;      ///< first announcements of the week, oldest first
  std::int64_t alerts_before = 0;  ///< how many there were in the week before
  /// Share of the time in which the sources were seen; nothing: none was watched.
  std::optional<double> coverage;
  std::vector<std::pair<std::string, double>> least_seen;  ///< sources and their shares, below 99 %
  /// What most people said the same: their words cut, @handles masked.
  struct Repeated {
    std::string text;
    std::uint64_t mentions = 0, authors = 0;
  };
  std::vector<TownDate>
      dates;  ///< of the week, that the town wants to see: whoever reads it adds them
  std::vector<Repeated> stories;
  static constexpr std::size_t kMaxStories = 2;
  /// What people who did not see the verdicts found in the latest sample that they judged anything
  /// of, this week's or one before.
  std::optional<JudgedWeek> checked;
  /// What the steering committee wants, and how it stood when the week was over.
  struct Aim {
    Objective objective;
    std::optional<double> value;
    Progress progress = Progress::kTooFew;
  };
  std::vector<Aim> aims;  ///< that are not closed, by their last day
  std::string state;      ///< calm, watch, tension, crisis: see state_of()

  /// So many mentions more or less, with 95 % of what chance alone would do: ±1.96 · √(n₁ + n₂).
  struct Change {
    double percent = 0;
    bool is_chance = true;
  };
  /// Nothing if there was nothing before.
  static std::optional<Change> change(std::int64_t now, std::int64_t before);
  /// Of the alerts that somebody took or closed.
  std::optional<std::chrono::minutes> median_taken_after() const;
};

/// Reads rollups and alerts. kCorrupt as the store says it.
Result<WeekReport> read_week(const Store& store, TenantId id, const Tenant& tenant, IsoWeek week,
                             Time now);

}  // namespace vigie
