#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
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
"total_bytes":{"type":"integer"},
"hosts":{"type":"array","description":"that the configuration names","items":{"type":"string"}},
"sends":{"type":"array","description":"what goes to them","items":{"enum":["user_agent","address",
"query","accounts","credential","acknowledgement","callback"]}},
"is_pushed":{"type":"boolean","description":"others call us"},
"country":{"type":"string","description":"ISO 3166, empty if the configuration does not say"},
"legal_note":{"type":"string"},
"contacted":{"type":"array","description":"since the engine started","items":{"type":"object",
"properties":{"host":{"type":"string"},"requests":{"type":"integer"},
"bytes_received":{"type":"integer"},"bytes_sent":{"type":"integer"}}}}}}}}})"},
    {"Coverage",
     R"({"type":"object","required":["from","to","healthy_share","partial_share","sources"],
"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},
"healthy_share":{"type":["number","null"],
"description":"healthy source-seconds / all that were expected; null: none were"},
"partial_share":{"type":["number","null"],"description":"of sources that give only a part"},
"sources":{"type":"array","items":{"type":"object","required":["source","healthy_s","partial_s",
"blind_s","healthy_share","reasons","intervals","more"],"properties":{
"source":{"type":"string","description":"a connector's id"},
"healthy_s":{"type":"number"},"partial_s":{"type":"number"},"blind_s":{"type":"number"},
"healthy_share":{"type":["number","null"]},
"reasons":{"type":"array","description":"why it was not healthy, the longest first",
"items":{"type":"object","properties":{"sight":{"enum":["partial","blind"]},
"state":{"type":"string"},"reason":{"type":"string"},"seconds":{"type":"number"}}}},
"intervals":{"type":"array","items":{"type":"object","required":["from","to","sight","state"],
"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},
"sight":{"enum":["clear","partial","blind","unwatched"]},
"state":{"type":"string","description":"a connector's, or stopped: the engine did not run, or removed: not in the configuration"},
"reason":{"type":"string"}}}},
"more":{"type":"boolean","description":"earlier intervals are not shown"}}}}}})"},
    {"CostShare",
     R"({"type":"object","required":["euros","reads","requests","bytes"],"properties":{
"euros":{"type":"number"},"reads":{"type":"integer"},"requests":{"type":"integer"},
"bytes":{"type":"integer"}}})"},
    {"Costs",
     R"({"type":"object","required":["from","to","sources","tenants","unkept","total"],
"description":"Of each source and day, what brought nothing that anybody keeps stands apart; the rest falls to tenants in proportion to the mentions that each keeps",
"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},
"sources":{"type":"array","items":{"type":"object","required":["source","total","unkept","tenants",
"kept"],"properties":{"source":{"type":"string"},
"kept":{"type":"integer","description":"mentions that at least one tenant keeps"},
"bytes_received":{"type":"integer"},"bytes_sent":{"type":"integer"},
"total":{"$ref":"#/components/schemas/CostShare"},
"unkept":{"$ref":"#/components/schemas/CostShare"},
"tenants":{"type":"array","items":{"type":"object","required":["tenant","kept","share"],
"properties":{"tenant":{"type":"string"},"kept":{"type":"integer"},
"share":{"$ref":"#/components/schemas/CostShare"}}}}}}},
"tenants":{"type":"array","items":{"type":"object","required":["tenant","kept","share"],
"properties":{"tenant":{"type":"string"},"kept":{"type":"integer"},
"share":{"$ref":"#/components/schemas/CostShare"}}}},
"unkept":{"$ref":"#/components/schemas/CostShare"},
"total":{"$ref":"#/components/schemas/CostShare"}}})"},
    {"Rules",
     R"({"type":"object","required":["ruleset","model","packs"],"properties":{
"ruleset":{"type":"string"},"model":{"type":"string"},
"loaded_at":{"type":["string","null"],"format":"date-time"},"packs":{"type":"array","items":{
"type":"object","properties":{"name":{"type":"string"},"title":{"type":"string"},
"rules":{"type":"integer"}}}}}})"},
    {"Health", R"({"type":"object","properties":{"status":{"enum":["ok"]}}})"},
    {"DeadLetterList",
     R"({"type":"object","required":["dead_letters"],"properties":{"dead_letters":{"type":"array",
"items":{"type":"object","properties":{"number":{"type":"integer"},
"received_at":{"type":["string","null"],"format":"date-time"},"connector":{"type":"string"},
"reason":{"type":"string"},"detail":{"type":"string"},"bytes":{"type":"string"}}}}}})"},
};

}  // namespace

std::span<const OpenApiSchema> sources_schemas() { return kSchemas; }

}  // namespace vigie
