#include "engine/app/tenant_gauges.h"

#include <functional>
#include <limits>
#include <memory>
#include <mutex>

#include "engine/alert/volume_incident.h"
#include "engine/core/check.h"
#include "engine/trend/trend_reader.h"
#include "engine/web/tenant_figures.h"

namespace vigie {
namespace {

constexpr std::chrono::seconds kReadAgainAfter{10};

/// One tenant's figures, not read again for every gauge of a scrape.
class Reading {
 public:
  Reading(TenantId tenant, const Tenant& town, const Store& store, const Clock& clock)
      : tenant_(tenant), town_(town), store_(store), clock_(clock) {}

  TenantFigures figures() {
    const std::scoped_lock lock(mutex_);
    const Time now = clock_.now();
    if (!read_at_ || now - *read_at_ >= kReadAgainAfter) {
      Result<TenantFigures> read = read_tenant_figures(store_, tenant_, town_, now);
      check(read.has_value(), "a tenant's figures can be read");
      figures_ = *read;
      read_at_ = now;
    }
    return figures_;
  }
  double oldest_urgent_age_seconds() {
    const std::optional<Time> oldest = figures().oldest_urgent_unhandled;
    return oldest ? std::chrono::duration<double>(clock_.now() - *oldest).count() : 0;
  }

 private:
  TenantId tenant_;
  const Tenant& town_;
  const Store& store_;
  const Clock& clock_;
  std::mutex mutex_;  // guards the two below
  std::optional<Time> read_at_;
  TenantFigures figures_;
};

/// A tenant's crisis index, not read again for every scrape.
class IndexReading {
 public:
  IndexReading(TenantId tenant, std::shared_ptr<TrendReader> trends, const Clock& clock)
      : tenant_(tenant), trends_(std::move(trends)), clock_(clock) {}

  double value() {
    const std::scoped_lock lock(mutex_);
    const Time now = clock_.now();
    if (!read_at_ || now - *read_at_ >= kReadAgainAfter) {
      const Result<TownTrend> trend = trends_->read(tenant_, now, now);
      check(trend.has_value(), "a tenant's trend can be read");
      value_ = trend->index.value();
      read_at_ = now;
    }
    return value_;
  }

 private:
  TenantId tenant_;
  std::shared_ptr<TrendReader> trends_;
  const Clock& clock_;
  std::mutex mutex_;  // guards the two below
  std::optional<Time> read_at_;
  double value_ = 0;
};

/// From -1 to 1, as gauges are; NaN of nothing.
double net_share(const MentionCounts& counts) {
  if (counts.mentions == 0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return static_cast<double>(counts.of(Tone::kPositive) - counts.of(Tone::kNegative)) /
         static_cast<double>(counts.mentions);
}

}  // namespace

void register_tenant_gauges(const std::vector<Tenant>& tenants, const Store& store,
                            const Clock& clock, Metrics& metrics) {
  const auto trends = std::make_shared<TrendReader>(
      store, tenants, [&store](TenantId tenant) { return volume_incidents(store, tenant); });
  for (TenantId tenant = 0; tenant < tenants.size(); ++tenant) {
    const auto index = std::make_shared<IndexReading>(tenant, trends, clock);
    const std::string& id = tenants[tenant].id;
    const auto reading = std::make_shared<Reading>(tenant, tenants[tenant], store, clock);
    for (std::size_t i = 0; i < kWorkStates; ++i) {
      const auto state = static_cast<WorkState>(i);
      metrics.gauge("vigie_alerts", "Alerts by what people did about them, of the newest 1000.",
                    {{"tenant", id}, {"state", std::string(to_string(state))}}, [reading, state] {
                      return static_cast<double>(reading->figures().alerts_in(state));
                    });
    }
    metrics.gauge("vigie_urgent_unhandled",
                  "Alerts of level high or critical that nobody has taken.", {{"tenant", id}},
                  [reading] { return static_cast<double>(reading->figures().urgent_unhandled); });
    metrics.gauge("vigie_oldest_urgent_age_seconds",
                  "Since the oldest of them was raised; 0 if there is none.", {{"tenant", id}},
                  [reading] { return reading->oldest_urgent_age_seconds(); });
    metrics.gauge(
        "vigie_crisis_index",
        "How much of a crisis the last hour looks like, from 0 to 100; words at 25, 50, 75.",
        {{"tenant", id}}, [index] { return index->value(); });
    metrics.gauge("vigie_net_sentiment",
                  "(positive - negative) / all mentions of the window, from -1 to 1; NaN if there "
                  "are none.",
                  {{"tenant", id}, {"window", "24h"}},
                  [reading] { return net_share(reading->figures().last_day); });
  }
}

}  // namespace vigie
