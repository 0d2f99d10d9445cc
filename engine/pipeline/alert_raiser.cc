#include "engine/pipeline/alert_raiser.h"

#include <algorithm>
#include <utility>

#include "engine/alert/describe.h"
#include "engine/alert/volume_incident.h"
#include "engine/core/check.h"
#include "engine/store/record.h"

namespace vigie {
namespace {

/// So many of a tenant's newest alerts are looked through.
constexpr std::size_t kMaxAlerts = 1'000;

}  // namespace

Result<std::unique_ptr<AlertRaiser>> AlertRaiser::recall(Store& store, const TenantPolicy& policy,
                                                         const Clock& clock, Metrics& metrics) {
  Result<SurpriseRaiser> surprises = SurpriseRaiser::recall(store, policy, clock, metrics);
  if (!surprises) {
    return tl::make_unexpected(surprises.error());
  }
  std::unique_ptr<AlertRaiser> raiser(
      new AlertRaiser(store, policy, clock, metrics, std::move(*surprises)));
  for (TenantId tenant = 0; tenant < policy.tenants.size(); ++tenant) {
    for (const Result<void>& recalled :
         {raiser->recall_mentions(tenant), raiser->recall_alerts(tenant),
          raiser->recall_times(tenant)}) {
      if (!recalled) {
        return tl::make_unexpected(recalled.error());
      }
    }
  }
  return raiser;
}

/// Two days back from the newest urgent mention, not from now: a replay lives in the past.
Result<void> AlertRaiser::recall_mentions(TenantId tenant) {
  constexpr std::size_t kMaxRecalled = 100'000;
  struct Told {
    MentionRef ref, story;
    Sighting sighting;
  };
  std::vector<Told> told;
  Day newest = 0;
  const Result<void> read = store_.scan_told_urgent(tenant, [&](const StoredMention& stored) {
    newest = std::max(newest, stored.ref.day);
    if (stored.ref.day + 1 < newest || told.size() == kMaxRecalled) {
      return false;
    }
    told.push_back(
        {stored.ref, founder_of(stored), sight(stored.ref, stored.record, *stored.catalogue)});
    return true;
  });
  std::for_each(told.rbegin(), told.rend(), [&](Told& one) {
    incidents_.pass(tenant, one.sighting.mode, one.sighting.at);
    mark_known(one.ref, one.story, one.sighting);
    incidents_.see(one.sighting);
  });
  return read;
}

/// What was announced stays announced, also when the mention that opened the incident was deleted
/// or calmed down by an edit.
Result<void> AlertRaiser::recall_alerts(TenantId tenant) {
  const Result<std::vector<Store::StoredAlert>> alerts = store_.alerts(tenant, 0, kMaxAlerts);
  if (!alerts) {
    return tl::make_unexpected(alerts.error());
  }
  for (auto stored = alerts->rbegin(); stored != alerts->rend(); ++stored) {
    Result<Alert> alert = parse_alert(stored->body);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    if (alert->subject == kVolumeSubject) {
      continue;
    }
    Raise raise;
    raise.incident = alert->incident;
    raise.level = alert->level;
    raise.news = alert->news;
    raise.mentions = alert->mentions;
    raise.stories = alert->stories;
    raise.authors = alert->authors;
    raise.mode = alert->mode;
    raise.opened_at = alert->opened_at;
    const Time seen_at = raise.mode == Mode::kReplay ? clock_.now() : alert->received_at;
    incidents_.remember(tenant, raise, alert->received_at, seen_at);
    if (alert->news == News::kClosed) {
      told_.erase({tenant, alert->incident});
    } else {
      told_[{tenant, alert->incident}] = std::move(*alert);
    }
  }
  return {};
}

/// How late it was when the last mention was stored: what was quiet until then is over.
Result<void> AlertRaiser::recall_times(TenantId tenant) {
  Day last = 0;
  std::map<Mode, Time> newest;
  Result<void> read = store_.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    last = std::max(last, stored.ref.day);
    Time& time = newest[stored.record.mode];
    time = std::max(time, stored.record.received_at);
    return stored.ref.day == last;
  });
  for (const auto& [mode, time] : newest) {
    for (const Incidents::Closed& closed : incidents_.pass(tenant, mode, time)) {
      tell_end(closed);
    }
  }
  return read;
}

Sighting AlertRaiser::sight(const MentionRef& ref, const Record& record,
                            const Catalogue& catalogue) const {
  Sighting sighting = vigie::sight(ref, record, catalogue);
  if (sighting.mode == Mode::kReplay) {
    sighting.seen_at = clock_.now();
  }
  return sighting;
}

