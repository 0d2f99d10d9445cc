#include "engine/alert/standings.h"

#include <utility>

#include "engine/core/check.h"

namespace vigie {

Standing Standings::of(TenantId tenant, const std::string& incident) {
  const OfTenant& known = read(tenant);
  const auto found = known.incidents.find(incident);
  return found == known.incidents.end() ? Standing{} : found->second;
}

const std::vector<KnownAlert>& Standings::newest(TenantId tenant) { return read(tenant).alerts; }

const Standings::OfTenant& Standings::read(TenantId tenant) {
  const auto [found, is_new] = tenants_.try_emplace(tenant);
  OfTenant& of_tenant = found->second;
  if (!is_new) {
    return of_tenant;
  }
  const auto stored = store_.alerts(tenant, 0, kMaxAlerts);
  check(stored.has_value(), "alerts can be read");
  for (const Store::StoredAlert& one : *stored) {
    Result<Alert> alert = parse_alert(one.body);
    if (!alert) {
      continue;  // whoever is owed it hears that it cannot be read
    }
    Standing& standing = of_tenant.incidents[alert->incident];
    if (standing.newest == 0) {
      standing.newest = one.number;
      standing.is_over = is_done(one.work.state) || alert->news == News::kClosed;
    }
    standing.in_hand |= one.work.state != WorkState::kNew;
    of_tenant.alerts.push_back({one.number, std::move(*alert), one.work});
  }
  return of_tenant;
}

}  // namespace vigie
