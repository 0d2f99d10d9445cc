#include "engine/web/api.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/web/api_routes.h"

namespace vigie {

std::optional<std::string> objection_to_query(const Request& request,
                                              const std::vector<RouteDescription::Field>& fields) {
  const auto split = request.query_fields();
  if (!split) {
    return "the query holds an escape that is none";
  }
  for (const auto& [name, value] : *split) {
    if (std::ranges::find(fields, name, &RouteDescription::Field::name) != fields.end()) {
      continue;
    }
    std::string why = "there is no query field '" + name + "' here; there are:";
    for (const RouteDescription::Field& field : fields) {
      why += " " + field.name;
    }
    return fields.empty() ? "there is no query field here" : why;
  }
  return std::nullopt;
}

std::vector<Route> api_routes(const ApiParts& parts) {
  const auto shared = std::make_shared<const ApiParts>(parts);
  std::vector<Route> all;
  for (auto* routes_of :
       {session_routes,    account_routes,  token_routes,      mention_routes,   story_routes,
        correction_routes, counter_routes,  statistics_routes, kpi_routes,       emergent_routes,
        alert_routes,      delivery_routes, silence_routes,    work_routes,      engine_routes,
        source_routes,     stream_routes,   sample_routes,     objective_routes, audit_routes,
        erasure_routes,    reveal_routes,   card_routes,       rules_routes,     explore_routes,
        settings_routes,   thread_routes}) {
    for (Route& route : routes_of(shared)) {
      all.push_back(std::move(route));
    }
  }
  return all;
}

Route api_get(Right right, std::string pattern, std::string operation, std::string summary,
              std::string answer_schema, std::vector<RouteDescription::Field> fields,
              std::function<Response(const Request&)> handle) {
  Route route;
  route.method = "GET";
  route.right = right;
  route.pattern = std::move(pattern);
  route.handler = at_once([fields, handle = std::move(handle)](const Request& request) {
    const std::optional<std::string> why = objection_to_query(request, fields);
    return why ? problem(400, *why) : handle(request);
  });
  route.description = {std::move(operation),
                       std::move(summary),
                       std::move(fields),
                       "",
                       {{200, "What was asked for", std::move(answer_schema)}}};
  return route;
}

namespace {

Route::Handler json_only(Route::Handler handler) {
  const Route::Handler refuse =
      at_once([](const Request&) { return problem(415, "Content-Type must be application/json"); });
  return [handler = std::move(handler), refuse](Request request) {
    const bool is_json = request.header("content-type").starts_with("application/json");
    return (is_json ? handler : refuse)(std::move(request));
  };
}

}  // namespace

Route api_post(Right right, std::string pattern, std::size_t max_body_bytes, Route::Handler handler,
               RouteDescription description) {
  Route route;
  route.method = "POST";
  route.right = right;
  route.pattern = std::move(pattern);
  route.handler =
      description.body_schema.empty() ? std::move(handler) : json_only(std::move(handler));
  route.description = std::move(description);
  route.max_body_bytes = max_body_bytes;
  return route;
}

std::optional<TenantId> find_tenant(const ApiParts& parts, std::string_view id) {
  for (std::size_t i = 0; i < parts.tenants.size(); ++i) {
    if (parts.tenants[i].id == id) {
      return static_cast<TenantId>(i);
    }
  }
  return std::nullopt;
}

std::function<Response(const Request&)> for_tenant(const SharedParts& parts, TenantHandler handle) {
  return [parts, handle = std::move(handle)](const Request& request) {
    const std::optional<TenantId> tenant = find_tenant(*parts, request.parameter("tenant"));
    return tenant ? handle(*tenant, request) : not_found();
  };
}

std::function<Response(const Request&)> for_tenant(const SharedParts& parts,
                                                   Response (*handle)(const ApiParts&, TenantId,
                                                                      const Request&)) {
  return for_tenant(parts, [parts, handle](TenantId tenant, const Request& request) {
    return handle(*parts, tenant, request);
  });
}

Response store_failed(const Error& error) {
  return error.code == ErrorCode::kNotFound
             ? not_found()
             : problem(500, "the store could not be read: " + error.text);
}

Response aside_failed(const Error& error) {
  return error.code == ErrorCode::kFull ? problem(503, error.text).with("Retry-After", "5")
                                        : store_failed(error);
}

bool is_shown(const ConnectorHealth& connector, const Grants& caller) {
  return connector.private_to.empty() || caller.may_engine_wide(Right::kReadSources) ||
         std::ranges::any_of(connector.private_to, [&](const std::string& town) {
           return caller.may(Right::kReadSources, town);
         });
}

std::optional<Response> objection_to_scripts(const Request& request) {
  return request.caller->session.empty()
             ? std::optional(problem(403, "only a person who is signed in may do this"))
             : std::nullopt;
}

std::optional<Texts> read_text_members(const std::string& body,
                                       std::initializer_list<std::string_view> known) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Texts texts;
  for (const auto& [name, value] : members) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || std::ranges::find(known, name) == known.end()) {
      return std::nullopt;
    }
    texts[std::string(name)] = text;
  }
  return texts;
}

std::optional<std::uint64_t> number_field(const Request& request, std::string_view name,
                                          std::uint64_t least, std::uint64_t most,
                                          std::uint64_t fallback) {
  const std::optional<std::string> text = request.query_field(name);
  if (!text) {
    return fallback;
  }
  std::uint64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, number);
  const bool valid = error == std::errc() && stopped == end && number >= least && number <= most;
  return valid ? std::optional(number) : std::nullopt;
}

std::optional<Time> time_field(const Request& request, std::string_view name, bool& valid) {
  const std::optional<std::string> text = request.query_field(name);
  if (!text) {
    return std::nullopt;
  }
  const std::optional<Time> time = parse_time(*text);
  valid = valid && time.has_value();
  return time;
}

}  // namespace vigie
