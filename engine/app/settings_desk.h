#pragma once

#include <string>
#include <vector>

#include "connectors/feed_look.h"
#include "engine/app/engine.h"
#include "engine/core/result.h"
#include "engine/web/town_desk.h"

namespace vigie {

/// Answers what /api/v1/tenants/{tenant}/settings asks, as JSON (schemas TownSettings, FeedLook,
/// MailTrial). Takes up to seconds: not for a thread that others wait for. The engine outlives it.
class SettingsDesk {
 public:
  explicit SettingsDesk(Engine& engine) : engine_(engine) {}

  Result<TownAnswer> show(TenantId tenant) const;
  Result<TownAnswer> change(TenantId tenant, const TownSettings& settings,
                            const std::string& base) const;
  /// Blocks for as long as the mail server takes.
  Result<TownAnswer> try_mail(TenantId tenant, const std::vector<std::string>& to) const;
  static TownAnswer tell(const FeedLook& look);

 private:
  Engine& engine_;
};

}  // namespace vigie
