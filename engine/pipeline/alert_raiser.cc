#include "engine/pipeline/alert_raiser.h"

#include <algorithm>
#include <utility>

#include "engine/alert/describe.h"
#include "engine/alert/volume_incident.h"
#include "engine/core/check.h"
#include "engine/store/record.h"
#include "engine/trend/work_due.h"

namespace vigie {
namespace {

/// So many of a tenant's newest alerts are looked through.
constexpr std::size_t kMaxAlerts = 1'000;
constexpr std::size_t kMaxRecalledMentions = 100'000;

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
    if (const Result<void> recalled = raiser->recall(tenant); !recalled) {
      return tl::make_unexpected(recalled.error());
    }
  }
  return raiser;
}

Result<void> AlertRaiser::recall(TenantId tenant) {
  const Result<std::vector<Store::StoredAlert>> stored = store_.alerts(tenant, 0, kMaxAlerts);
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  std::vector<Alert> alerts;
  for (auto one = stored->rbegin(); one != stored->rend(); ++one) {
    Result<Alert> alert = parse_alert(one->body);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    if (alert->subject != kVolumeSubject) {
      alerts.push_back(std::move(*alert));
    }
  }
  std::vector<Told> told;
  for (const Result<void>& read : {collect_urgent(tenant, told), collect_voices(tenant, told)}) {
    if (!read) {
      return read;
    }
  }
  replay(std::move(told), alerts);
  for (Alert& alert : alerts) {
    recall_alert(tenant, std::move(alert));
  }
  return recall_times(tenant);
}

/// Two days back from the newest urgent mention, not from now: a replay lives in the past.
Result<void> AlertRaiser::collect_urgent(TenantId tenant, std::vector<Told>& told) const {
  Day newest = 0;
  return store_.scan_told_urgent(tenant, [&](const StoredMention& stored) {
    newest = std::max(newest, stored.ref.day);
    if (stored.ref.day + 1 < newest || told.size() == kMaxRecalledMentions) {
      return false;
    }
    told.push_back({stored.ref,
                    founder_of(stored),
                    dated(sight(stored.ref, stored.record, *stored.catalogue)),
                    {}});
    return true;
  });
}

/// The same of what was said under rules that count authors, as far back as there are such rules.
Result<void> AlertRaiser::collect_voices(TenantId tenant, std::vector<Told>& told) {
  Day newest = 0;
  std::size_t found = 0;
  return store_.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    newest = std::max(newest, stored.ref.day);
    const CrowdRules& rules = rules_of(stored.catalogue);
    if (rules.empty() || stored.ref.day + 1 < newest || found == kMaxRecalledMentions) {
      return false;
    }
    if (rules.may_concern(stored.record.topics)) {
      const MentionRef story = founder_of(stored);
      std::vector<Voice> voices = voices_of(stored.ref, story, stored.record);
      found += voices.empty() ? 0 : 1;
      if (!voices.empty()) {
        told.push_back({stored.ref, story, std::nullopt, std::move(voices)});
      }
    }
    return true;
  });
}

/// As they were heard. A crowd opens an incident here only if somebody was told of it: other rules
/// since, or an edit, may make one that never was.
void AlertRaiser::replay(std::vector<Told> told, const std::vector<Alert>& alerts) {
  std::ranges::stable_sort(told, {}, [](const Told& one) { return one.ref.sequence; });
  std::set<std::string, std::less<>> announced;
  for (const Alert& alert : alerts) {
    announced.insert(alert.incident);
  }
  std::optional<std::uint64_t> last_urgent;
  for (Told& one : told) {
    if (one.urgent) {
      incidents_.pass(one.ref.tenant, one.urgent->mode, one.urgent->at);
      mark_known(one.ref, one.story, *one.urgent);
      incidents_.see(*one.urgent);
      last_urgent = one.ref.sequence;
    }
    for (const Voice& voice : one.voices) {
      incidents_.pass(voice.tenant, voice.mode, voice.heard_at);
      const std::vector<Spoken> crowd = crowds_.see(voice);
      Sighting sighting = dated(vigie::sight(voice, crowd));
      sighting.seen_before = last_urgent == one.ref.sequence;
      const bool is_under_way = !incidents_.would_open(sighting) ||
                                announced.contains(incident_name(voice.topic, voice.heard_at));
      if (!crowd.empty() && is_under_way) {
        incidents_.see(sighting);
      }
    }
  }
}

