#pragma once

#include <string>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/tenant.h"
#include "engine/metrics/metrics.h"
#include "engine/store/store.h"

namespace vigie {

/// vigie_alerts{tenant,state}, vigie_urgent_unhandled{tenant},
/// vigie_oldest_urgent_age_seconds{tenant}, vigie_crisis_index{tenant} and
/// vigie_net_sentiment{tenant,window="24h"}: read from
/// the store when somebody scrapes, at most every 10 s per tenant. All parts outlive `metrics`'
/// last scrape.
void register_tenant_gauges(const std::vector<Tenant>& tenants, const Store& store,
                            const Clock& clock, Metrics& metrics);

}  // namespace vigie
