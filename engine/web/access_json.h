#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "engine/access/rights.h"
#include "engine/core/json_writer.h"
#include "engine/core/result.h"
#include "engine/web/http.h"

namespace vigie {

/// {"techniville":["reader"],…} of the tenants that `is_shown`.
void write_roles(const RolesByTenant& roles, JsonWriter& json,
                 const std::function<bool(std::string_view)>& is_shown);

/// What a change of accounts and tokens answers that was not made: 404, 409, 422 or 503.
Response access_refused(const Error& error);

}  // namespace vigie
