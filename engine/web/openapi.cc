#include "engine/web/openapi.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"
#include "engine/web/openapi_privacy.h"

namespace vigie {
namespace {

constexpr std::string_view kAnyProblem =
    R"({"description":"Anything that went wrong","content":{"application/problem+json":{)"
    R"("schema":{"$ref":"#/components/schemas/Problem"}}}})";

/// components/schemas, by name.
constexpr std::pair<std::string_view, std::string_view> kSchemas[] = {
    {"AuditPage",
     R"({"type":"object","required":["entries","below"],"properties":{"entries":{"type":"array","items":{
"type":"object","required":["number","at","actor","action","result","before","code"],"properties":{
"number":{"type":"integer"},"at":{"type":"string","format":"date-time"},"actor":{"type":"string"},
"action":{"type":"string","description":"an operationId"},"tenant":{"type":"string"},
"object":{"type":"string"},"result":{"type":"string","description":"done, or refused and the status"},
"address":{"type":"string"},"unlisted":{"type":"integer","description":"more like it, only counted"},
"before":{"type":"string"},"code":{"type":"string"}}}},
"below":{"type":["integer","null"],"description":"for the next page; null: there is none"}}})"},
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
"retention_days":{"type":"integer"},
"counter":{"type":"boolean","description":"whether entries are recorded at /accueil"}}}}}})"},
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
    {"WorkStep",
     R"({"type":"object","additionalProperties":false,"required":["step"],"properties":{
"step":{"enum":["take","answer","close","mute","reopen","assign","tag","untag","note","undo"]},
"to":{"type":["string","null"],"description":"assign: an account; null: nobody"},
"tag":{"type":"string","minLength":1,"maxLength":50,"description":"tag, untag"},
"text":{"type":"string","minLength":1,"maxLength":4000,"description":"note"},
"undoes":{"type":"integer","description":"undo: only if this event is the last one"}}})"},
    {"WorkState", R"({"enum":["new","taken","answered","closed","muted"]})"},
    {"Work",
     R"({"type":"object","required":["ref","state","assignee","tags","notes","last_step","due_at",
"overdue"],"properties":{"ref":{"type":"string","description":"of the mention that founded the story, or alert-17"},
"state":{"$ref":"#/components/schemas/WorkState"},
"by":{"type":"string","description":"who did what led to the state"},
"at":{"type":"string","format":"date-time"},"assignee":{"type":["string","null"]},
"tags":{"type":"array","items":{"type":"string"}},
"notes":{"type":"integer","description":"how many"},
"last_step":{"type":["integer","null"],"description":"the event that an undo would take back"},
"due_at":{"type":["string","null"],"format":"date-time","description":
"by the tenant's deadlines and business hours; null: nobody has to answer it"},
"overdue":{"type":"boolean"},"allowed":{"type":"array","items":{"type":"string"},
"description":"steps; in GET /work/{ref} and answers to steps"},
"written":{"type":"array","description":"its notes, likewise",
"items":{"$ref":"#/components/schemas/WorkEvent"}}}})"},
    {"WorkEvent",
     R"({"type":"object","required":["number","ref","at","by","step","from","to","undone"],
"properties":{"number":{"type":"integer"},"ref":{"type":"string"},
"at":{"type":"string","format":"date-time"},
"by":{"type":"string","description":"an account; vigie: the engine"},
"step":{"enum":["take","answer","close","mute","reopen","assign","tag","untag","note","undo"]},
"from":{"$ref":"#/components/schemas/WorkState"},"to":{"$ref":"#/components/schemas/WorkState"},
"assignee":{"type":["string","null"]},"tag":{"type":"string"},"text":{"type":"string"},
"withdrawn":{"type":"boolean","description":"what it spoke of was deleted, and its text with it"},
"undoes":{"type":"integer"},"undone":{"type":"boolean"}}})"},
    {"WorkEvents",
     R"({"type":"object","required":["events"],"properties":{"events":{"type":"array",
"items":{"$ref":"#/components/schemas/WorkEvent"}}}})"},
    {"WorkEventPage",
     R"({"type":"object","required":["events","next"],"properties":{"events":{"type":"array",
"items":{"$ref":"#/components/schemas/WorkEvent"}},
"next":{"type":["integer","null"],"description":"for `before`; null: there is no more"}}})"},
    {"WorkPage",
     R"({"type":"object","required":["mentions","total","cut","next"],"properties":{
"mentions":{"type":"array","items":{"$ref":"#/components/schemas/Mention"}},
"total":{"type":"integer"},
"cut":{"type":"boolean","description":"there are more urgent mentions than were looked through"},
"next":{"type":["string","null"],"description":"for `after`; null: there is no more"}}})"},
    {"AccountList",
     R"({"type":"object","required":["accounts"],"properties":{"accounts":{"type":"array",
"items":{"type":"string"}}}})"},
    {"Mention",
     R"({"type":"object","required":["ref","story","work","id","source","kind","text","received_at","topics",
"sentiment","aspects","urgency","abuse","in_force","evidence","ruleset","model"],"properties":{
"ref":{"type":"string"},"story":{"allOf":[{"$ref":"#/components/schemas/Story"},{"type":"object",
"properties":{"leads":{"type":"boolean","description":"its oldest mention that is not official"}}}]},
"work":{"$ref":"#/components/schemas/Work"},
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
    {"Counts",
     R"({"type":"object","required":["mentions","stories","urgent","negative","neutral",
"positive"],
"properties":{"at":{"type":"string","format":"date-time"},"topic":{"type":"string"},
"source":{"type":"string"},"mentions":{"type":"integer"},"stories":{"type":"integer","description":
"near-duplicates counted once, where their first mention is"},"urgent":{"type":"integer"},
"negative":{"type":"integer"},"neutral":{"type":"integer"},"positive":{"type":"integer"}}})"},
    {"Statistics",
     R"({"type":"object","required":["from","to","by","totals","series","topics","sources"],
"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},"by":{"enum":["hour","day"]},
"totals":{"$ref":"#/components/schemas/Counts"},
"series":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}},
"topics":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}},
"sources":{"type":"array","items":{"$ref":"#/components/schemas/Counts"}}}})"},
    {"Figure",
     R"({"type":"object","required":["value","n","error","reason"],"properties":{
"value":{"type":["number","null"]},"n":{"type":"integer","description":"of what it was made"},
"error":{"type":["number","null"],"description":"half of the 95 % interval"},
"reason":{"type":["string","null"],"description":"why there is no value"}}})"},
    {"CoveredFigure",
     R"({"allOf":[{"$ref":"#/components/schemas/Figure"},{"type":"object","required":["coverage",
"coverage_reason"],"properties":{"coverage":{"type":["number","null"],
"description":"share of the time that the sources were seen"},
"coverage_reason":{"type":["string","null"],"description":"why that is not known"}}}]})"},
    {"Kpi",
     R"({"allOf":[{"$ref":"#/components/schemas/CoveredFigure"},{"type":"object",
"required":["name","unit","partial","formula","parts","previous"],"properties":{
"name":{"type":"string"},"unit":{"type":"string"},
"partial":{"type":"boolean","description":"made of a part: over a gap, or of the newest only"},
"formula":{"type":"string"},"parts":{"type":"array","items":{"allOf":[{"type":"object",
"required":["name"],"properties":{"name":{"type":"string"}}},
{"$ref":"#/components/schemas/Figure"}]}},
"previous":{"$ref":"#/components/schemas/CoveredFigure"}}}]})"},
    {"Kpis",
     R"({"type":"object","required":["from","to","previous","counts","kpis","surprise",
"crisis_index"],"properties":{"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"},"previous":{"type":"object","properties":{
"from":{"type":"string","format":"date-time"},"to":{"type":"string","format":"date-time"}}},
"counts":{"enum":["mentions"],"description":"what volumes and shares count"},
"kpis":{"type":"array","items":{"$ref":"#/components/schemas/Kpi"}},
"surprise":{"type":"object","description":"at the period's end","required":["at","window_minutes",
"count","authors","expected","dispersion","level","p","opens_below","closes_above",
"least_authors","baseline"],"properties":{"at":{"type":"string","format":"date-time"},
"window_minutes":{"type":"integer"},"count":{"type":"integer"},"authors":{"type":"integer"},
"expected":{"type":"number"},
"dispersion":{"type":"number","description":"the variance is expected + dispersion expected^2"},
"level":{"type":"number","description":"of the last hours, within `expected`"},
"p":{"type":["number","null"],"description":"null while the baseline is cold"},
"opens_below":{"type":"number"},"closes_above":{"type":"number"},
"least_authors":{"type":"integer"},"baseline":{"type":"object","required":["weeks","days_seen",
"hours_left_out","warm","fixed_threshold"],"properties":{"weeks":{"type":"integer"},
"days_seen":{"type":"integer"},
"hours_left_out":{"type":"integer","description":"of past incidents"},
"warm":{"type":"boolean"},"fixed_threshold":{"type":["object","null"],"properties":{
"mentions":{"type":"integer"},"minutes":{"type":"integer"}}}}}}},
"judged":{"type":["object","null"],"description":"the latest blind sample that people judged",
"properties":{"week":{"type":"string"},"mentions":{"type":"integer"},"judged":{"type":"integer"},
"tone":{"$ref":"#/components/schemas/Estimate"},"urgency":{"$ref":"#/components/schemas/Estimate"},
"net_sentiment":{"type":["object","null"],"properties":{"value":{"type":"number"},
"error":{"type":"number"}}}}},
"crisis_index":{"type":"object","required":["value","word","terms"],"properties":{
"value":{"type":"number","minimum":0,"maximum":100},
"word":{"enum":["calm","watch","tension","crisis"]},"terms":{"type":"array","items":{
"type":"object","required":["name","weight","score","points"],"properties":{
"name":{"type":"string"},"weight":{"type":"number"},"score":{"type":"number"},
"points":{"type":"number"}}}}}}}})"},
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
"past_deadline","alerts_24h","mentions_24h","stories_24h","negative_24h","oldest_urgent_unhandled_at",
"last_mention_at"],"properties":{"state":{"enum":["calm","watch","tension","crisis"]},
"urgent_unhandled":{"type":"integer"},"open_alerts":{"type":"integer"},
"taken_alerts":{"type":"integer"},"past_deadline":{"type":"integer"},
"alerts_24h":{"type":"integer"},"mentions_24h":{"type":"integer"},
"stories_24h":{"type":"integer"},"negative_24h":{"type":"integer"},
"oldest_urgent_unhandled_at":{"type":["string","null"],"format":"date-time"},
"last_mention_at":{"type":["string","null"],"format":"date-time"}}})"},
    {"Alert",
     R"({"type":"object","required":["number","state","incident","tenant","level","first","subject",
"mention","quote","marks","reasons","mentions","raised_at"],"properties":{
"number":{"type":"integer"},
"state":{"enum":["new","taken","answered","closed","muted"],"description":"of what `work` names"},
"work":{"type":"string","description":"what is worked on, of /work: its story, or itself"},
"by":{"type":"string","description":"who took, answered, closed or muted it"},
"at":{"type":"string","format":"date-time","description":"when"},
"incident":{"type":"string","description":"the same for all alerts of one incident"},
"tenant":{"type":"string"},"tenant_name":{"type":"string"},"language":{"type":"string"},
"time_zone":{"type":"string"},"level":{"$ref":"#/components/schemas/Urgency"},
"first":{"type":"boolean","description":"news is opened"},
"news":{"enum":["opened","risen","closed"],"description":"the level rose; the incident is over"},
"mode":{"enum":["live","replay"]},"stories":{"type":"integer","description":
"told by the urgent mentions: near-duplicates counted once; exact up to 1000"},
"authors":{"type":"integer","description":"exact up to 1000"},
"opened_at":{"type":"string","format":"date-time","description":"the incident's first mention"},
"last_at":{"type":"string","format":"date-time","description":"its last"},
"subject":{"type":"string","description":"what the incident is known by: a topic or a rule"},
"headline":{"type":"string","description":"what people call it"},
"topic":{"type":"string","description":"empty if there is none"},
"mention":{"type":"string","description":"a mention's ref; empty if figures raised it"},"source":{"type":"string"},
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
"items":{"type":"object","required":["alert","receiver","state","purpose","attempts",
"next_attempt_at","last_error"],"properties":{"alert":{"type":"integer",
"description":"an alert's number"},"receiver":{"type":"string"},"state":{"enum":["dead","owed"]},
"purpose":{"enum":["alert","held","group","repeat","open","digest"],
"description":"held: by a silence or quiet hours; open: told again until it is over"},"attempts":{"type":"integer"},
"next_attempt_at":{"type":["string","null"],"format":"date-time"},
"last_error":{"type":"string"}}}}}})"},
    {"Sample",
     R"({"type":"object","required":["week","seed","mentions","of","judged","judged_by_you"],
"properties":{"week":{"type":"string","examples":["2026-W42"]},"seed":{"type":"string"},
"drawn_by":{"type":"string"},"drawn_at":{"type":"string","format":"date-time"},
"mentions":{"type":"integer"},"of":{"type":"integer","description":"mentions of that week"},
"judged":{"type":"integer"},"judged_by_you":{"type":"integer"}}})"},
    {"SampleList",
     R"({"type":"object","required":["samples"],"properties":{"samples":{"type":"array",
"items":{"$ref":"#/components/schemas/Sample"}}}})"},
    {"SampledMentions",
     R"({"type":"object","required":["mentions"],"properties":{"mentions":{"type":"array",
"items":{"type":"object","required":["place","gone","your_judgement"],
"properties":{"place":{"type":"integer","minimum":1},
"gone":{"type":"boolean","description":"it was deleted since; nothing of it is left to judge"},
"source":{"type":"string"},"title":{"type":"string"},"text":{"type":"string"},
"lang":{"type":"string"},"created_at":{"type":"string","format":"date-time"},
"your_judgement":{"anyOf":[{"$ref":"#/components/schemas/JudgementRequest"},
{"type":"null"}]}}}}}})"},
    {"JudgementRequest",
     R"({"type":"object","required":["tone","urgent"],"additionalProperties":false,
"properties":{"tone":{"enum":["negative","neutral","positive"]},
"urgent":{"type":"boolean","description":"whether somebody must answer soon"}}})"},
    {"Estimate",
     R"({"type":["object","null"],
"description":"a share and its 95 % interval, Wilson's with Kish's effective number",
"properties":{"value":{"type":"number"},"low":{"type":"number"},"high":{"type":"number"},
"effective_n":{"type":"number"}}})"},
    {"SampleHead",
     R"({"type":"object","properties":{"classes":{"type":"array","items":{"type":"object",
"properties":{"name":{"type":"string"},"precision":{"$ref":"#/components/schemas/Estimate"},
"recall":{"$ref":"#/components/schemas/Estimate"}}}},
"matrix":{"type":"array","description":"mentions of the week, estimated: [engine][people]",
"items":{"type":"array","items":{"type":"number"}}},
"accuracy":{"$ref":"#/components/schemas/Estimate"},
"agreement":{"type":"object","description":"of the two who judged the most of the same",
"properties":{"mentions":{"type":"integer"},"observed":{"type":["number","null"]},
"kappa":{"type":["number","null"],"description":"Cohen's"}}}}})"},
    {"SampleResult",
     R"({"type":"object","properties":{"sample":{"$ref":"#/components/schemas/Sample"},
"rulesets":{"type":"array","items":{"type":"string"}},
"corrected_before":{"type":"integer","description":"people had corrected these before the draw: a model that learned from them may know them"},
"judgements":{"type":"integer"},
"covered":{"type":"number","description":"share of the week that the judged strata stand for"},
"net_sentiment":{"type":["object","null"],"description":"of the week as people judge it: 100 times the stratified mean, error 1.96 standard errors; null under 30 judged, or while a stratum has none",
"properties":{"value":{"type":"number"},"error":{"type":"number"}}},
"tone":{"$ref":"#/components/schemas/SampleHead"},
"urgency":{"$ref":"#/components/schemas/SampleHead"}}})"},
    {"ObjectiveRequest",
     R"({"type":"object","required":["kpi","target","direction","owner","due"],
"additionalProperties":false,"properties":{"kpi":{"type":"string","description":"a name of /kpi"},
"part":{"type":"string","description":"of one of its parts, for example within_deadline"},
"target":{"type":"number"},"direction":{"enum":["at_least","at_most"]},
"owner":{"type":"string","maxLength":200},"due":{"type":"string","format":"date"}}})"},
    {"Objective",
     R"({"type":"object","properties":{"number":{"type":"integer"},"kpi":{"type":"string"},
"part":{"type":"string"},"target":{"type":"number"},"direction":{"enum":["at_least","at_most"]},
"owner":{"type":"string"},"due":{"type":"string","format":"date"},"closed":{"type":"boolean"},
"history":{"type":"array","items":{"type":"object","properties":{"by":{"type":"string"},
"at":{"type":"string","format":"date-time"},"what":{"enum":["made","changed","closed"]},
"target":{"type":"number"},"due":{"type":"string","format":"date"}}}},
"progress":{"enum":["on_track","behind","reached","missed","too_few"],"description":"whether the figure of the 28 days before now, or before the end of the last day, meets the target"},
"figure":{"type":"object","properties":{"value":{"type":["number","null"]},"n":{"type":"integer"},
"error":{"type":["number","null"]},"from":{"type":"string","format":"date-time"},
"to":{"type":"string","format":"date-time"}}}}})"},
    {"ObjectiveList",
     R"({"type":"object","required":["objectives"],"properties":{"objectives":{"type":"array",
"items":{"$ref":"#/components/schemas/Objective"}}}})"},
    {"SilenceMatchers",
     R"({"type":"object","additionalProperties":false,
"description":"at least one list; every list given must hold the alert's value","properties":{
"topics":{"type":"array","items":{"type":"string"}},
"rules":{"type":"array","items":{"type":"string"}},
"sources":{"type":"array","items":{"type":"string"}},
"incidents":{"type":"array","items":{"type":"string"}},
"levels":{"type":"array","items":{"$ref":"#/components/schemas/Urgency"}}}})"},
    {"SilenceRequest",
     R"({"type":"object","additionalProperties":false,"required":["matchers","reason","ends_at"],
"properties":{"matchers":{"$ref":"#/components/schemas/SilenceMatchers"},
"reason":{"type":"string","minLength":1,"maxLength":1000},
"starts_at":{"type":"string","format":"date-time","description":"now if absent or past"},
"ends_at":{"type":"string","format":"date-time","description":"at most 92 days later"}}})"},
    {"Silence",
     R"({"type":"object","required":["number","state","tenant","matchers","reason","author",
"made_at","starts_at","ends_at"],"properties":{"number":{"type":"integer"},
"state":{"enum":["pending","active","ended"]},"tenant":{"type":"string"},
"matchers":{"$ref":"#/components/schemas/SilenceMatchers"},"reason":{"type":"string"},
"author":{"type":"string"},"made_at":{"type":"string","format":"date-time"},
"starts_at":{"type":"string","format":"date-time"},
"ends_at":{"type":"string","format":"date-time"}}})"},
    {"SilenceList",
     R"({"type":"object","required":["silences"],"properties":{"silences":{"type":"array",
"items":{"$ref":"#/components/schemas/Silence"}}}})"},
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
  for (const auto& [name, schema] : kSchemas) {
    json.key(name).raw(schema);
  }
  for (const auto& [name, schema] : kPrivacySchemas) {
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
