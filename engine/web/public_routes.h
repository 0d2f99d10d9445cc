#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/iso_week.h"
#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/store/store.h"
#include "engine/web/router.h"

namespace vigie {

/// What the public page answers from; only of tenants that have one (Tenant::public_page).
struct PublicParts {
  using Answer = boost::asio::awaitable<Result<std::string>>;

  const std::vector<Tenant>& tenants;  ///< TenantId = position
  /// The weeks that are shown, as JSON. kFull: too much waits.
  std::function<Answer(TenantId)> weeks;
  /// One of them as CSV. kNotFound: it is none of them.
  std::function<Answer(TenantId, IsoWeek)> csv;
};

/// /public/{tenant}/weeks: aggregates for everybody, without sign-in.
std::vector<Route> public_routes(const PublicParts& parts);

}  // namespace vigie
