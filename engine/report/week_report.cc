#include "engine/report/week_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/alert/alert.h"
#include "engine/core/handle_mask.h"
#include "engine/web/coverage_reader.h"
#include "engine/web/objective_figures.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxReadAlerts = 10'000;

/// Which of the week's days an hour belongs to, where clocks may have been changed in between.
std::size_t day_index(std::uint32_t hour, const std::array<std::uint32_t, 8>& starts) {
  const auto next = std::ranges::upper_bound(starts, hour);
  return static_cast<std::size_t>(next - starts.begin()) - 1;
}

void add(const RollupRow& row, WeekReport::Figures& figures) {
  if (row.topic.empty()) {
    figures.all.add(row);
    figures.sources[std::string(row.source)].add(row);
  } else {
    figures.topics[std::string(row.topic)].add(row);
  }
}

Result<void> read_mentions(const Store& store, TenantId id, WeekReport& report) {
  std::array<std::uint32_t, 8> starts{};
  const Day monday = report.week.monday();
  for (Day day = 0; day < starts.size(); ++day) {
    starts[day] = hour_of(start_of_day(monday + day, report.time_zone));
  }
  const std::uint32_t before = hour_of(start_of_day(monday - 7, report.time_zone));
  return store.visit_rollups(id, RollupGrain::kHour, before, starts.back(),
                             [&](const RollupRow& row) {
                               if (row.is_zero()) {
                                 return;
                               }
                               const bool is_now = row.bucket >= starts.front();
                               add(row, is_now ? report.now : report.before);
                               if (is_now && row.topic.empty()) {
                                 report.days.at(day_index(row.bucket, starts)).add(row);
                               }
                             });
}

Result<void> read_alerts(const Store& store, TenantId id, WeekReport& report) {
  const Time begin = start_of_day(report.week.monday(), report.time_zone);
  const Time end = start_of_day(report.week.monday() + 7, report.time_zone);
  const Time before = start_of_day(report.week.monday() - 7, report.time_zone);
  const auto stored = store.alerts(id, 0, kMaxReadAlerts);
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  std::size_t urgent = 0, critical = 0;
  for (const Store::StoredAlert& one : *stored) {
    const Result<Alert> alert = parse_alert(one.body);
    // By when it was said: a replay raises what was said long ago.
    if (!alert || alert->news != News::kOpened || alert->created_at < before ||
        alert->created_at >= end) {
      continue;
    }
    if (alert->created_at < begin) {
      ++report.alerts_before;
      continue;
    }
    WeekReport::Raised& raised = report.alerts.emplace_back();
    raised.at = alert->created_at;
    raised.level = alert->level;
    raised.headline = alert->headline;
    raised.topic = alert->topic;
    raised.state = one.work.state;
    if (const auto taken_at = store.work_history(one.subject).in_hand_at(alert->raised_at)) {
      raised.taken_after =
          std::chrono::duration_cast<std::chrono::minutes>(*taken_at - alert->raised_at);
    }
    urgent += is_urgent(alert->level);
    critical += alert->level == Urgency::kCritical;
  }
  std::ranges::sort(report.alerts, {}, &WeekReport::Raised::at);
  report.state = state_of(urgent, critical);
  return {};
}

Result<void> read_seen(const Store& store, Time now, WeekReport& report) {
  constexpr double kNearlyAll = 0.99;
  const Time begin = start_of_day(report.week.monday(), report.time_zone);
  const Time end = start_of_day(report.week.monday() + 7, report.time_zone);
  auto sources = read_coverage(store, begin, end, now);
  if (!sources) {
    return tl::make_unexpected(sources.error());
  }
  std::erase_if(*sources, [&report](const SourceCoverage& one) {
    return !concerns(one.source, report.tenant);
  });
  const CoverageSums sums = sum_of(*sources);
  report.coverage = sums.share(sums.clear);
  for (const SourceCoverage& one : *sources) {
    const std::optional<double> share = one.sums.share(one.sums.clear);
    if (share && *share < kNearlyAll) {
      report.least_seen.emplace_back(one.source, *share);
    }
  }
  std::ranges::stable_sort(report.least_seen, {}, &std::pair<std::string, double>::second);
  return {};
}

/// At most `bytes`, whole words.
std::string cut(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) {
    return text;
  }
  const std::size_t end = text.rfind(' ', bytes);
  return text.substr(0, end == std::string::npos ? 0 : end) + " …";
}

