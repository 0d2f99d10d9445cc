// /api/v1/connectors, /rules, /dead-letters: how the engine itself is doing.
#include <algorithm>
#include <string>

#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::uint64_t kMaxLimit = 500, kDefaultLimit = 100;

void write_time(std::string_view name, Time time, JsonWriter& json) {
  json.key(name);
  time == Time{} ? json.null() : json.value(format_time(time));
}

Response list_connectors(const ApiParts& parts, const Request& request) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("connectors").begin_array();
  for (const ConnectorHealth& connector : parts.connectors()) {
    if (!is_shown(connector, request.caller->grants)) {
      continue;
    }
    const ConnectorStatus::Snapshot& status = connector.status;
    json.begin_object().key("id").value(connector.id).key("type").value(connector.type);
    json.key("state").value(to_string(status.state)).key("detail").value(status.detail);
    write_time("last_success_at", status.last_success_at, json);
    write_time("last_error_at", status.last_error_at, json);
    write_time("next_attempt_at", status.next_attempt_at, json);
    write_time("newest_at", status.newest_at, json);
    json.key("budget_spent").value(status.budget_spent);
    json.key("budget_units").value(status.budget_units);
    json.key("requests").value(status.requests).key("errors").value(status.errors);
    json.key("done_bytes").value(status.done_bytes);
    json.key("total_bytes").value(status.total_bytes);
    write_disclosure(connector.disclosure, json);
    json.key("contacted").begin_array();
    for (const auto& [host, traffic] : connector.traffic.hosts) {
      json.begin_object().key("host").value(host).key("requests").value(traffic.requests);
      json.key("bytes_received").value(traffic.bytes_received);
      json.key("bytes_sent").value(traffic.bytes_sent).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

/// Whoever sees to the engine sees all packs, others those of their towns.
bool is_shown(const PackSummary& pack, const Grants& caller) {
  return caller.may_engine_wide(Right::kReadSources) ||
         std::ranges::any_of(pack.towns, [&](const std::string& town) {
           return caller.may(Right::kReadSources, town);
         });
}

Response show_rules(const ApiParts& parts, const Request& request) {
  const RulesInForce rules = parts.rules();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("ruleset").value(rules.ruleset).key("model").value(rules.model);
  write_time("loaded_at", rules.loaded_at, json);
  json.key("packs").begin_array();
  for (const PackSummary& pack : rules.packs) {
    if (!is_shown(pack, request.caller->grants)) {
      continue;
    }
    json.begin_object().key("name").value(pack.name).key("title").value(pack.title);
    json.key("rules").value(pack.rules).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response list_dead_letters(const ApiParts& parts, const Request& request) {
  const auto limit = number_field(request, "limit", 1, kMaxLimit, kDefaultLimit);
  if (!limit) {
    return problem(400, "limit is a number from 1 to 500");
  }
  // What could not be read may hold anybody's words, of any town.
  const bool may_read = request.caller->grants.may_in_every_tenant(Right::kReadMentions);
  const auto letters = parts.store.dead_letters(*limit);
  if (!letters) {
    return store_failed(letters.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("dead_letters").begin_array();
  for (const DeadLetter& letter : *letters) {
    json.begin_object().key("number").value(letter.number);
    write_time("received_at", letter.received_at, json);
    json.key("connector").value(letter.connector).key("reason").value(letter.reason);
    json.key("detail").value(letter.detail).key("bytes");
    may_read ? json.value(letter.bytes) : json.null();
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> engine_routes(const SharedParts& parts) {
  Route metrics = api_get(Right::kOperateEngine, "/api/v1/engine/metrics", "getEngineMetrics",
                          "What /metrics says, for people who run the engine behind a proxy that "
                          "keeps /metrics inside",
                          "", {}, [parts](const Request&) {
                            Response response;
                            response.content_type = kMetricsType;
                            response.body = parts->metrics();
                            return response;
                          });
  metrics.description.answers = {{200, "Prometheus text format", "", kMetricsType}};
  return {
      std::move(metrics),
      api_get(Right::kReadSources, "/api/v1/connectors", "listConnectors",
              "How each source is doing", "ConnectorList", {},
              [parts](const Request& request) { return list_connectors(*parts, request); }),
      api_get(Right::kReadSources, "/api/v1/rules", "getRules",
              "The rule set in force, and which packs the caller's towns use", "Rules", {},
              [parts](const Request& request) { return show_rules(*parts, request); }),
      api_get(Right::kOperateEngine, "/api/v1/dead-letters", "listDeadLetters",
              "Input that could not be read, newest first, with its reason; its bytes only for who "
              "reads the "
              "mentions of every tenant",
              "DeadLetterList",
              {{"limit", R"({"type":"integer","minimum":1,"maximum":500,"default":100})",
                "At most so many"}},
              [parts](const Request& request) { return list_dead_letters(*parts, request); }),
  };
}

}  // namespace vigie
