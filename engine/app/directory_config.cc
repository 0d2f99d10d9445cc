#include "engine/app/directory_config.h"

#include <algorithm>
#include <string>

#include "connectors/secret.h"
#include "engine/web/directory_routes.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxGroups = 1000, kMaxTextBytes = 200;

bool is_visible_ascii(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTextBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string read_visible(const Settings& oidc, std::string_view field,
                         std::vector<Problem>& problems, std::optional<std::string> fallback = {}) {
  std::string text = oidc.text(field, problems, std::move(fallback));
  if (const Settings* said = oidc.find(field); said != nullptr && !is_visible_ascii(text)) {
    said->complain("'" + std::string(field) + "' is 1 to 200 visible ASCII characters", problems);
  }
  return text;
}

std::set<Role> read_roles(const Settings& tenant, const std::string& name, const Settings& tenants,
                          std::vector<Problem>& problems) {
  std::set<Role> roles;
  for (const std::string& text : tenants.texts(name, problems)) {
    const std::optional<Role> role = parse_role(text);
    if (!role) {
      tenant.complain("there is no role '" + text +
                          "'; there are: reader community_manager director "
                          "data_protection_officer tenant_admin operator",
                      problems);
      continue;
    }
    if (*role == Role::kOperator && name != kEveryTenant) {
      tenant.complain("the role operator is engine-wide: give it in tenant \"*\"", problems);
    }
    roles.insert(*role);
  }
  return roles;
}

/// {GROUP: {TENANT: [role…]}}
std::map<std::string, RolesByTenant, std::less<>> read_groups(const Settings& oidc,
                                                              const Config& config,
                                                              std::vector<Problem>& problems) {
  std::map<std::string, RolesByTenant, std::less<>> groups;
  const Settings* const list = oidc.find("roles");
  if (list == nullptr || list->type() != Settings::Type::kMap || list->fields().empty() ||
      list->fields().size() > kMaxGroups) {
    (list ? *list : oidc)
        .complain(
            "'roles' says what each group may do: {GROUP: {TENANT: [role, …]}}, 1 to 1000 groups",
            problems);
    return groups;
  }
  for (const auto& [group, tenants] : list->fields()) {
    if (tenants.type() != Settings::Type::kMap || tenants.fields().empty()) {
      tenants.complain("a group has roles by tenant: {TENANT: [role, …]}", problems);
      continue;
    }
    for (const auto& [tenant, roles] : tenants.fields()) {
      if (tenant != kEveryTenant &&
          std::ranges::find(config.tenants, tenant, &Tenant::id) == config.tenants.end()) {
        roles.complain("there is no tenant '" + tenant + "'; \"*\" stands for all of them",
                       problems);
      }
      std::set<Role> held = read_roles(roles, tenant, tenants, problems);
      if (!held.empty()) {
        groups[group].insert_or_assign(tenant, std::move(held));
      }
    }
  }
  return groups;
}

}  // namespace

std::optional<DirectorySettings> read_directory(const Settings& oidc, const Config& config,
                                                std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  if (oidc.type() != Settings::Type::kMap) {
    oidc.complain("'oidc' is a map of fields", problems);
    return std::nullopt;
  }
  oidc.allow_only({"issuer", "client_id", "client_secret_file", "client_secret_credential",
                   "scopes", "groups_claim", "name_claim", "roles", "label"},
                  problems);
  DirectorySettings settings;
  settings.issuer = read_visible(oidc, "issuer", problems);
  if (const Settings* issuer = oidc.find("issuer");
      issuer != nullptr && (!is_directory_url(settings.issuer) ||
                            settings.issuer.find_first_of("?#") != std::string::npos)) {
    issuer->complain(
        "'issuer' is https://, exactly as the provider writes it (http:// on this machine only)",
        problems);
  }
  settings.client_id = read_visible(oidc, "client_id", problems);
  settings.client_secret =
      read_secret(oidc, problems, "client_secret_file", "client_secret_credential").value_or("");
  if (const Settings* scopes = oidc.find("scopes")) {
    settings.scopes = oidc.texts("scopes", problems);
    if (std::ranges::find(settings.scopes, "openid") == settings.scopes.end() ||
        !std::ranges::all_of(settings.scopes, is_visible_ascii)) {
      scopes->complain("'scopes' is a list of names with openid among them", problems);
    }
  }
  settings.groups_claim = read_visible(oidc, "groups_claim", problems, settings.groups_claim);
  settings.name_claim = read_visible(oidc, "name_claim", problems, settings.name_claim);
  settings.label = oidc.text("label", problems, settings.label);
  if (settings.label.empty() || settings.label.size() > kMaxTextBytes) {
    oidc.find("label")->complain("'label' is what the button says, 1 to 200 bytes", problems);
  }
  settings.roles = read_groups(oidc, config, problems);
  if (config.public_url.empty()) {
    oidc.complain("'oidc' needs 'public_url': that is where the provider sends people back to",
                  problems);
  }
  settings.home_url = config.public_url + "/";
  settings.redirect_url = config.public_url + kDirectoryCallback;
  return problems.size() == before ? std::optional(std::move(settings)) : std::nullopt;
}

}  // namespace vigie
