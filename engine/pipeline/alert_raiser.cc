#include "engine/pipeline/alert_raiser.h"

#include <algorithm>
#include <utility>

#include "engine/alert/describe.h"
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
         {raiser->recall_mentions(tenant), raiser->recall_alerts(tenant)}) {
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
  std::vector<Sighting> sightings;
  Day newest = 0;
  const Result<void> read = store_.scan_told_urgent(tenant, [&](const StoredMention& stored) {
    newest = std::max(newest, stored.ref.day);
    if (stored.ref.day + 1 < newest || sightings.size() == kMaxRecalled) {
      return false;
    }
    sightings.push_back(sight(tenant, stored.record, *stored.catalogue));
    return true;
  });
  std::for_each(sightings.rbegin(), sightings.rend(),
                [&](const Sighting& sighting) { incidents_.see(sighting); });
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
    const Result<Alert> alert = parse_alert(stored->body);
    if (!alert) {
      return tl::make_unexpected(alert.error());
    }
    incidents_.remember(tenant, {alert->incident, alert->level, alert->mentions, alert->is_first},
                        alert->received_at);
  }
  return {};
}

void AlertRaiser::see(const Findings& findings, const Finding& finding,
                      const Store::Applied& applied) {
  const Result<Record> record = decode_record(findings.view(finding.record));
  check(record.has_value(), "a record that was just encoded can be decoded");
  Sighting sighting = sight(finding.tenant, *record, *findings.catalogue);
  sighting.seen_before = applied.was_urgent;
  const std::optional<Raise> raise = incidents_.see(sighting);
  if (!raise) {
    return;
  }
  const Tenant& tenant = policy_.tenants[finding.tenant];
  const Alert alert =
      describe(tenant, applied.ref, *record, *findings.catalogue, *raise, clock_.now());
  raised_.push_back({finding.tenant, store_.add_alert(finding.tenant, applied.ref.day,
                                                      to_json(alert), tenant.receivers)});
  metrics_.alert_raised(finding.tenant, raise->level);
}

void AlertRaiser::count(const Findings& findings, const Finding& finding) {
  surprises_.see(findings, finding);
  take_surprises();
}

bool AlertRaiser::look() {
  surprises_.look();
  return take_surprises();
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
