#include "engine/pipeline/surprise_raiser.h"

#include <algorithm>
#include <utility>

#include "engine/alert/volume_incident.h"
#include "engine/core/check.h"
#include "engine/store/record.h"
#include "engine/trend/trend_reader.h"
#include "engine/trend/work_due.h"

namespace vigie {

Result<SurpriseRaiser> SurpriseRaiser::recall(Store& store, const TenantPolicy& policy,
                                              const Clock& clock, Metrics& metrics) {
  SurpriseRaiser raiser(store, policy, clock, metrics);
  for (TenantId tenant = 0; tenant < policy.tenants.size(); ++tenant) {
    raiser.watched_.push_back({VolumeWatch(calendar_of(policy.tenants[tenant]), Baseline())});
    if (const Result<void> recalled = raiser.recall(tenant); !recalled) {
      return tl::make_unexpected(recalled.error());
    }
  }
  return raiser;
}

Result<void> SurpriseRaiser::recall(TenantId tenant) {
  // A replay's time is that of its newest mention.
  std::optional<Time> newest;
  Mode mode = Mode::kLive;
  const Result<void> read = store_.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    newest = stored.record.received_at;
    mode = stored.record.mode;
    return false;
  });
  if (!read || !newest) {
    return read;
  }
  Watched& watched = watched_[tenant];
  watched.is_live = mode == Mode::kLive;
  const Time now = watched.is_live ? clock_.now() : *newest;
  if (Result<void> learnt = learn(tenant, now); !learnt) {
    return learnt;
  }
  if (Result<void> recalled = recall_volume(store_, tenant, now, watched.watch.recent());
      !recalled) {
    return recalled;
  }
  const auto incidents = volume_incidents(store_, tenant);
  if (!incidents) {
    return tl::make_unexpected(incidents.error());
  }
  if (!incidents->empty() && incidents->back().to == Time::max()) {
    watched.watch.reopen(incidents->back().from);
  }
  return {};
}

/// From what is committed: everything that was applied by now, however it was cut into batches.
Result<void> SurpriseRaiser::learn(TenantId tenant, Time now) {
  Watched& watched = watched_[tenant];
  watched.learnt = day_of(now);
  const auto incidents = volume_incidents(store_, tenant);
  if (!incidents) {
    return tl::make_unexpected(incidents.error());
  }
  const Result<Baseline> baseline =
      read_baseline(store_, tenant, watched.watch.calendar(), now, *incidents);
  if (!baseline) {
    return tl::make_unexpected(baseline.error());
  }
  watched.watch.learn(*baseline);
  return {};
}

void SurpriseRaiser::see(const Findings& findings, const Finding& finding) {
  Watched& watched = watched_[finding.tenant];
  if (finding.official || policy_.tenants[finding.tenant].volume_alerts == false) {
    return;
  }
  watched.is_live = findings.mode == Mode::kLive;
  const Time now = finding.received_at;
  begin_again_if_clock_was_wrong(finding.tenant, now);
  if (day_of(now) > watched.learnt) {
    store_.commit();
    check(learn(finding.tenant, now).has_value(), "what is usual can be read");
  }
  const std::uint64_t author =
      voice_of(finding.has_author, finding.author, findings.view(finding.source));
  if (const auto event = watched.watch.see(finding.created_at, author, now)) {
    tell(finding.tenant, *event);
  }
}

/// A clock that was ahead and is right again must not blind us until then.
void SurpriseRaiser::begin_again_if_clock_was_wrong(TenantId tenant, Time now) {
  Watched& watched = watched_[tenant];
  if (!watched.is_live || now + kClockSlack >= watched.watch.recent().now()) {
    return;
  }
  store_.commit();
  watched = {VolumeWatch(watched.watch.calendar(), Baseline())};
  check(recall(tenant).has_value(), "what was said lately can be read");
}

void SurpriseRaiser::look() {
  const Time now = clock_.now();
  if (now - looked_at_ < kLookInterval && now >= looked_at_) {
    return;
  }
  looked_at_ = now;
  for (TenantId tenant = 0; tenant < watched_.size(); ++tenant) {
    Watched& watched = watched_[tenant];
    if (!watched.is_live) {
      continue;
    }
    begin_again_if_clock_was_wrong(tenant, now);
    if (const auto event = watched.watch.look(now)) {
      tell(tenant, *event);
    }
  }
}

bool SurpriseRaiser::is_wanted(TenantId tenant, const VolumeEvent& event) const {
  return event.kind == VolumeEvent::Kind::kClosed || event.surprise.is_warm ||
         policy_.tenants[tenant].volume_alerts == true;
}

void SurpriseRaiser::tell(TenantId tenant, const VolumeEvent& event) {
  if (!is_wanted(tenant, event)) {
    watched_[tenant].watch.dismiss();
    return;
  }
  const Surprise& surprise = event.surprise;
  VolumeNews news;
  news.opened_at = event.opened_at;
  news.at = surprise.at;
  news.is_over = event.kind == VolumeEvent::Kind::kClosed;
  news.mentions = surprise.count;
  news.window_minutes = surprise.window_minutes;
  news.authors = surprise.authors;
  news.expected = surprise.expected;
  news.p = surprise.p;
  news.has_baseline = surprise.is_warm;
  const Tenant& town = policy_.tenants[tenant];
  Alert alert = describe(town, news, clock_.now());
  if (!news.is_over) {
    alert.deadline_at = alert_due_at(town, alert.level, alert.raised_at, nullptr);
  }
  const std::uint64_t number =
      store_.add_alert(tenant, day_of(news.at), to_json(alert), town.receivers);
  raised_.push_back({tenant, number});
  metrics_.alert_raised(tenant, alert.level);
}

}  // namespace vigie
