#include "engine/web/access_json.h"

namespace vigie {

void write_roles(const RolesByTenant& roles, JsonWriter& json,
                 const std::function<bool(std::string_view)>& is_shown) {
  json.begin_object();
  for (const auto& [tenant, held] : roles) {
    if (!is_shown(tenant)) {
      continue;
    }
    json.key(tenant).begin_array();
    for (const Role role : held) {
      json.value(to_string(role));
    }
    json.end_array();
  }
  json.end_object();
}

Response access_refused(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return not_found();
    case ErrorCode::kInvalidInput:
      return problem(422, error.text);
    case ErrorCode::kRefused:
    case ErrorCode::kFull:
      return problem(409, error.text);
    default:
      return problem(503, error.text);
  }
}

}  // namespace vigie
