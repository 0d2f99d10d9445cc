#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/store/store.h"

namespace vigie {

/// What has become of an incident since it was announced, by the alerts raised for it and what
/// people did about them.
struct Standing {
  std::uint64_t newest = 0;  ///< the alert raised last
  bool in_hand = false;      ///< somebody took charge of, or closed, one of its alerts
  bool is_over = false;      ///< its newest alert is closed, or says so
};

/// An alert with its number and what people did about it.
struct KnownAlert {
  std::uint64_t number = 0;
  Alert alert;
  Work work;
};

/// The newest alerts of the tenants and what has become of their incidents, as of the moment they
/// are first asked for. Made for one look, not kept.
class Standings {
 public:
  static constexpr std::size_t kMaxAlerts = 500;  ///< a tenant's newest; older ones are not known

  explicit Standings(const Store& store) : store_(store) {}

  /// Of one that is not known: as if nobody had done anything, `newest` 0.
  Standing of(TenantId tenant, const std::string& incident);
  /// Newest first.
  const std::vector<KnownAlert>& newest(TenantId tenant);

 private:
  struct OfTenant {
    std::vector<KnownAlert> alerts;
    std::map<std::string, Standing> incidents;
  };
  const OfTenant& read(TenantId tenant);

  const Store& store_;
  std::map<TenantId, OfTenant> tenants_;
};

}  // namespace vigie
