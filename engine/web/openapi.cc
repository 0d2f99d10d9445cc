#include "engine/web/openapi.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"
#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr std::string_view kAnyProblem =
    R"({"description":"Anything that went wrong","content":{"application/problem+json":{)"
    R"("schema":{"$ref":"#/components/schemas/Problem"}}}})";

void write_reference(std::string_view schema, JsonWriter& json) {
  json.begin_object().key("schema").begin_object();
  json.key("$ref").value("#/components/schemas/" + std::string(schema));
  json.end_object().end_object();
}

void write_parameter(const std::string& name, std::string_view in, std::string_view about,
                     std::string_view schema, JsonWriter& json) {
  json.begin_object().key("name").value(name).key("in").value(in);
  json.key("required").value(in == "path");
  if (!about.empty()) {
    json.key("description").value(about);
  }
  json.key("schema").raw(schema).end_object();
}

void write_parameters(const Route& route, JsonWriter& json) {
  json.key("parameters").begin_array();
  const std::string& pattern = route.pattern;
  for (std::size_t open = pattern.find('{'); open != std::string::npos;
       open = pattern.find('{', open + 1)) {
    const std::size_t close = pattern.find('}', open);
    write_parameter(pattern.substr(open + 1, close - open - 1), "path", "", R"({"type":"string"})",
                    json);
  }
  for (const RouteDescription::Field& field : route.description.fields) {
    write_parameter(field.name, field.in, field.about, field.schema, json);
  }
  json.end_array();
}

void write_answer(const RouteDescription::Answer& answer, JsonWriter& json) {
  json.key(std::to_string(answer.status)).begin_object();
  json.key("description").value(answer.about);
  const bool is_problem = answer.schema == "Problem";
  if (!answer.schema.empty()) {
    json.key("content").begin_object();
    json.key(is_problem ? "application/problem+json" : answer.content_type);
    write_reference(answer.schema, json);
    json.end_object();
  } else if (answer.content_type != "application/json") {
    json.key("content").begin_object().key(answer.content_type).begin_object().end_object();
    json.end_object();
  }
  json.end_object();
}

/// Those of the route, and those that follow from who may call it and from its pattern.
std::vector<RouteDescription::Answer> all_answers(const Route& route) {
  std::vector<RouteDescription::Answer> answers = route.description.answers;
  const auto add = [&](unsigned status, const char* about) {
    if (std::ranges::find(answers, status, &RouteDescription::Answer::status) == answers.end()) {
      answers.push_back({status, about, "Problem"});
    }
  };
  if (route.access == RouteAccess::kSignedIn) {
    add(401, "Sign in first, or the token is wrong");
    add(403,
        "None of the caller's roles allows it; or it changes something, and does not come from "
        "our pages");
  }
  if (route.pattern.find('{') != std::string::npos) {
    add(404, "There is no such thing");
  }
  return answers;
}

void write_operation(const Route& route, JsonWriter& json) {
  const RouteDescription& description = route.description;
  json.key(route.method == "*" ? "post" : lower_case(route.method)).begin_object();
  json.key("operationId").value(description.operation).key("summary").value(description.summary);
  write_parameters(route, json);
  if (!description.body_schema.empty()) {
    json.key("requestBody").begin_object().key("required").value(true).key("content");
    json.begin_object().key(description.body_type);
    write_reference(description.body_schema, json);
    json.end_object().end_object();
  }
  if (route.right) {
    json.key("x-right").value(to_string(*route.right));
  }
  json.key("security").begin_array();
  if (route.access == RouteAccess::kSignedIn) {
    for (const char* scheme : {"session", "token"}) {
      json.begin_object().key(scheme).begin_array().end_array().end_object();
    }
  }
  json.end_array().key("responses").begin_object();
  for (const RouteDescription::Answer& answer : all_answers(route)) {
    write_answer(answer, json);
  }
  json.key("default").raw(kAnyProblem);
  json.end_object().end_object();
}

}  // namespace

std::string openapi_document(const std::vector<Route>& routes) {
  std::map<std::string, std::vector<const Route*>> paths;
  for (const Route& route : routes) {
    paths[route.pattern].push_back(&route);
  }
  std::string document;
  JsonWriter json(document);
  json.begin_object().key("openapi").value("3.1.0");
  json.key("info").begin_object().key("title").value("Vigie").key("version").value("1");
  json.key("license").begin_object().key("name").value("EUPL-1.2").end_object().end_object();
  json.key("paths").begin_object();
  for (const auto& [pattern, operations] : paths) {
    json.key(pattern).begin_object();
    for (const Route* route : operations) {
      write_operation(*route, json);
    }
    json.end_object();
  }
  json.end_object().key("components").begin_object();
  json.key("securitySchemes")
      .raw(R"({"session":{"type":"apiKey","in":"cookie","name":"vigie","description":)"
           R"("__Host-vigie over TLS; what changes something also needs X-CSRF-Token"},)"
           R"("token":{"type":"http","scheme":"bearer"}})");
  json.key("schemas").begin_object();
  for (const auto schemas :
       {access_schemas(), mentions_schemas(), desk_schemas(), figures_schemas(), sources_schemas(),
        rules_schemas(), settings_schemas(), privacy_schemas()}) {
    for (const auto& [name, schema] : schemas) {
      json.key(name).raw(schema);
    }
  }
  json.end_object().end_object().end_object();
  return document;
}

Route openapi_route(const std::vector<Route>& others) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/v1/openapi.json";
  route.access = RouteAccess::kPublic;
  route.description = {"getDescription", "This description", {}, "", {{200, "OpenAPI 3.1", ""}}};
  std::vector<Route> all = others;
  all.push_back(route);
  route.handler = at_once(
      [document = openapi_document(all)](const Request&) { return json_response(document); });
  return route;
}

}  // namespace vigie
