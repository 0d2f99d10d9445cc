#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/trend/kpi.h"
#include "engine/trend/trend_reader.h"
#include "engine/web/kpi_facts.h"

namespace vigie {

/// One key figure of a period.
struct Kpi {
  struct Part {
    std::string name;
    Figure figure;
  };
  std::string_view name, unit, formula;
  Figure figure;
  std::vector<Part> parts = {};
  bool cut = false;  ///< made of the newest only: there is more than one request looks at
};

inline Figure without(std::string_view reason) { return {std::nullopt, 0, std::nullopt, reason}; }

/// All but coverage, in the order in which they are shown: the one place that computes them.
/// `trend`: at the period's end.
std::vector<Kpi> kpis_of(const KpiFacts& facts, const TownTrend& trend);

/// Reads them out of a store. Keeps what the next question needs again. Any thread.
class KpiReader {
 public:
  /// Both outlive it.
  KpiReader(const Store& store, const std::vector<Tenant>& tenants);

  struct Reading {
    std::vector<Kpi> kpis;
    TownTrend trend;  ///< at the period's end
  };
  Result<Reading> read(TenantId tenant, const HourSpan& period, Time now);
  TrendReader& trends() { return trends_; }

 private:
  const Store& store_;
  const std::vector<Tenant>& tenants_;
  TrendReader trends_;
};

}  // namespace vigie
