// /api/v1/accounts: who may sign in, and as what.
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "engine/web/access_json.h"
#include "engine/web/api_routes.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxBodyBytes = 8192;
constexpr const char* kPath = "/api/v1/accounts";

std::optional<std::set<Role>> read_role_list(
    const simdjson::simdjson_result<simdjson::dom::element>& value) {
  simdjson::dom::array names;
  std::set<Role> roles;
  if (value.get(names) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  for (const simdjson::dom::element name : names) {
    std::string_view text;
    const std::optional<Role> role =
        name.get(text) == simdjson::SUCCESS ? parse_role(text) : std::nullopt;
    if (!role) {
      return std::nullopt;
    }
    roles.insert(*role);
  }
  return roles;
}

std::optional<RolesByTenant> read_roles(
    const simdjson::simdjson_result<simdjson::dom::element>& value) {
  simdjson::dom::object tenants;
  RolesByTenant roles;
  if (value.get(tenants) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  for (const auto& [tenant, list] : tenants) {
    std::optional<std::set<Role>> held = read_role_list(
        simdjson::simdjson_result<simdjson::dom::element>(simdjson::dom::element(list)));
    if (!held || held->empty()) {
      return std::nullopt;
    }
    roles.insert_or_assign(std::string(tenant), std::move(*held));
  }
  return roles;
}

/// Roles in one tenant, or in every one.
bool may_manage_in(const Grants& caller, std::string_view tenant) {
  return caller.may_engine_wide(Right::kManageAccounts) ||
         (tenant == kEveryTenant ? caller.may_in_every_tenant(Right::kManageAccounts)
                                 : caller.may(Right::kManageAccounts, tenant));
}

bool is_visible(const Grants& caller, const Account& account) {
  return caller.may_engine_wide(Right::kManageAccounts) ||
         std::ranges::any_of(account.roles,
                             [&](const auto& held) { return may_manage_in(caller, held.first); });
}

/// Roles that somebody who administers one town cannot hand out, nor take over by a new password:
/// else they could be both persons of a reveal, or erase (rights.h).
bool is_beyond_towns(const std::set<Role>& roles) {
  return std::ranges::any_of(roles, [](Role role) {
    return role == Role::kOperator || rights_of(role).has(Right::kApproveReveal) ||
           rights_of(role).has(Right::kErase);
  });
}

/// Whoever may lock it or set its password could become it: so everything it may do must be theirs
/// to hand out.
bool may_manage(const Grants& caller, const Account& account) {
  return is_visible(caller, account) && std::ranges::all_of(account.roles, [&](const auto& held) {
           return may_manage_in(caller, held.first) &&
                  (!is_beyond_towns(held.second) || caller.may_engine_wide(Right::kManageAccounts));
         });
}

bool may_hand_out(const ApiParts& parts, const Grants& caller, std::string_view tenant,
                  const std::set<Role>& roles) {
  return may_manage_in(caller, tenant) &&
         (!is_beyond_towns(roles) || caller.may_engine_wide(Right::kManageAccounts)) &&
         (tenant == kEveryTenant || find_tenant(parts, tenant).has_value());
}

void write_account(const Grants& caller, const Account& account, JsonWriter& json) {
  json.begin_object().key("name").value(account.name);
  json.key("disabled").value(account.disabled);
  json.key("invited").value(account.must_change_password);
  json.key("second_factor").value(!account.totp_secret.empty());
  json.key("roles");
  write_roles(account.roles, json,
              [&](std::string_view tenant) { return may_manage_in(caller, tenant); });
  json.key("manageable").value(may_manage(caller, account));
  json.end_object();
}

Response list(const ApiParts& parts, const Request& request) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("accounts").begin_array();
  for (const Account& account : parts.sign_in.accounts().all()) {
    if (is_visible(request.caller->grants, account)) {
      write_account(request.caller->grants, account, json);
    }
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Response show_secret(unsigned status, std::string_view name, std::string_view password) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("name").value(name).key("password").value(password).end_object();
  Response response = json_response(std::move(body));
  response.status = status;
  return response;
}

Response invite(const ApiParts& parts, const Request& request) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view name;
  std::optional<RolesByTenant> roles;
  if (parser.parse(request.body).get(document) == simdjson::SUCCESS &&
      document["name"].get(name) == simdjson::SUCCESS) {
    roles = read_roles(document["roles"]);
  }
  if (!roles || roles->empty()) {
    return problem(400, "the body must be {\"name\":…,\"roles\":{tenant:[role,…],…}}");
  }
  for (const auto& [tenant, held] : *roles) {
    if (!may_hand_out(parts, request.caller->grants, tenant, held)) {
      return not_found();
    }
  }
  const Result<std::string> password = parts.sign_in.accounts().invite(name, std::move(*roles));
  if (!password) {
    return access_refused(password.error());
  }
  parts.sign_in.sessions().end_of_directory(name);  // the name is the account's from now on
  Response response = show_secret(201, name, *password);
  response.made = name;
  return response;
}

using AccountHandler = Response (*)(const ApiParts&, const Account&, const Request&);

/// An account that the caller may manage; to anybody else it is not there.
Route::Handler of_account(const SharedParts& parts, AccountHandler handle) {
  return at_once([parts, handle](const Request& request) {
    const Account* const account = parts->sign_in.accounts().find(request.parameter("account"));
    if (!account || !may_manage(request.caller->grants, *account)) {
      return not_found();
    }
    return handle(*parts, Account(*account), request);
  });
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response set_disabled(const ApiParts& parts, const Account& account, bool disabled) {
  const Result<void> done = parts.sign_in.accounts().set_disabled(account.name, disabled);
  if (!done) {
    return access_refused(done.error());
  }
  parts.sign_in.sessions().end_all(account.name);
  return no_content();
}

Response disable(const ApiParts& parts, const Account& account, const Request&) {
  return set_disabled(parts, account, true);
}
Response enable(const ApiParts& parts, const Account& account, const Request&) {
  return set_disabled(parts, account, false);
}

Response reset_password(const ApiParts& parts, const Account& account, const Request&) {
  const Result<std::string> password = parts.sign_in.accounts().reset_password(account.name);
  if (!password) {
    return access_refused(password.error());
  }
  parts.sign_in.sessions().end_all(account.name);
  return show_secret(200, account.name, *password);
}

/// Unlike the rest, for whoever sees the account at all: in their own towns.
Response set_roles(const ApiParts& parts, const Request& request) {
  const Grants& caller = request.caller->grants;
  const Account* const account = parts.sign_in.accounts().find(request.parameter("account"));
  if (!account || !is_visible(caller, *account)) {
    return not_found();
  }
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view tenant;
  std::optional<std::set<Role>> roles;
  if (parser.parse(request.body).get(document) == simdjson::SUCCESS &&
      document["tenant"].get(tenant) == simdjson::SUCCESS) {
    roles = read_role_list(document["roles"]);
  }
  if (!roles) {
    return problem(400, "the body must be {\"tenant\":…,\"roles\":[role,…]}");
  }
  const auto held = account->roles.find(tenant);
  const bool takes_beyond = held != account->roles.end() && is_beyond_towns(held->second);
  if (!may_hand_out(parts, caller, tenant, *roles) ||
      (takes_beyond && !caller.may_engine_wide(Right::kManageAccounts))) {
    return not_found();
  }
  const std::string name = account->name, where(tenant);
  std::string made = where + ":";
  for (const Role role : *roles) {
    made += " ";
    made += to_string(role);
  }
  const Result<void> done = parts.sign_in.accounts().set_roles(name, where, std::move(*roles));
  if (!done) {
    return access_refused(done.error());
  }
  parts.sign_in.sessions().end_all(name);
  Response response = no_content();
  response.made = std::move(made);
  return response;
}

Route act(const SharedParts& parts, const std::string& action, AccountHandler handle,
          RouteDescription description) {
  return api_post(Right::kManageAccounts, std::string(kPath) + "/{account}/" + action,
                  kMaxBodyBytes, of_account(parts, handle), std::move(description));
}

}  // namespace

std::vector<Route> account_routes(const SharedParts& parts) {
  const RouteDescription::Answer malformed = {400, "The body is not of this form", "Problem"};
  const RouteDescription::Answer exists = {409, "The name is taken; or there are too many",
                                           "Problem"};
  const RouteDescription::Answer refused = {422, "No such name or role can be; says why",
                                            "Problem"};
  return {
      api_get(Right::kManageAccounts, kPath, "listAccounts",
              "Accounts with a role in a tenant whose accounts the caller manages, and those roles",
              "Accounts", {}, [parts](const Request& request) { return list(*parts, request); }),
      api_post(Right::kManageAccounts, kPath, kMaxBodyBytes,
               at_once([parts](const Request& request) { return invite(*parts, request); }),
               {"inviteAccount",
                "Make an account; its password is shown once and must be changed at the first "
                "sign-in",
                {},
                "Invitation",
                {{201, "Made", "OneTimePassword"}, malformed, exists, refused}}),
      api_post(Right::kManageAccounts, std::string(kPath) + "/{account}/roles", kMaxBodyBytes,
               at_once([parts](const Request& request) { return set_roles(*parts, request); }),
               {"setRoles",
                "An account's roles in one tenant, in place of those it has there; * is every "
                "tenant. Ends its sessions",
                {},
                "TenantRoles",
                {{204, "In force", ""}, malformed, refused}}),
      act(parts, "disable", &disable,
          {"disableAccount",
           "It cannot sign in any more; ends its sessions",
           {},
           "",
           {{204, "Disabled", ""}}}),
      act(parts, "enable", &enable,
          {"enableAccount", "It can sign in again", {}, "", {{204, "Enabled", ""}}}),
      act(parts, "password", &reset_password,
          {"resetPassword",
           "A new password, shown once, to be changed at the next sign-in; the second factor is "
           "forgotten and the sessions end",
           {},
           "",
           {{200, "The password", "OneTimePassword"}}}),
  };
}

}  // namespace vigie
