#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "engine/access/accounts.h"
#include "engine/access/audit_trail.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"

namespace vigie {
namespace {

/// Who the audit says it was: somebody with the machine's console.
constexpr const char* kConsole = "console";

/// The accounts of a stopped engine, and its audit.
struct Desk {
  Config config;
  SystemClock clock;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<AuditTrail> trail;
};

/// Null, and the exit code, if they cannot be had.
std::unique_ptr<Desk> open_desk(const std::string& file, ExitCode& code) {
  std::vector<Problem> problems;
  std::optional<Config> config = read_config(file, problems);
  if (!config) {
    code = usage(problems);
    return nullptr;
  }
  auto desk = std::make_unique<Desk>();
  desk->config = std::move(*config);
  const std::string& directory = desk->config.data_directory;
  std::error_code error;
  if (!std::filesystem::exists(directory + "/access.json", error)) {
    code = usage("there are no accounts yet in " + directory + ": start the engine once");
    return nullptr;
  }
  Result<Accounts::Opened> opened = Accounts::open(directory);
  if (!opened) {
    code = failed(opened.error());
    return nullptr;
  }
  Result<std::unique_ptr<AuditTrail>> trail = AuditTrail::open(directory, desk->clock);
  if (!trail) {
    code = failed(trail.error());
    return nullptr;
  }
  desk->accounts = std::move(opened->accounts);
  desk->trail = std::move(*trail);
  return desk;
}

bool is_tenant(const Config& config, std::string_view id) {
  return id == kEveryTenant ||
         std::ranges::any_of(config.tenants, [&](const Tenant& tenant) { return tenant.id == id; });
}

/// Of "techniville=reader"; nothing, and a word on standard error, if it is none.
std::optional<RolesByTenant> read_roles(const Config& config,
                                        const std::vector<std::string>& given) {
  RolesByTenant roles;
  for (const std::string& text : given) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string tenant = text.substr(0, equals);
    const std::optional<Role> role = parse_role(text.substr(std::min(equals + 1, text.size())));
    if (!role || !is_tenant(config, tenant)) {
      usage("'" + text + "' is not TENANT=ROLE, with a tenant of the configuration (or *) and " +
            "reader, community_manager, director, data_protection_officer, tenant_admin or " +
            "operator");
      return std::nullopt;
    }
    roles[tenant].insert(*role);
  }
  return roles;
}

std::string spelt_out(const RolesByTenant& roles) {
  std::string text;
  for (const auto& [tenant, held] : roles) {
    for (const Role role : held) {
      text += (text.empty() ? "" : " ") + tenant + "=";
      text += to_string(role);
    }
  }
  return text;
}

ExitCode note(const Desk& desk, const char* action, const std::string& object) {
  const Result<void> written = desk.trail->append({kConsole, action, "", object});
  return written ? kOk : failed(written.error());
}

ExitCode finish(const Desk& desk, const char* action, const std::string& object,
                const Result<void>& done) {
  return done ? note(desk, action, object) : failed(done.error());
}

ExitCode show_secret(const Desk& desk, const char* action, const std::string& object,
                     const char* what, const Result<std::string>& secret) {
  if (!secret) {
    return failed(secret.error());
  }
  const ExitCode noted = note(desk, action, object);
  std::printf("%s: %s\n", what, secret->c_str());
  return noted;
}

void list(const Desk& desk) {
  for (const Account& account : desk.accounts->all()) {
    std::printf("%s\t%s%s\t%s\n", account.name.c_str(),
                account.disabled               ? "disabled"
                : account.must_change_password ? "invited"
                                               : "active",
                account.totp_secret.empty() ? "" : ", second factor",
                spelt_out(account.roles).c_str());
  }
  for (const ApiToken& token : desk.accounts->tokens()) {
    std::string rights, tenants;
    for (const Right right : token.rights) {
      rights += " " + std::string(to_string(right));
    }
    for (const std::string& tenant : token.tenants) {
      tenants += " " + tenant;
    }
    std::printf("%s\ttoken%s\tin%s:%s\n", token.name.c_str(),
                token.expires_at ? (" until " + format_time(*token.expires_at)).c_str() : "",
                tenants.c_str(), rights.c_str());
  }
}

ExitCode set_roles(const Desk& desk, const AccountOptions& options) {
  const std::optional<RolesByTenant> roles = read_roles(desk.config, options.roles);
  const Account* const account = desk.accounts->find(options.name);
  if (!roles) {
    return kUsage;
  }
  if (!account) {
    return failed({ErrorCode::kNotFound, "there is no account '" + options.name + "'"});
  }
  RolesByTenant wanted = *roles;
  for (const auto& [tenant, held] : account->roles) {
    wanted.try_emplace(tenant);
  }
  for (const auto& [tenant, held] : wanted) {
    if (const Result<void> done = desk.accounts->set_roles(options.name, tenant, held); !done) {
      return failed(done.error());
    }
  }
  return note(desk, "setRoles", options.name + " " + spelt_out(*roles));
}

ExitCode make_token(const Desk& desk, const AccountOptions& options) {
  ApiToken wanted;
  wanted.name = options.name;
  wanted.made_by = kConsole;
  wanted.made_at = desk.clock.now();
  wanted.expires_at = wanted.made_at + std::chrono::days(options.days);
  for (const std::string& text : options.rights) {
    const std::optional<Right> right = parse_right(text);
    if (!right) {
      return usage("there is no right '" + text + "'");
    }
    wanted.rights.insert(*right);
  }
  for (const std::string& tenant : options.tenants) {
    if (!is_tenant(desk.config, tenant)) {
      return usage("there is no tenant '" + tenant + "'");
    }
    wanted.tenants.insert(tenant);
  }
  return show_secret(desk, "makeToken", options.name, "token",
                     desk.accounts->make_token(std::move(wanted)));
}

}  // namespace

int account(const AccountOptions& options) {
  ExitCode code = kOk;
  const std::unique_ptr<Desk> desk = open_desk(options.config, code);
  if (!desk) {
    return code;
  }
  Accounts& accounts = *desk->accounts;
  switch (options.act) {
    case AccountAct::kList:
      list(*desk);
      return kOk;
    case AccountAct::kAdd: {
      const std::optional<RolesByTenant> roles = read_roles(desk->config, options.roles);
      return roles ? show_secret(*desk, "inviteAccount", options.name,
                                 "password for the first sign-in",
                                 accounts.invite(options.name, *roles))
                   : kUsage;
    }
    case AccountAct::kRoles:
      return set_roles(*desk, options);
    case AccountAct::kDisable:
      return finish(*desk, "disableAccount", options.name,
                    accounts.set_disabled(options.name, true));
    case AccountAct::kEnable:
      return finish(*desk, "enableAccount", options.name,
                    accounts.set_disabled(options.name, false));
    case AccountAct::kPassword:
      return show_secret(*desk, "resetPassword", options.name, "password for the next sign-in",
                         accounts.reset_password(options.name));
    case AccountAct::kToken:
      return options.revoke
                 ? finish(*desk, "revokeToken", options.name, accounts.revoke_token(options.name))
                 : make_token(*desk, options);
  }
  return kUsage;
}

}  // namespace vigie