/// The town's own words are not what people say.
Result<void> read_stories(const Store& store, TenantId id, WeekReport& report) {
  constexpr std::size_t kMaxTextBytes = 90;
  const Time begin = start_of_day(report.week.monday(), report.time_zone);
  const Time end = start_of_day(report.week.monday() + 7, report.time_zone);
  const auto is_told = [&](const Story& one) -> Result<bool> {
    if (one.first_at < begin || one.first_at >= end) {
      return false;
    }
    const auto oldest = store.mention(one.oldest);
    if (!oldest) {
      return tl::make_unexpected(oldest.error());
    }
    return *oldest && !(*oldest)->record.official;
  };
  const Result<std::vector<Story>> stories =
      store.widest_stories(id, 0, ~Day{0}, {begin, end}, WeekReport::kMaxStories, is_told);
  if (!stories) {
    return tl::make_unexpected(stories.error());
  }
  for (const Story& one : *stories) {
    const auto oldest = store.mention(one.oldest);
    if (!oldest) {
      return tl::make_unexpected(oldest.error());
    }
    if (*oldest) {
      const Mention& mention = (*oldest)->record.mention;
      report.stories.push_back(
          {cut(mask_handles(mention.title.empty() ? mention.text : mention.title), kMaxTextBytes),
           one.mentions, one.authors});
    }
  }
  return {};
}

Result<void> read_checked(const Store& store, TenantId id, WeekReport& report) {
  auto judged = read_latest_judged(store, id, report.tenant, report.week);
  if (!judged) {
    return tl::make_unexpected(judged.error());
  }
  report.checked = std::move(*judged);
  return {};
}

Result<void> read_aims(const Store& store, TenantId id, const Tenant& tenant, Time now,
                       WeekReport& report) {
  const auto objectives = read_objectives(store, tenant.id);
  if (!objectives) {
    return tl::make_unexpected(objectives.error());
  }
  std::vector<Tenant> tenants(id + 1);
  tenants[id] = tenant;
  KpiReader kpis(store, tenants);
  const Time end = start_of_day(report.week.monday() + 7, report.time_zone);
  ObjectiveFigures figures(kpis, tenant, id, std::min(end, now));
  for (const Objective& objective : *objectives) {
    const bool was_made =
        !objective.history.empty() && objective.history.front().at < std::min(end, now);
    if (objective.is_closed || !was_made) {
      continue;
    }
    const auto standing = figures.of(objective);
    if (!standing) {
      return tl::make_unexpected(standing.error());
    }
    report.aims.push_back({objective, standing->figure.value, standing->progress});
  }
  std::ranges::stable_sort(report.aims, {},
                           [](const WeekReport::Aim& aim) { return aim.objective.due; });
  return {};
}

}  // namespace

std::optional<WeekReport::Change> WeekReport::change(std::int64_t now, std::int64_t before) {
  if (before <= 0) {
    return std::nullopt;
  }
  const auto difference = static_cast<double>(now - before);
  const double by_chance = 1.96 * std::sqrt(static_cast<double>(now + before));
  return Change{100 * difference / static_cast<double>(before), std::abs(difference) <= by_chance};
}

std::optional<std::chrono::minutes> WeekReport::median_taken_after() const {
  std::vector<std::chrono::minutes> all;
  for (const Raised& alert : alerts) {
    if (alert.taken_after) {
      all.push_back(*alert.taken_after);
    }
  }
  if (all.empty()) {
    return std::nullopt;
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

Result<WeekReport> read_week(const Store& store, TenantId id, const Tenant& tenant, IsoWeek week,
                             Time now) {
  WeekReport report;
  report.week = week;
  report.tenant = tenant.id;
  report.tenant_name = tenant.name;
  report.time_zone = tenant.time_zone;
  if (const Result<void> seen = read_seen(store, now, report); !seen) {
    return tl::make_unexpected(seen.error());
  }
  if (const Result<void> done = read_aims(store, id, tenant, now, report); !done) {
    return tl::make_unexpected(done.error());
  }
  for (const auto& read : {read_mentions, read_alerts, read_stories, read_checked}) {
    if (const Result<void> done = read(store, id, report); !done) {
      return tl::make_unexpected(done.error());
    }
  }
  return report;
}

}  // namespace vigie
