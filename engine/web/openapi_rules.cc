#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
    {"RuleProblem",
     R"({"type":"object","required":["line","column","message"],"properties":{
"file":{"type":"string","description":"where another file is wrong; absent: the text that was sent"},
"line":{"type":"integer","description":"from 1; 0: all of it"},
"column":{"type":"integer","description":"in letters, from 1; 0: the whole line"},
"message":{"type":"string"}}})"},
    {"RuleInPack",
     R"({"type":"object","required":["id","known_as","kind","topic","weight","title","about","line",
"distinct_authors","within_min"],"properties":{"id":{"type":"string","description":"as it is written"},
"known_as":{"type":"string","description":"as evidence names it: a town's own is local.TOWN.ID"},
"kind":{"enum":["watch","topic","tone","urgency","abuse"]},"topic":{"type":"string"},
"weight":{"type":"integer"},"title":{"type":"string"},"about":{"type":"string"},
"line":{"type":"integer"},"distinct_authors":{"type":"integer","description":"0: it counts nobody"},
"within_min":{"type":"integer"}}})"},
    {"RuleTestResult",
     R"({"type":"object","required":["name","title","text","line","said_by","passed","faults"],
"properties":{"name":{"type":"string"},"title":{"type":"string"},"text":{"type":"string"},
"line":{"type":"integer"},"said_by":{"type":"integer"},"passed":{"type":"boolean"},
"faults":{"type":"array","items":{"type":"string"},"description":"what came of it, and what was to"}}})"},
    {"TownRules",
     R"({"type":"object","required":["ruleset","model","loaded_at","may_weigh","variables","packs"],
"properties":{"ruleset":{"type":"string"},"model":{"type":"string"},
"loaded_at":{"type":"string","format":"date-time"},
"may_weigh":{"type":"boolean","description":"the own pack may weigh tone, urgency and abuse: there is no other town"},
"variables":{"type":"array","items":{"type":"string"},"description":"the town's {names}"},
"packs":{"type":"array","description":"in their order; the last one is the town's own","items":{
"type":"object","required":["name","title","own","text","rules","tests"],"properties":{
"name":{"type":"string"},"title":{"type":"string"},"own":{"type":"boolean"},
"text":{"type":"string","description":"YAML; of the own pack empty if there is none"},
"hash":{"type":"string","description":"of the own pack's text: `base` of a publication"},
"problems":{"type":"array","items":{"$ref":"#/components/schemas/RuleProblem"},
"description":"of the own pack: why what stands on the server is not in force; none: it is"},
"refused_text":{"type":"string","description":"only with problems: what stands on the server"},
"rules":{"type":"array","items":{"$ref":"#/components/schemas/RuleInPack"}},
"tests":{"type":["array","null"],"items":{"$ref":"#/components/schemas/RuleTestResult"},
"description":"null: files on the server changed and are not in force yet"}}}}}})"},
    {"RulesText",
     R"({"type":"object","additionalProperties":false,"required":["text"],"properties":{
"text":{"type":"string","description":"at most 256 KiB of YAML: a pack with its tests; empty: none"}}})"},
    {"RulesCheck",
     R"({"type":"object","required":["hash","problems","doubts","rules","tests"],"properties":{
"hash":{"type":"string"},
"problems":{"type":"array","items":{"$ref":"#/components/schemas/RuleProblem"}},
"doubts":{"type":"array","items":{"$ref":"#/components/schemas/RuleProblem"},
"description":"no mistakes, but worth a second look: a rule that holds for about every text"},
"rules":{"type":"array","items":{"$ref":"#/components/schemas/RuleInPack"}},
"tests":{"type":"array","items":{"$ref":"#/components/schemas/RuleTestResult"},
"description":"run only where there is no problem"}}})"},
    {"RulesPreviewRequest",
     R"({"type":"object","additionalProperties":false,"required":["text"],"properties":{
"text":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":31,"default":7}}})"},
    {"RulesPreview",
     R"({"type":"object","required":["days","since","backtest"],"properties":{
"days":{"type":"integer"},"since":{"type":"string","format":"date-time"},
"backtest":{"type":"object","required":["kept_mentions","alerts_before","alerts_after","gained","lost",
"extra_reading_minutes","topic_gained","topic_lost","is_cut"],"properties":{
"kept_mentions":{"type":"integer"},"alerts_before":{"type":"integer"},
"alerts_after":{"type":"integer"},"gained":{"type":"integer"},"lost":{"type":"integer"},
"extra_reading_minutes":{"type":"number"},"topic_gained":{"type":"integer","description":
"mentions that would have a topic more"},"topic_lost":{"type":"integer"},
"is_cut":{"type":"boolean","description":"only the newest were looked at: ten seconds were over"},
"topics_gained":{"type":"array","description":"at most 20, newest first","items":{"type":"object","properties":{
"mention":{"type":"string"},"before":{"type":"string"},"after":{"type":"string"},
"text":{"type":"string","description":"shortened; @handles are masked"}}}},
"topics_lost":{"type":"array","items":{"type":"object"}},
"gained_alerts":{"type":"array","items":{"type":"object"}},
"lost_alerts":{"type":"array","items":{"type":"object"}}}}}})"},
    {"RulesPublication",
     R"({"type":"object","additionalProperties":false,"required":["text","reason","base"],
"properties":{"text":{"type":"string"},
"reason":{"type":"string","minLength":1,"maxLength":250,"description":"for the history and the audit"},
"base":{"type":"string","description":"the hash of the text that was edited"}}})"},
    {"RulesReason",
     R"({"type":"object","additionalProperties":false,"required":["reason"],"properties":{
"reason":{"type":"string","minLength":1,"maxLength":250}}})"},
    {"RulesPublished",
     R"({"type":"object","required":["number","hash","ruleset","loaded_at"],"properties":{
"number":{"type":"integer","description":"in the history"},"hash":{"type":"string"},
"ruleset":{"type":"string"},"loaded_at":{"type":"string","format":"date-time"}}})"},
    {"RulesRefused",
     R"({"type":"object","required":["status","detail","problems"],"properties":{
"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},
"problems":{"type":"array","items":{"$ref":"#/components/schemas/RuleProblem"}}}})"},
    {"RulesVersion",
     R"({"type":"object","required":["number","at","by","reason","hash","in_force"],"properties":{
"number":{"type":"integer"},"at":{"type":"string","format":"date-time"},
"by":{"type":"string","description":"empty: the file was changed on the server"},
"reason":{"type":"string"},"hash":{"type":"string"},"in_force":{"type":"boolean"},
"text":{"type":"string","description":"of one version alone"}}})"},
    {"RulesHistory",
     R"({"type":"object","required":["versions"],"properties":{"versions":{"type":"array",
"items":{"$ref":"#/components/schemas/RulesVersion"}}}})"},
    {"ExploreCounts",
     R"({"type":"array","description":"most first","items":{"type":"object","required":["name",
"mentions"],"properties":{"name":{"type":"string"},"mentions":{"type":"integer"}}}})"},
    {"Exploration",
     R"({"type":"object","required":["from","to","scanned","total","complete","next","stopped","unit",
"by_time","by_tone","by_source","by_topic","mentions"],"properties":{
"from":{"type":"string","format":"date-time"},"to":{"type":"string","format":"date-time"},
"scanned":{"type":"integer","description":"mentions looked at"},"total":{"type":"integer"},
"complete":{"type":"boolean","description":"all of the period was looked at; the counts are of what was"},
"next":{"type":["string","null"],"description":"for `before`: where the list goes on"},
"stopped":{"type":["string","null"],"description":"for `before`: where the looking goes on"},
"unit":{"enum":["hour","day"]},
"by_time":{"type":"array","items":{"type":"object","required":["at","mentions","negative"],
"properties":{"at":{"type":"string","description":"a day of the town's calendar, or when an hour begins"},
"mentions":{"type":"integer"},"negative":{"type":"integer"}}}},
"by_tone":{"$ref":"#/components/schemas/ExploreCounts"},
"by_source":{"$ref":"#/components/schemas/ExploreCounts"},
"by_topic":{"$ref":"#/components/schemas/ExploreCounts"},
"mentions":{"type":"array","items":{"type":"object","required":["mention","matched"],"properties":{
"mention":{"$ref":"#/components/schemas/Mention"},
"matched":{"type":"array","items":{"type":"object","required":["field","start","end"],"properties":{
"field":{"enum":["title","text"]},"start":{"type":"integer","description":"UTF-8 byte offset"},
"end":{"type":"integer","description":"not included"}}}}}}}}})"},
    {"WrongQuery",
     R"({"type":"object","required":["status","detail","problems"],"properties":{
"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},
"problems":{"type":"array","items":{"type":"object","required":["column","message"],"properties":{
"column":{"type":"integer","description":"of the query, in letters, from 1"},
"message":{"type":"string"}}}}}})"},
    {"DraftFromQuery",
     R"({"type":"object","additionalProperties":false,"required":["query","topic"],"properties":{
"query":{"type":"string","minLength":1,"maxLength":2000},
"topic":{"type":"string","minLength":1,"maxLength":100}}})"},
    {"RuleDraft",
     R"({"type":"object","required":["rule","topic","yaml","tests_yaml","base","text"],"properties":{
"rule":{"type":"string"},"topic":{"type":"string"},
"yaml":{"type":"string","description":"the rule, as an item of `rules:`"},
"tests_yaml":{"type":"string","description":"its tests: words of the query, nobody's words"},
"base":{"type":"string","description":"hash of the own pack it was made for"},
"text":{"type":["string","null"],"description":
"the own pack with it; null: its lists are not written line by line"}}})"},
};

}  // namespace

std::span<const OpenApiSchema> rules_schemas() { return kSchemas; }

}  // namespace vigie
