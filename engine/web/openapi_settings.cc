#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
    {"TownDates",
     R"({"type":"object","required":["dates"],"properties":{"dates":{"type":"array","items":{
"type":"object","required":["date","label"],"properties":{"date":{"type":"string","format":"date"},
"label":{"type":"string"}}}}}})"},
    {"TownSettings",
     R"({"type":"object","required":["hash","is_new","name","variables","feeds","shared_sources",
"mail_to","mail","receivers","calendar"],"properties":{
"hash":{"type":"string","description":"`base` of a change"},
"is_new":{"type":"boolean","description":"nothing is read for the town yet, and nothing kept"},
"name":{"type":"string"},
"variables":{"type":"array","description":"what the town's rules ask for, and what it has given","items":{
"type":"object","required":["name","needed","values"],"properties":{"name":{"type":"string"},
"needed":{"type":"boolean","description":"a pack finds nothing without it"},
"values":{"type":"array","items":{"type":"string"}}}}},
"feeds":{"type":"array","items":{"type":"object","required":["url","title","state","detail","last_success_at"],
"properties":{"url":{"type":"string"},"title":{"type":"string"},
"state":{"type":"string","description":"as of a connector; empty: not read yet"},
"detail":{"type":"string"},"last_success_at":{"type":["string","null"],"format":"date-time"}}}},
"shared_sources":{"type":"integer","description":"sources that the configuration names"},
"mail_to":{"type":"array","items":{"type":"string"}},
"mail":{"type":["object","null"],"description":"how it goes out; null: a town's own mail is not possible here",
"required":["server","from"],"properties":{"server":{"type":"string"},"from":{"type":"string"}}},
"receivers":{"type":"array","items":{"type":"string"},"description":"of the configuration: who is told, too"},
"calendar":{"type":"array","items":{"type":"object","required":["date","label"],"properties":{
"date":{"type":"string","format":"date"},"label":{"type":"string"}}}}}})"},
    {"TownSettingsRequest",
     R"({"type":"object","additionalProperties":false,"required":["base"],"properties":{
"base":{"type":"string","description":"the hash of the settings that were edited"},
"name":{"type":"string","description":"absent: as before"},
"variables":{"type":"object","description":"of each name all its values; a name that is absent stays as it is",
"additionalProperties":{"type":"array","maxItems":500,"items":{"type":"string"}}},
"feeds":{"type":"array","maxItems":30,"items":{"type":"object","additionalProperties":false,
"required":["url","title"],"properties":{"url":{"type":"string"},"title":{"type":"string"}}}},
"mail_to":{"type":"array","maxItems":20,"items":{"type":"string"}},
"calendar":{"type":"array","maxItems":500,"items":{"type":"object","additionalProperties":false,
"required":["date","label"],"properties":{"date":{"type":"string","format":"date"},
"label":{"type":"string"}}}}}})"},
    {"SettingsRefused",
     R"({"type":"object","required":["status","detail","problems"],"properties":{"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},
"problems":{"type":"array","items":{"type":"object","required":["field","message"],"properties":{
"field":{"type":"string","description":"\"feeds.2\": the third of them"},
"message":{"type":"string"}}}}}})"},
    {"FeedLookRequest",
     R"({"type":"object","additionalProperties":false,"required":["url"],"properties":{
"url":{"type":"string"}}})"},
    {"FeedLook",
     R"({"type":"object","required":["fault","detail","url","title","entries","newest_at","first"],
"properties":{"fault":{"enum":["","unreachable","disallowed","status","no_feed"],
"description":"empty: it can be read"},"detail":{"type":"string"},
"url":{"type":"string","description":"where it is for good"},"title":{"type":"string"},
"entries":{"type":"integer"},"newest_at":{"type":["string","null"],"format":"date-time"},
"first":{"type":"array","maxItems":3,"items":{"type":"string"}}}})"},
    {"MailTrialRequest",
     R"({"type":"object","additionalProperties":false,"required":["mail_to"],"properties":{
"mail_to":{"type":"array","minItems":1,"maxItems":20,"items":{"type":"string"}}}})"},
    {"MailTrial",
     R"({"type":"object","required":["delivered","detail"],"properties":{
"delivered":{"type":"boolean","description":"the mail server took it"},
"detail":{"type":"string","description":"why not, or for whom not"}}})"},
};

}  // namespace

std::span<const OpenApiSchema> settings_schemas() { return kSchemas; }

}  // namespace vigie
