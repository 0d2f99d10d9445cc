#pragma once

#include <string>
#include <vector>

#include "engine/web/router.h"

namespace vigie {

/// The OpenAPI 3.1 description of `routes`: the table that serves is the table that is described.
std::string openapi_document(const std::vector<Route>& routes);

/// GET /api/v1/openapi.json, for anybody. Describes itself, too.
Route openapi_route(const std::vector<Route>& others);

}  // namespace vigie
