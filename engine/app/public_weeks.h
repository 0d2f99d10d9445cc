#pragma once

#include <map>
#include <string>
#include <utility>

#include "engine/core/clock.h"
#include "engine/report/open_data.h"

namespace vigie {

/// What a town shows to everybody: its latest whole weeks as open data (open_data.h), counted at
/// most once a day. A week that is not over is never shown: what two looks at it differ by would
/// tell of single people. One thread.
class PublicWeeks {
 public:
  static constexpr int kWeeks = 8;

  /// All of it outlives the object.
  PublicWeeks(const Store& store, const std::vector<Tenant>& tenants, const Clock& clock,
              IsPublicTopic is_public)
      : store_(store), tenants_(tenants), clock_(clock), is_public_(std::move(is_public)) {}

  /// The weeks in which anything was said, newest first, as JSON (PublicWeeks of the OpenAPI
  /// document).
  Result<std::string> list(TenantId tenant);
  /// One of them as deploy/open-data/schema.json describes it; kNotFound: it is none of them.
  Result<std::string> csv(TenantId tenant, IsoWeek week);

 private:
  struct Counted {
    Day on = 0;
    OpenWeek week;
  };
  Result<const OpenWeek*> week_of(TenantId tenant, IsoWeek week);
  /// The latest that is over, by the town's clocks.
  IsoWeek latest(TenantId tenant) const;

  const Store& store_;
  const std::vector<Tenant>& tenants_;
  const Clock& clock_;
  IsPublicTopic is_public_;
  std::map<std::pair<TenantId, Day>, Counted> weeks_;  ///< by Monday; at most kWeeks a tenant
};

}  // namespace vigie
