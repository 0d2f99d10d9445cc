#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
    {"AuthorWanted",
     R"({"type":"object","description":"one of pseudonym, mention, network with author_id or handle",
"properties":{"pseudonym":{"type":"string","pattern":"^[0-9a-f]{32}$"},
"mention":{"type":"string","description":"by whom this one is"},"network":{"type":"string"},
"author_id":{"type":"string"},"handle":{"type":"string"}},"additionalProperties":false})"},
    {"ErasureRequest",
     R"({"type":"object","description":"AuthorWanted, and which right is used","properties":{
"kind":{"enum":["erasure","objection"]},"pseudonym":{"type":"string"},"mention":{"type":"string"},
"network":{"type":"string"},"author_id":{"type":"string"},"handle":{"type":"string"}},
"additionalProperties":false})"},
    {"Erasure",
     R"({"type":"object","required":["number","state","requested_at"],"properties":{
"number":{"type":"string"},"state":{"enum":["under_way","done"],
"description":"under_way: nobody sees anything any more, files are being rewritten"},
"kind":{"enum":["erasure","objection"]},"requested_at":{"type":"string","format":"date-time"},
"files_rewritten_at":{"type":"string","format":"date-time"},
"backups_gone_by":{"type":"string","format":"date-time"},"removed":{"type":"object","properties":{
"mentions":{"type":"integer"},"identities":{"type":"integer"},"alerts":{"type":"integer"},
"dead_letters":{"type":"integer"}}},"text":{"type":"string","description":"for the person, French"},
"public_key":{"type":"string","description":"Ed25519, hexadecimal"},"signature":{"type":"string",
"description":"of all bytes before ,\"signature\""}}})"},
    {"ErasureList",
     R"({"type":"object","required":["erasures"],"properties":{"erasures":{"type":"array","items":{
"$ref":"#/components/schemas/Erasure"}}}})"},
    {"AccessFile",
     R"({"type":"object","required":["pseudonym","identities","mentions","notes","alerts"],
"properties":{"tenant":{"type":"string"},"made_at":{"type":"string","format":"date-time"},
"purpose":{"type":"string"},"legal_basis":{"type":"string"},"retention_days":{"type":"integer"},
"pseudonym":{"type":"string"},"new_mentions_are_dropped":{"type":"boolean"},
"identities":{"type":"array","items":{"type":"object"}},
"mentions":{"type":"array","items":{"type":"object"}},
"notes":{"type":"array","items":{"type":"object"}},
"alerts":{"type":"array","items":{"type":"object"}},
"sources":{"type":"array","items":{"type":"string"}}}})"},
    {"RevealRequest",
     R"({"type":"object","required":["reason"],"description":"with either mention or pseudonym",
"properties":{"reason":{"type":"string","minLength":10},"mention":{"type":"string"},
"pseudonym":{"type":"string"}},"additionalProperties":false})"},
    {"RevealDecision",
     R"({"type":"object","required":["approve"],"properties":{"approve":{"type":"boolean"}},
"additionalProperties":false})"},
    {"Reveal",
     R"({"type":"object","required":["id","state","pseudonym","reason","asked_by","asked_at"],
"properties":{"id":{"type":"string"},"state":{"enum":["waiting","approved","refused","read",
"expired"]},"pseudonym":{"type":"string"},"mention":{"type":"string"},"reason":{"type":"string"},
"asked_by":{"type":"string"},"asked_at":{"type":"string","format":"date-time"},
"decided_by":{"type":"string"},"decided_at":{"type":["string","null"],"format":"date-time"},
"read_at":{"type":["string","null"],"format":"date-time"}}})"},
    {"RevealList",
     R"({"type":"object","required":["reveals"],"properties":{"reveals":{"type":"array","items":{
"$ref":"#/components/schemas/Reveal"}}}})"},
    {"RevealedIdentity",
     R"({"type":"object","required":["id","identity"],"properties":{"id":{"type":"string"},
"identity":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},
"url":{"type":"string"}}}}})"},
};

}  // namespace

std::span<const OpenApiSchema> privacy_schemas() { return kSchemas; }

}  // namespace vigie
