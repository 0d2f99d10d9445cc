#include "engine/web/openapi.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr std::string_view kAnyProblem =
    R"({"description":"Anything that went wrong","content":{"application/problem+json":{)"
    R"("schema":{"$ref":"#/components/schemas/Problem"}}}})";

/// components/schemas, by name.
constexpr std::pair<std::string_view, std::string_view> kSchemas[] = {
    {"Problem",
     R"({"type":"object","description":"RFC 9457","required":["title","status"],"properties":{
"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"}}})"},
    {"Credentials",
     R"({"type":"object","required":["account","password"],"properties":{
"account":{"type":"string"},"password":{"type":"string","format":"password"}}})"},
    {"Session",
     R"({"type":"object","required":["account","csrf"],"properties":{"account":{"type":"string"},
"csrf":{"type":"string","description":"goes into X-CSRF-Token of whatever changes something"}}})"},
    {"TenantList",
     R"({"type":"object","required":["tenants"],"properties":{"tenants":{"type":"array","items":{
"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},
"name":{"type":"string"},"language":{"type":"string"},"time_zone":{"type":"string"},
"retention_days":{"type":"integer"}}}}}})"},
    {"Tone", R"({"enum":["negative","neutral","positive"]})"},
    {"Urgency", R"({"enum":["low","medium","high","critical"]})"},
    {"Evidence",
     R"({"type":"object","required":["axis","rule","start","end","text","weight"],"properties":{
"axis":{"enum":["watch","topic","sentiment","opinion","urgency","abuse"]},"rule":{"type":"string"},
"field":{"enum":["title"],"description":"where the span lies, if not in text"},
"start":{"type":"integer","description":"UTF-8 byte offset"},
"end":{"type":"integer","description":"UTF-8 byte offset, not included"},
"text":{"type":"string"},"weight":{"type":"integer"}}})"},
    {"CorrectionRequest",
     R"({"type":"object","additionalProperties":false,
"description":"what is null or not there is not corrected","properties":{
"tone":{"enum":["negative","neutral","positive",null]},
"urgent":{"type":["boolean","null"],"description":"whether somebody must answer soon"},
"useful":{"type":["boolean","null"],"description":"whether it was worth showing"}}})"},
    {"Correction",
     R"({"type":"object","required":["by","at"],"properties":{
"tone":{"$ref":"#/components/schemas/Tone"},"urgent":{"type":"boolean"},
"useful":{"type":"boolean"},"by":{"type":"string"},
"at":{"type":"string","format":"date-time"}}})"},
    {"Mention",
     R"({"type":"object","required":["ref","id","source","kind","text","received_at","topics",
"sentiment","aspects","urgency","abuse","in_force","evidence","ruleset","model"],"properties":{
"ref":{"type":"string"},"id":{"type":"string"},"source":{"type":"string"},
"kind":{"enum":["post","reply","repost","comment","review","request","message"]},
"author":{"type":"object","properties":{"pseudonym":{"type":"string"},
"followers":{"type":"integer"},"official":{"type":"boolean"}}},
"title":{"type":"string"},"text":{"type":"string","description":"@handles are masked"},
"lang":{"type":"string","description":"ISO 639-1, empty if unknown"},
"created_at":{"type":"string","format":"date-time"},
"edited_at":{"type":"string","format":"date-time"},
"received_at":{"type":"string","format":"date-time"},"url":{"type":"string"},
"in_reply_to":{"type":"string"},"repost_of":{"type":"string"},"thread":{"type":"string"},
"place":{"type":"object","properties":{"name":{"type":"string"},"lat":{"type":"number"},
"lon":{"type":"number"}}},"rating":{"type":"integer"},
"engagement":{"type":"object","properties":{"likes":{"type":"integer"},
"reposts":{"type":"integer"},"replies":{"type":"integer"}}},
"topics":{"type":"array","items":{"type":"string"}},
"sentiment":{"type":"object","required":["label","score","confidence","uncertain"],"properties":{
"label":{"$ref":"#/components/schemas/Tone"},"score":{"type":"number","minimum":-1,"maximum":1},
"confidence":{"type":"number","minimum":0,"maximum":1},"uncertain":{"type":"boolean"}}},
"aspects":{"type":"array","items":{"type":"object","properties":{"topic":{"type":"string"},
"label":{"$ref":"#/components/schemas/Tone"},"score":{"type":"number"}}}},
"urgency":{"type":"object","required":["level","score"],"properties":{
"level":{"$ref":"#/components/schemas/Urgency"},
"score":{"type":"number","minimum":0,"maximum":1}}},
"abuse":{"type":"object","required":["score"],"properties":{
"score":{"type":"number","minimum":0,"maximum":1}}},
"in_force":{"type":"object","required":["tone","urgency"],
"description":"what lists and statistics count it as: the verdict, unless a person corrected it",
"properties":{"tone":{"$ref":"#/components/schemas/Tone"},
"urgency":{"$ref":"#/components/schemas/Urgency"}}},
"correction":{"allOf":[{"$ref":"#/components/schemas/Correction"},{"type":"object","properties":{
"history":{"type":"array","description":"the ones before, oldest first",
"items":{"$ref":"#/components/schemas/Correction"}}}}]},
"evidence":{"type":"array","items":{"$ref":"#/components/schemas/Evidence"}},
"ruleset":{"type":"string"},"model":{"type":"string"}}})"},
    {"MentionPage",
     R"({"type":"object","required":["mentions","next"],"properties":{
"mentions":{"type":"array","items":{"$ref":"#/components/schemas/Mention"}},
"next":{"type":["string","null"],"description":"for `before`; null: there is no more"}}})"},
    {"Counts",
     R"({"type":"object","required":["mentions","urgent","negative","neutral","positive"],
"properties":{"at":{"type":"string","format":"date-time"},"topic":{"type":"string"},
"source":{"type":"string"},"mentions":{"type":"integer"},"urgent":{"type":"integer"},
"negative":{"type":"integer"},"neutral":{"type":"integer"},"positive":{"type":"integer"}}})"},
    {"Statistics",
     R"({"type":"object","required":["from","to","by","totals","series","topics","sources"],
"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},"by":{"enum":["hour","day"]},
"totals":{"$ref":"#/components/schemas/Counts"},
"series":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}},
"topics":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}},
"sources":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}}}})"},
    {"EmergentStudy",
     R"({"type":"object","required":["from","to","kept","dropped","background_days","cold_start",
"is_cut","groups"],"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},"kept":{"type":"integer"},
"dropped":{"type":"integer"},"background_days":{"type":"integer"},
"cold_start":{"type":"boolean"},"is_cut":{"type":"boolean"},"groups":{"type":"array",
"items":{"type":"object","required":["id","kind","score","terms","authors_at_least"],"properties":{
"id":{"type":"string"},"kind":{"enum":["need","event"]},"score":{"type":"number"},
"authors":{"type":"number"},"authors_at_least":{"type":"integer"},
"days_heard":{"type":"integer"},"days":{"type":"integer"},"evenness":{"type":"number"},
"authors_by_day":{"type":"array","items":{"type":"number"}},
"terms":{"type":"array","items":{"type":"object","properties":{"term":{"type":"string"},
"authors_at_least":{"type":"integer"},"author_days":{"type":"number"},"share":{"type":"number"},
"background_share":{"type":"number"},"jlh":{"type":"number"}}}},
"examples":{"type":"array","items":{"type":"object","properties":{"mention":{"type":"string"},
"created_at":{"type":"string","format":"date-time"},"source":{"type":"string"},
"text":{"type":"string"}}}}}}}}})"},
    {"EmergentDraft",
     R"({"type":"object","required":["pack","rule","topic","yaml","tests_yaml","backtest"],
"properties":{"pack":{"type":"string"},"rule":{"type":"string"},"topic":{"type":"string"},
"yaml":{"type":"string"},"tests_yaml":{"type":"string"},"backtest":{"type":"object",
"properties":{"kept_mentions":{"type":"integer"},"alerts_before":{"type":"integer"},
"alerts_after":{"type":"integer"},"topics_changed":{"type":"integer"}}}}})"},
    {"Summary",
     R"({"type":"object","required":["state","urgent_unhandled","open_alerts","taken_alerts",
"past_deadline","alerts_24h","mentions_24h","negative_24h","oldest_urgent_unhandled_at",
"last_mention_at"],"properties":{"state":{"enum":["calm","watch","tension","crisis"]},
"urgent_unhandled":{"type":"integer"},"open_alerts":{"type":"integer"},
"taken_alerts":{"type":"integer"},"past_deadline":{"type":"integer"},
"alerts_24h":{"type":"integer"},"mentions_24h":{"type":"integer"},
"negative_24h":{"type":"integer"},
"oldest_urgent_unhandled_at":{"type":["string","null"],"format":"date-time"},
"last_mention_at":{"type":["string","null"],"format":"date-time"}}})"},
    {"Alert",
     R"({"type":"object","required":["number","state","incident","tenant","level","first","subject",
"mention","quote","marks","reasons","mentions","raised_at"],"properties":{
"number":{"type":"integer"},"state":{"enum":["new","taken","closed"]},
"by":{"type":"string","description":"who took or closed it"},
"at":{"type":"string","format":"date-time","description":"when"},
"incident":{"type":"string","description":"the same for all alerts of one incident"},
"tenant":{"type":"string"},"tenant_name":{"type":"string"},"language":{"type":"string"},
"time_zone":{"type":"string"},"level":{"$ref":"#/components/schemas/Urgency"},
"first":{"type":"boolean","description":"else the incident's level rose"},
"subject":{"type":"string","description":"what the incident is known by: a topic or a rule"},
"headline":{"type":"string","description":"what people call it"},
"topic":{"type":"string","description":"empty if there is none"},
"mention":{"type":"string","description":"a mention's ref"},"source":{"type":"string"},
"url":{"type":"string"},"place":{"type":"string"},
"title":{"type":"string","description":"@handles are masked"},
"quote":{"type":"string","description":"@handles are masked"},
"marks":{"type":"array","items":{"type":"object","required":["start","end"],"properties":{
"start":{"type":"integer","description":"UTF-8 byte offset in quote"},
"end":{"type":"integer","description":"not included"}}}},
"reasons":{"type":"array","items":{"type":"object","required":["rule","text","weight"],
"properties":{"rule":{"type":"string"},"title":{"type":"string"},"text":{"type":"string"},
"weight":{"type":"integer"}}}},"ruleset":{"type":"string"},
"mentions":{"type":"integer","description":"urgent ones of the incident so far"},
"created_at":{"type":"string","format":"date-time"},
"received_at":{"type":"string","format":"date-time"},
"raised_at":{"type":"string","format":"date-time"},
"deadline_at":{"type":"string","format":"date-time",
"description":"30 minutes after raised_at if critical, else 2 hours"}}})"},
    {"AlertPage",
     R"({"type":"object","required":["alerts","next"],"properties":{
"alerts":{"type":"array","items":{"$ref":"#/components/schemas/Alert"}},
"next":{"type":["integer","null"],"description":"for `before`; null: there is no more"}}})"},
    {"DeliveryList",
     R"({"type":"object","required":["deliveries"],"properties":{"deliveries":{"type":"array",
"items":{"type":"object","required":["alert","receiver","state","attempts","next_attempt_at",
"last_error"],"properties":{"alert":{"type":"integer","description":"an alert's number"},
"receiver":{"type":"string"},"state":{"enum":["dead","owed"]},"attempts":{"type":"integer"},
"next_attempt_at":{"type":["string","null"],"format":"date-time"},
"last_error":{"type":"string"}}}}}})"},
    {"ConnectorList",
     R"({"type":"object","required":["connectors"],"properties":{"connectors":{"type":"array",
"items":{"type":"object","required":["id","type","state","detail"],"properties":{
"id":{"type":"string"},"type":{"type":"string"},
"state":{"enum":["active","waiting","finished","limited","retired","starting","quota_spent",
"unauthorised","disallowed"]},
"detail":{"type":"string"},"last_success_at":{"type":["string","null"],"format":"date-time"},
"last_error_at":{"type":["string","null"],"format":"date-time"},
"next_attempt_at":{"type":["string","null"],"format":"date-time"},
"newest_at":{"type":["string","null"],"format":"date-time"},
"budget_spent":{"type":"integer"},"budget_units":{"type":"integer"},
"requests":{"type":"integer"},"errors":{"type":"integer"},"done_bytes":{"type":"integer"},
"total_bytes":{"type":"integer"}}}}}})"},
    {"Rules",
     R"({"type":"object","required":["ruleset","model","packs"],"properties":{
"ruleset":{"type":"string"},"model":{"type":"string"},
"loaded_at":{"type":["string","null"],"format":"date-time"},"packs":{"type":"array","items":{
"type":"object","properties":{"name":{"type":"string"},"title":{"type":"string"},
"rules":{"type":"integer"}}}}}})"},
    {"StreamEvent",
     R"({"description":"One event of text/event-stream: `event:` and `data:` lines","oneOf":[
{"type":"object","description":"event: mention; id: its ref","properties":{
"data":{"$ref":"#/components/schemas/Mention"}}},
{"type":"object","description":"event: alert","properties":{"data":{"type":"object",
"properties":{"number":{"type":"integer"}}}}},
{"type":"object","description":"event: skipped; too many to show, read the list again",
"properties":{"data":{"type":"object","properties":{"mentions":{"type":"integer"}}}}}]})"},
    {"Health", R"({"type":"object","properties":{"status":{"enum":["ok"]}}})"},
    {"Mentions",
     R"({"type":"string","description":"canonical mentions: NDJSON, or a JSON array"})"},
    {"PushReceipt",
     R"({"type":"object","description":"what became of the mentions, once they are durable",
"properties":{"kept":{"type":"integer"},"dropped":{"type":"integer"},
"duplicates":{"type":"integer"},"deleted":{"type":"integer"},"rejected":{"type":"integer"}}})"},
    {"PushRefusal", R"({"type":"object","properties":{"error":{"type":"string"}}})"},
    {"DeadLetterList",
     R"({"type":"object","required":["dead_letters"],"properties":{"dead_letters":{"type":"array",
"items":{"type":"object","properties":{"number":{"type":"integer"},
"received_at":{"type":["string","null"],"format":"date-time"},"connector":{"type":"string"},
"reason":{"type":"string"},"detail":{"type":"string"},"bytes":{"type":"string"}}}}}})"},
};

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
  for (const auto& [name, schema] : kSchemas) {
    json.key(name).raw(schema);
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
