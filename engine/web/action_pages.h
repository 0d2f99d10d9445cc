#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/access/action_links.h"
#include "engine/alert/silence.h"
#include "engine/core/clock.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"
#include "engine/web/api.h"
#include "engine/web/router.h"

namespace vigie {

/// What the links in messages lead to. All of it outlives the routes and is used on the web thread.
struct ActionParts {
  Store& store;
  const ActionLinks& links;
  Silences& silences;
  const Clock& clock;
  const std::vector<Tenant>& tenants;
  ChangeStore change;
  std::function<void(const AuditEntry&)> audit;
};

/// GET /agir/{token} shows what a link would do and asks, POST does it. Whoever holds the link may
/// do what it says, nothing else; GET and HEAD change nothing, so that programs that look behind
/// every link of a mail change nothing either: a POST must come from our page, with its field.
/// 404: the link is not ours; 410: it has expired. Pages without script, in the tenant's language.
std::vector<Route> action_routes(const ActionParts& parts);

/// Where a token leads: "/agir/…" under the screens' address.
std::string action_path(const std::string& token);

}  // namespace vigie
