#pragma once

#include <vector>

#include "engine/web/api_routes.h"

namespace vigie {

std::vector<Route> objective_routes(const SharedParts& parts);

}  // namespace vigie
