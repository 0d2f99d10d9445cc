#include "engine/pipeline/alert_raiser.h"

#include <algorithm>
#include <utility>

#include "engine/alert/describe.h"
#include "engine/core/check.h"
#include "engine/store/record.h"

namespace vigie {

Result<std::unique_ptr<AlertRaiser>> AlertRaiser::recall(Store& store, const TenantPolicy& policy,
                                                         const Clock& clock, Metrics& metrics) {
  std::unique_ptr<AlertRaiser> raiser(new AlertRaiser(store, policy, clock, metrics));
  for (TenantId tenant = 0; tenant < policy.tenants.size(); ++tenant) {
    if (const Result<void> recalled = raiser->recall_tenant(tenant); !recalled) {
      return tl::make_unexpected(recalled.error());
    }
  }
  return raiser;
}

/// Two days back from the newest urgent mention, not from now: a replay lives in the past.
Result<void> AlertRaiser::recall_tenant(TenantId tenant) {
  constexpr std::size_t kMaxRecalled = 100'000;
  std::vector<Sighting> sightings;
  Day newest = 0;
  const Result<void> read =
      store_.scan_urgent(tenant, std::nullopt, 0, [&](const StoredMention& stored) {
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

void AlertRaiser::see(const Findings& findings, const Finding& finding, const MentionRef& ref) {
  const Result<Record> record = decode_record(findings.view(finding.record));
  check(record.has_value(), "a record that was just encoded can be decoded");
  const std::optional<Raise> raise =
      incidents_.see(sight(finding.tenant, *record, *findings.catalogue));
  if (!raise) {
    return;
  }
  const Tenant& tenant = policy_.tenants[finding.tenant];
  const Alert alert = describe(tenant, ref, *record, *findings.catalogue, *raise, clock_.now());
  raised_.push_back(
      {finding.tenant, store_.add_alert(finding.tenant, to_json(alert), tenant.receivers)});
  metrics_.alert_raised(finding.tenant, raise->level);
}

}  // namespace vigie
