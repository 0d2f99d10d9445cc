#include "engine/web/openapi_schemas.h"

namespace vigie {
namespace {

constexpr OpenApiSchema kSchemas[] = {
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
    {"TenantList",
     R"({"type":"object","required":["tenants","engine_rights"],"properties":{
"engine_rights":{"type":"array","items":{"type":"string"},"description":"the caller's, in no town"},
"tenants":{"type":"array","items":{"type":"object","required":["id","name","rights"],
"properties":{"id":{"type":"string"},"name":{"type":"string"},"language":{"type":"string"},
"time_zone":{"type":"string"},"purpose":{"type":"string"},"legal_basis":{"type":"string"},
"retention_days":{"type":"integer"},
"public_page":{"type":"boolean","description":"whether /public shows its weeks"},
"counter":{"type":"boolean","description":"whether entries are recorded at /accueil"},
"rights":{"type":"array","items":{"type":"string"},
"description":"what the caller may do there, as access/rights.h names it"}}}}}})"},
    {"AccountList",
     R"({"type":"object","required":["accounts"],"properties":{"accounts":{"type":"array",
"items":{"type":"string"}}}})"},
    {"Credentials",
     R"({"type":"object","required":["account","password"],"properties":{
"account":{"type":"string"},"password":{"type":"string","format":"password"},
"code":{"type":"string","description":"of the second factor, or a recovery code"}}})"},
    {"Session",
     R"({"type":"object","required":["account","csrf"],"properties":{"account":{"type":"string"},
"csrf":{"type":"string","description":"goes into X-CSRF-Token of whatever changes something"},
"roles":{"$ref":"#/components/schemas/Roles"},"second_factor":{"type":"boolean"},
"directory":{"const":true,"description":"signed in through the town's directory"},
"duty":{"enum":["change_password","enrol_second_factor",null],
"description":"until it is done, nothing else is allowed"}}})"},
    {"Role",
     R"({"enum":["reader","community_manager","director","data_protection_officer","tenant_admin",
"operator"]})"},
    {"Roles",
     R"({"type":"object","description":"by tenant; * is every one, and the only one of operators",
"additionalProperties":{"type":"array","items":{"$ref":"#/components/schemas/Role"}}})"},
    {"Accounts",
     R"({"type":"object","required":["accounts"],"properties":{"accounts":{"type":"array","items":{
"type":"object","required":["name","disabled","invited","second_factor","roles",
"manageable"],"properties":{"name":{"type":"string"},"disabled":{"type":"boolean"},
"invited":{"type":"boolean","description":"has a password that must be changed"},
"second_factor":{"type":"boolean"},
"roles":{"$ref":"#/components/schemas/Roles"},"manageable":{"type":"boolean",
"description":"the caller may disable it and set its password"}}}}}})"},
    {"Invitation",
     R"({"type":"object","required":["name","roles"],"properties":{"name":{"type":"string",
"pattern":"^[A-Za-z0-9._@-]{1,64}$"},"roles":{"$ref":"#/components/schemas/Roles"}}})"},
    {"OneTimePassword",
     R"({"type":"object","required":["name","password"],"properties":{"name":{"type":"string"},
"password":{"type":"string"}}})"},
    {"TenantRoles",
     R"({"type":"object","required":["tenant","roles"],"properties":{"tenant":{"type":"string"},
"roles":{"type":"array","items":{"$ref":"#/components/schemas/Role"}}}})"},
    {"PasswordChange",
     R"({"type":"object","required":["old","new"],"properties":{
"old":{"type":"string","format":"password"},"new":{"type":"string","format":"password"}}})"},
    {"SecondFactor",
     R"({"type":"object","required":["secret","uri"],"properties":{
"secret":{"type":"string","description":"base32"},
"uri":{"type":"string","description":"otpauth://…, as a QR code holds it"}}})"},
    {"SecondFactorCode",
     R"({"type":"object","required":["code"],"properties":{"code":{"type":"string"}}})"},
    {"RecoveryCodes",
     R"({"type":"object","required":["recovery_codes"],"properties":{"recovery_codes":{
"type":"array","items":{"type":"string"}}}})"},
    {"Tokens",
     R"({"type":"object","required":["tokens"],"properties":{"tokens":{"type":"array","items":{
"type":"object","required":["name","rights","tenants","made_by","made_at","expires_at","used_at"],
"properties":{"name":{"type":"string"},"rights":{"type":"array","items":{"type":"string"}},
"tenants":{"type":"array","items":{"type":"string"}},"made_by":{"type":"string"},
"made_at":{"type":["string","null"],"format":"date-time"},
"expires_at":{"type":["string","null"],"format":"date-time"},
"used_at":{"type":["string","null"],"format":"date-time"}}}}}})"},
    {"TokenRequest",
     R"({"type":"object","required":["name","rights","tenants"],"properties":{
"name":{"type":"string","pattern":"^[A-Za-z0-9._@-]{1,64}$"},
"rights":{"type":"array","items":{"type":"string"},"description":"as x-right of the operations"},
"tenants":{"type":"array","items":{"type":"string"}},
"days":{"type":"integer","minimum":1,"maximum":366,"default":90}}})"},
    {"OneTimeToken",
     R"({"type":"object","required":["name","token"],"properties":{"name":{"type":"string"},
"token":{"type":"string"}}})"},
};

}  // namespace

std::span<const OpenApiSchema> access_schemas() { return kSchemas; }

}  // namespace vigie