/// What was announced stays announced, also when the mention that opened the incident was deleted
/// or calmed down by an edit.
void AlertRaiser::recall_alert(TenantId tenant, Alert alert) {
  Raise raise;
  raise.incident = alert.incident;
  raise.level = alert.level;
  raise.news = alert.news;
  raise.mentions = alert.mentions;
  raise.stories = alert.stories;
  raise.authors = alert.authors;
  raise.mode = alert.mode;
  raise.opened_at = alert.opened_at;
  const Time seen_at = raise.mode == Mode::kReplay ? clock_.now() : alert.received_at;
  incidents_.remember(tenant, raise, alert.received_at, seen_at);
  if (const auto ref = parse_mention_ref(tenant, alert.mention)) {
    quote(*ref);
  }
  if (alert.news == News::kClosed) {
    told_.erase({tenant, alert.incident});
  } else {
    told_[{tenant, alert.incident}] = std::move(alert);
  }
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

/// A replay's mentions are seen when they are stored.
Sighting AlertRaiser::dated(Sighting sighting) const {
  if (sighting.mode == Mode::kReplay) {
    sighting.seen_at = clock_.now();
  }
  return sighting;
}

const CrowdRules& AlertRaiser::rules_of(const std::shared_ptr<const Catalogue>& catalogue) {
  if (crowd_rules_.catalogue() != catalogue.get()) {
    crowd_rules_ = CrowdRules(catalogue);
  }
  return crowd_rules_;
}

std::vector<Voice> AlertRaiser::voices_of(const MentionRef& ref, const MentionRef& story,
                                          const Record& record) {
  return crowd_rules_.voices(ref, policy_.tenants[ref.tenant].id, record,
                             {voice_of(record), story.sequence});
}

void AlertRaiser::see(const Findings& findings, const Finding& finding,
                      const Store::Applied& applied, const MentionRef& story) {
  for (const Incidents::Closed& closed :
       incidents_.pass(finding.tenant, findings.mode, finding.received_at)) {
    tell_end(closed);
  }
  if (is_urgent(finding.urgency)) {
    see_urgent(findings, finding, applied, story);
  }
  see_crowd(findings, finding, applied, story);
}

void AlertRaiser::see_urgent(const Findings& findings, const Finding& finding,
                             const Store::Applied& applied, const MentionRef& story) {
  const Result<Record> record = decode_record(findings.view(finding.record));
  check(record.has_value(), "a record that was just encoded can be decoded");
  Sighting sighting = dated(sight(applied.ref, *record, *findings.catalogue));
  sighting.story = story.sequence;
  sighting.seen_before = applied.was_urgent;
  mark_known(applied.ref, story, sighting);
  if (!record->official) {
    told_in_batch_.emplace(applied.ref, story);
  }
  const std::optional<Raise> raise = incidents_.see(sighting);
  if (!raise) {
    return;
  }
  announce(applied.ref, story, *record,
           describe(policy_.tenants[finding.tenant], applied.ref, *record, *findings.catalogue,
                    *raise, clock_.now()));
}

void AlertRaiser::see_crowd(const Findings& findings, const Finding& finding,
                            const Store::Applied& applied, const MentionRef& story) {
  const bool is_edit = applied.outcome == Store::Outcome::kReplaced;
  if (is_edit && !crowds_.empty()) {
    crowds_.forget(finding.tenant, applied.ref.sequence);
  }
  const std::span<const std::uint32_t> topics =
      std::span(findings.topics).subspan(finding.topics.offset, finding.topics.length);
  if (!rules_of(findings.catalogue).may_concern(topics)) {
    return;
  }
  const Result<Record> record = decode_record(findings.view(finding.record));
  check(record.has_value(), "a record that was just encoded can be decoded");
  for (const Voice& voice : voices_of(applied.ref, story, *record)) {
    const std::vector<Spoken> crowd = crowds_.see(voice);
    if (crowd.empty()) {
      continue;
    }
    Sighting sighting = dated(vigie::sight(voice, crowd));
    sighting.seen_before = is_edit || is_urgent(finding.urgency);
    if (const std::optional<Raise> raise = incidents_.see(sighting)) {
      quote(applied.ref);
      announce(applied.ref, story, *record,
               describe_crowd(policy_.tenants[finding.tenant], applied.ref, *record,
                              *findings.catalogue, *raise, voice, crowd, clock_.now()));
    }
  }
}

/// `record`: what was said by the mention itself.
void AlertRaiser::announce(const MentionRef& ref, const MentionRef& story, const Record& record,
                           Alert alert) {
  const Record* leader = &record;
  Result<std::optional<StoredMention>> led = std::optional<StoredMention>();
  if (story != ref) {
    // One that came in this very batch is not seen yet: then the alert's own time counts, which is
    // the same to the second. To commit here would part the mention from its alert.
    led = leader_of(store_, story);
    check(led.has_value(), "a story can be read");
    leader = *led ? &(*led)->record : nullptr;
  }
  alert.deadline_at =
      alert_due_at(policy_.tenants[ref.tenant], alert.level, alert.raised_at, leader);
  told_[{ref.tenant, alert.incident}] = alert;
  store_.reopen_work(work_on(story), alert.raised_at);
  tell(ref.tenant, ref.day, alert, policy_.tenants[ref.tenant].receivers, story);
}

void AlertRaiser::quote(const MentionRef& ref) {
  quoted_.insert(ref);
  if (quoted_.size() > kMaxAlerts * policy_.tenants.size()) {
    quoted_.erase(quoted_.begin());
  }
}

/// A copy of what incidents heard of before opens none.
void AlertRaiser::mark_known(const MentionRef& ref, const MentionRef& story, Sighting& sighting) {
  sighting.repost = sighting.repost || (story != ref && incidents_.would_open(sighting) &&
                                        was_told_before(ref, story));
}

/// Whether incidents heard of that story in an earlier mention: then it is no news, however long
/// ago that was and whoever repeats it.
bool AlertRaiser::was_told_before(const MentionRef& ref, const MentionRef& story) {
  bool was_told = std::ranges::any_of(told_in_batch_, [&](const auto& told) {
    return told.second == story && told.first.sequence < ref.sequence;
  });
  if (was_told) {
    return true;
  }
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
  std::string body = to_json(alert);
  const std::uint64_t number = store_.add_alert(tenant, day, body, receivers, story);
  raised_.push_back({tenant, number});
  batch_alerts_.emplace(number, std::move(body));
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

void AlertRaiser::forget(const Store::Applied& deleted) {
  const MentionRef& ref = deleted.ref;
  crowds_.forget(ref.tenant, ref.sequence);
  if (!deleted.was_urgent && !quoted_.contains(ref)) {
    return;
  }
  told_in_batch_.erase(ref);
  const Result<std::vector<Store::StoredAlert>> alerts = store_.alerts(ref.tenant, 0, kMaxAlerts);
  check(alerts.has_value(), "alerts can be read");
  std::map<std::uint64_t, std::string> bodies;
  for (const RaisedAlert& raised : raised_) {
    if (const auto fresh = batch_alerts_.find(raised.number);
        raised.tenant == ref.tenant && fresh != batch_alerts_.end()) {
      bodies.insert(*fresh);
    }
  }
  for (const Store::StoredAlert& stored : *alerts) {
    bodies.try_emplace(stored.number, stored.body);
  }
  const std::string mention = to_string(ref);
  for (const auto& [number, body] : bodies) {
    Result<Alert> alert = parse_alert(body);
    check(alert.has_value(), "a stored alert can be read");
    if (alert->mention == mention) {
      withdraw_words(*alert);
      store_.replace_alert_body(ref.tenant, number, to_json(*alert));
    }
  }
}

std::vector<RaisedAlert> AlertRaiser::take_raised() {
  told_in_batch_.clear();
  batch_alerts_.clear();
  return std::exchange(raised_, {});
}

}  // namespace vigie
