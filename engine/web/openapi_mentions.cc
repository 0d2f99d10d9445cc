#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
    {"ReplyThread",
     R"({"type":"object","required":["items","missing","complete"],"properties":{
"items":{"type":"array","description":"each before what answers it","items":{"type":"object",
"required":["depth","mention"],"properties":{
"depth":{"type":"integer","description":"0: it answers nothing that was kept"},
"mention":{"$ref":"#/components/schemas/Mention"}}}},
"missing":{"type":["object","null"],"required":["id","url"],
"description":"what the beginning of the mention's line answers to, which was not kept",
"properties":{"id":{"type":"string"},"url":{"type":["string","null"]}}},
"complete":{"type":"boolean","description":"false: the search was ended before all days were seen"}}})"},
    {"CounterEntry",
     R"({"type":"object","additionalProperties":false,"required":["channel","key","text"],"properties":{
"channel":{"enum":["counter","phone","paper","digital_space"]},
"key":{"type":"string","pattern":"^[A-Za-z0-9_-]{8,64}$","description":"another one for each entry"},
"text":{"type":"string","minLength":1,"maxLength":10000},
"subject":{"type":["string","null"],"maxLength":200},
"place":{"type":["string","null"],"maxLength":200},
"said_at":{"type":["string","null"],"format":"date-time","description":"now if it is not there"}}})"},
    {"CounterReceipt",
     R"({"type":"object","required":["id","source","known"],"properties":{
"id":{"type":"string","description":"channel/key"},"source":{"type":"string"},
"known":{"type":"boolean","description":"it was stored before"}}})"},
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
     R"({"type":"object","required":["ref","story","work","id","source","kind","text","received_at","topics",
"sentiment","aspects","urgency","abuse","in_force","evidence","ruleset","model"],"properties":{
"ref":{"type":"string"},"story":{"allOf":[{"$ref":"#/components/schemas/Story"},{"type":"object",
"properties":{"leads":{"type":"boolean","description":"its oldest mention that is not official"}}}]},
"work":{"$ref":"#/components/schemas/Work"},
"cards":{"type":"array","items":{"type":"string"},"description":"argument cards that fit, by id, the best first"},
"id":{"type":"string"},"source":{"type":"string"},
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
    {"Story",
     R"({"type":"object","required":["ref","mentions","authors"],"properties":{
"ref":{"type":"string","description":"of the mention that founded it, there or not"},
"mentions":{"type":"integer"},"authors":{"type":"integer"},
"sources":{"type":"array","items":{"type":"object","properties":{"source":{"type":"string"},
"mentions":{"type":"integer"}}}},
"first_at":{"type":"string","format":"date-time"},"last_at":{"type":"string","format":"date-time"},
"peak_at":{"type":"string","format":"date-time","description":"the hour with the most mentions"},
"peak_mentions":{"type":"integer"}}})"},
    {"StoryPage",
     R"({"type":"object","required":["stories"],"properties":{"stories":{"type":"array",
"items":{"allOf":[{"$ref":"#/components/schemas/Story"},{"type":"object","properties":{
"mention":{"$ref":"#/components/schemas/Mention"}}}]}}}})"},
    {"StoryDetail",
     R"({"allOf":[{"$ref":"#/components/schemas/Story"},{"type":"object","required":["items"],
"properties":{"items":{"type":"array","description":"oldest first",
"items":{"$ref":"#/components/schemas/Mention"}}}}]})"},
    {"MentionPage",
     R"({"type":"object","required":["mentions","next"],"properties":{
"mentions":{"type":"array","items":{"$ref":"#/components/schemas/Mention"}},
"next":{"type":["string","null"],"description":"for `before`; null: there is no more"}}})"},
    {"StreamEvent",
     R"({"description":"One event of text/event-stream: `event:` and `data:` lines","oneOf":[
{"type":"object","description":"event: mention; id: its ref","properties":{
"data":{"$ref":"#/components/schemas/Mention"}}},
{"type":"object","description":"event: alert","properties":{"data":{"type":"object",
"properties":{"number":{"type":"integer"}}}}},
{"type":"object","description":"event: skipped; too many to show, read the list again",
"properties":{"data":{"type":"object","properties":{"mentions":{"type":"integer"}}}}}]})"},
    {"Mentions",
     R"({"type":"string","description":"canonical mentions: NDJSON, or a JSON array"})"},
    {"PushReceipt",
     R"({"type":"object","description":"what became of the mentions, once they are durable",
"properties":{"kept":{"type":"integer"},"dropped":{"type":"integer"},
"duplicates":{"type":"integer"},"deleted":{"type":"integer"},"rejected":{"type":"integer"}}})"},
    {"PushRefusal", R"({"type":"object","properties":{"error":{"type":"string"}}})"},
};

}  // namespace

std::span<const OpenApiSchema> mentions_schemas() { return kSchemas; }

}  // namespace vigie