void AlertRaiser::see(const Findings& findings, const Finding& finding,
                      const Store::Applied& applied, const MentionRef& story) {
  for (const Incidents::Closed& closed :
       incidents_.pass(finding.tenant, findings.mode, finding.received_at)) {
    tell_end(closed);
  }
  if (!is_urgent(finding.urgency)) {
    return;
  }
  const Result<Record> record = decode_record(findings.view(finding.record));
  check(record.has_value(), "a record that was just encoded can be decoded");
  Sighting sighting = sight(applied.ref, *record, *findings.catalogue);
  sighting.story = story.sequence;
  sighting.seen_before = applied.was_urgent;
  mark_known(applied.ref, story, sighting);
  const std::optional<Raise> raise = incidents_.see(sighting);
  if (!raise) {
    return;
  }
  const Alert alert = describe(policy_.tenants[finding.tenant], applied.ref, *record,
                               *findings.catalogue, *raise, clock_.now());
  told_[{finding.tenant, alert.incident}] = alert;
  store_.reopen_work(work_on(story), alert.raised_at);
  tell(finding.tenant, applied.ref.day, alert, policy_.tenants[finding.tenant].receivers, story);
}

/// A copy of what incidents heard of before opens none.
void AlertRaiser::mark_known(const MentionRef& ref, const MentionRef& story, Sighting& sighting) {
  sighting.repost = sighting.repost || (story != ref && incidents_.would_open(sighting) &&
                                        was_told_before(ref, story));
}

/// Whether incidents heard of that story in an earlier mention: then it is no news, however long
/// ago that was and whoever repeats it.
bool AlertRaiser::was_told_before(const MentionRef& ref, const MentionRef& story) {
  store_.commit();  // its other mentions may be of this very batch
  bool was_told = false;
  const Result<void> read = store_.scan_story(story, [&](const StoredMention& stored) {
    const Record& record = stored.record;
    was_told = stored.ref.sequence < ref.sequence && record.mode != Mode::kBackfill &&
               !record.official && was_told_urgent(record);
    return !was_told;
  });
  check(read.has_value(), "a story can be read");
  return was_told;
}

void AlertRaiser::tell(TenantId tenant, Day day, const Alert& alert,
                       const std::vector<std::string>& receivers,
                       const std::optional<MentionRef>& story) {
  raised_.push_back({tenant, store_.add_alert(tenant, day, to_json(alert), receivers, story)});
  metrics_.alert_raised(tenant, alert.level);
}

void AlertRaiser::tell_end(const Incidents::Closed& closed) {
  const auto told = told_.find({closed.tenant, closed.raise.incident});
  if (told == told_.end()) {
    return;  // its alert has gone meanwhile: nobody would know what is over
  }
  const Alert alert = describe_end(told->second, closed.raise, clock_.now());
  told_.erase(told);
  static const std::vector<std::string> kNobody;
  tell(closed.tenant, day_of(closed.raise.last_at), alert,
       closed.raise.is_worth_telling() ? policy_.tenants[closed.tenant].receivers : kNobody);
}

void AlertRaiser::count(const Findings& findings, const Finding& finding) {
  surprises_.see(findings, finding);
  take_surprises();
}

bool AlertRaiser::look() {
  const Time now = clock_.now();
  if (now >= looked_at_ && now - looked_at_ < kLookInterval) {
    return false;
  }
  looked_at_ = now;
  const std::vector<Incidents::Closed> closed = incidents_.tick(now);
  for (const Incidents::Closed& one : closed) {
    tell_end(one);
  }
  surprises_.look();
  return take_surprises() || !closed.empty();
}

bool AlertRaiser::take_surprises() {
  const std::vector<RaisedAlert> more = surprises_.take_raised();
  raised_.insert(raised_.end(), more.begin(), more.end());
  return !more.empty();
}

void AlertRaiser::forget(const MentionRef& ref) {
  store_.commit();  // the alert may be of this very batch
  const Result<std::vector<Store::StoredAlert>> alerts = store_.alerts(ref.tenant, 0, kMaxAlerts);
  check(alerts.has_value(), "alerts can be read");
  const std::string mention = to_string(ref);
  for (const Store::StoredAlert& stored : *alerts) {
    Result<Alert> alert = parse_alert(stored.body);
    check(alert.has_value(), "a stored alert can be read");
    if (alert->mention == mention) {
      withdraw_words(*alert);
      store_.replace_alert_body(ref.tenant, stored.number, to_json(*alert));
    }
  }
}

}  // namespace vigie
