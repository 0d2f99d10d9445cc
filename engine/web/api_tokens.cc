// /api/v1/tokens: what scripts show.
#include <simdjson.h>

#include <optional>
#include <set>
#include <string>

#include "engine/web/access_json.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxBodyBytes = 8192;
constexpr std::int64_t kMaxDays = 366, kUsualDays = 90;
constexpr const char* kPath = "/api/v1/tokens";

/// Whoever may manage accounts sees those that can do no more than they.
bool is_theirs(const Grants& caller, const ApiToken& token) {
  return caller.may_engine_wide(Right::kManageAccounts) || caller.cover(token.grants());
}

Response list(const ApiParts& parts, const Request& request) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("tokens").begin_array();
  for (const ApiToken& token : parts.sign_in.accounts().tokens()) {
    if (!is_theirs(request.caller->grants, token)) {
      continue;
    }
    json.begin_object();
    write_token_scope(token, json);
    const std::optional<Time> made_at =
        token.made_at == Time{} ? std::nullopt : std::optional(token.made_at);
    for (const auto& [name, time] :
         {std::pair("made_at", made_at), std::pair("expires_at", token.expires_at),
          std::pair("used_at", token.used_at)}) {
      json.key(name);
      time ? json.value(format_time(*time)) : json.null();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

std::optional<std::set<std::string, std::less<>>> read_texts(
    const simdjson::simdjson_result<simdjson::dom::element>& value) {
  simdjson::dom::array items;
  std::set<std::string, std::less<>> texts;
  if (value.get(items) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  for (const simdjson::dom::element item : items) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    texts.emplace(text);
  }
  return texts;
}

std::optional<ApiToken> read_wanted(const ApiParts& parts, const Request& request) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view name;
  std::int64_t days = kUsualDays;
  if (parser.parse(request.body).get(document) != simdjson::SUCCESS ||
      document["name"].get(name) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const simdjson::error_code given = document["days"].get(days);
  const auto rights = read_texts(document["rights"]);
  auto tenants = read_texts(document["tenants"]);
  if ((given != simdjson::SUCCESS && given != simdjson::NO_SUCH_FIELD) || days < 1 ||
      days > kMaxDays || !rights || !tenants) {
    return std::nullopt;
  }
  ApiToken token;
  token.name = name;
  token.tenants = std::move(*tenants);
  token.made_by = request.caller->account;
  token.made_at = parts.clock.now();
  token.expires_at = token.made_at + std::chrono::days(days);
  for (const std::string& text : *rights) {
    const std::optional<Right> right = parse_right(text);
    if (!right) {
      return std::nullopt;
    }
    token.rights.insert(*right);
  }
  return token;
}

Response make(const ApiParts& parts, const Request& request) {
  std::optional<ApiToken> wanted = read_wanted(parts, request);
  if (!wanted) {
    return problem(
        400, "the body must be {\"name\":…,\"rights\":[…],\"tenants\":[…],\"days\":1 to 366}");
  }
  for (const std::string& tenant : wanted->tenants) {
    if (tenant != kEveryTenant && !find_tenant(parts, tenant)) {
      return not_found();
    }
  }
  if (!request.caller->grants.cover(wanted->grants())) {
    return not_found();  // as of a tenant that is not there
  }
  const std::string name = wanted->name;
  const Result<std::string> token = parts.sign_in.accounts().make_token(std::move(*wanted));
  if (!token) {
    return access_refused(token.error());
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("name").value(name).key("token").value(*token).end_object();
  Response response = json_response(std::move(body));
  response.status = 201;
  response.made = name;
  return response;
}

Response revoke(const ApiParts& parts, const Request& request) {
  Accounts& accounts = parts.sign_in.accounts();
  const ApiToken* const token = accounts.find_token(request.parameter("name"));
  if (!token || !is_theirs(request.caller->grants, *token)) {
    return not_found();
  }
  const Result<void> done = accounts.revoke_token(request.parameter("name"));
  if (!done) {
    return access_refused(done.error());
  }
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

std::vector<Route> token_routes(const SharedParts& parts) {
  Route end;
  end.method = "DELETE";
  end.pattern = std::string(kPath) + "/{name}";
  end.right = Right::kManageAccounts;
  end.handler = at_once([parts](const Request& request) { return revoke(*parts, request); });
  end.description = {"revokeToken", "It opens nothing any more", {}, "", {{204, "Revoked", ""}}};
  return {
      api_get(Right::kManageAccounts, kPath, "listTokens",
              "API tokens that can do no more than the caller; used_at is right within an hour",
              "Tokens", {}, [parts](const Request& request) { return list(*parts, request); }),
      api_post(Right::kManageAccounts, kPath, kMaxBodyBytes,
               at_once([parts](const Request& request) { return make(*parts, request); }),
               {"makeToken",
                "A token with some of the caller's rights in some of their tenants (* is all, and "
                "the engine); it is shown once",
                {},
                "TokenRequest",
                {{201, "Made", "OneTimeToken"},
                 {400, "The body is not of this form", "Problem"},
                 {409, "The name is taken, or there are too many", "Problem"},
                 {422, "No such name can be; says why", "Problem"}}}),
      std::move(end)};
}

}  // namespace vigie
