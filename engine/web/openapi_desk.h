#pragma once

#include <string_view>
#include <utility>

namespace vigie {

/// What argument cards and reply drafts look like (api_cards.cc), for openapi.cc.
inline constexpr std::pair<std::string_view, std::string_view> kDeskSchemas[] = {
    {"Card",
     R"({"type":"object","required":["id","title","rules","topics","first","facts","avoid","links",
"answered_in_public","valid_until"],"properties":{"id":{"type":"string"},
"title":{"type":"string"},"rules":{"type":"array","items":{"type":"string"}},
"topics":{"type":"array","items":{"type":"string"}},
"first":{"type":"array","items":{"type":"string"},"description":"internal: to do before answering"},
"facts":{"type":"array","items":{"type":"string"},"description":"may be said in public"},
"avoid":{"type":"array","items":{"type":"string"},"description":"internal: not to be said"},
"links":{"type":"array","items":{"type":"object","required":["title","url"],"properties":{
"title":{"type":"string"},"url":{"type":"string"}}}},
"answered_in_public":{"type":"boolean","description":"whether there are drafts from it"},
"valid_until":{"type":["string","null"],"format":"date"}}})"},
    {"CardList",
     R"({"type":"object","required":["cards"],"properties":{"cards":{"type":"array",
"items":{"$ref":"#/components/schemas/Card"}}}})"},
    {"DraftRequest",
     R"({"type":"object","additionalProperties":false,"required":["card"],"properties":{
"card":{"type":"string","description":"a card's id"},
"network":{"type":"string","description":"where it is to be sent; the story's own if absent"},
"text":{"type":"string","minLength":1,"maxLength":4000,
"description":"what somebody made of it; absent: it is made from the card"}}})"},
    {"Draft",
     R"({"type":"object","required":["draft","card","network","text","length","limit",
"facts_left_out"],"properties":{"draft":{"type":"integer","description":"the event's number"},
"card":{"type":"string"},"network":{"type":"string"},"text":{"type":"string"},
"length":{"type":"integer","description":"as the network counts"},"limit":{"type":"integer"},
"facts_left_out":{"type":"integer","description":"for which there was no room"}}})"}};

}  // namespace vigie
