#include "engine/web/tenant_figures.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

#include "engine/trend/work_due.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::uint32_t kHoursPerDay = 24;
constexpr std::size_t kMaxCountedAlerts = 1000;

void count(const Store::StoredAlert& alert, const AlertSummary& summary, Time now,
           TenantFigures& figures) {
  const bool is_new = alert.work.state == WorkState::kNew;
  if (summary.is_end) {
    return;
  }
  ++figures.alerts.at(static_cast<std::size_t>(alert.work.state));
  figures.raised_24h += summary.raised_at && now - *summary.raised_at < std::chrono::hours(24);
  if (!is_new || !is_urgent(summary.level)) {
    return;
  }
  ++figures.urgent_unhandled;
  figures.critical_unhandled += summary.level == Urgency::kCritical;
  if (summary.raised_at) {
    figures.oldest_urgent_unhandled =
        std::min(figures.oldest_urgent_unhandled.value_or(*summary.raised_at), *summary.raised_at);
  }
}

}  // namespace

std::string_view state_of(std::size_t urgent, std::size_t critical) {
  if (critical >= 3) {
    return "crisis";
  }
  if (critical > 0 || urgent >= 5) {
    return "tension";
  }
  return urgent > 0 ? "watch" : "calm";
}

void MentionCounts::add(const RollupRow& row) {
  row.for_each([this](Tone tone, Urgency urgency, std::int64_t count) {
    mentions += count;
    urgent += is_urgent(urgency) ? count : 0;
    by_tone.at(static_cast<std::size_t>(tone)) += count;
  });
  stories = std::accumulate(row.stories.begin(), row.stories.end(), stories);
}

Figure net_sentiment(const MentionCounts& counts) {
  const auto n = [](std::int64_t count) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
  };
  return net_sentiment(n(counts.of(Tone::kPositive)), n(counts.of(Tone::kNegative)),
                       n(counts.mentions));
}

Result<std::optional<Time>> deadline_of(const Store& store, const Tenant& town,
                                        const Store::StoredAlert& alert) {
  const std::optional<AlertSummary> summary = read_alert_body(alert.body);
  if (!summary || summary->is_end || !summary->raised_at) {
    return std::nullopt;
  }
  const WorkSubject& subject = alert.subject;
  if (subject.kind == WorkSubject::Kind::kAlert) {
    return alert_due_at(town, summary->level, *summary->raised_at, nullptr);
  }
  const auto leader = leader_of(store, {subject.tenant, subject.day, subject.number});
  if (!leader) {
    return tl::make_unexpected(leader.error());
  }
  return alert_due_at(town, summary->level, *summary->raised_at,
                      *leader ? &(*leader)->record : nullptr);
}

Result<TenantFigures> read_tenant_figures(const Store& store, TenantId tenant, const Tenant& town,
                                          Time now) {
  const auto alerts = store.alerts(tenant, 0, kMaxCountedAlerts);
  if (!alerts) {
    return tl::make_unexpected(alerts.error());
  }
  TenantFigures figures;
  std::set<WorkSubject> overdue;
  for (const Store::StoredAlert& alert : *alerts) {
    if (const std::optional<AlertSummary> summary = read_alert_body(alert.body)) {
      count(alert, *summary, now, figures);
    }
    if (is_open(alert.work.state) && !overdue.contains(alert.subject)) {
      const auto deadline = deadline_of(store, town, alert);
      if (!deadline) {
        return tl::make_unexpected(deadline.error());
      }
      if (*deadline && **deadline < now) {
        overdue.insert(alert.subject);
      }
    }
  }
  figures.past_deadline = overdue.size();
  const std::uint32_t this_hour = hour_of(now);
  const Result<void> read =
      store.visit_totals(tenant, RollupGrain::kHour, this_hour - kHoursPerDay + 1, this_hour + 1,
                         [&figures](const RollupRow& row) { figures.last_day.add(row); });
  return read ? Result<TenantFigures>(figures) : tl::make_unexpected(read.error());
}

}  // namespace vigie
