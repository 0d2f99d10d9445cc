#include "engine/access/rights.h"

#include <algorithm>
#include <array>

namespace vigie {
namespace {

constexpr std::array<std::string_view, kRoleCount> kRoles = {
    "reader",       "community_manager", "director", "data_protection_officer",
    "tenant_admin", "operator"};

constexpr std::array<std::string_view, kRightCount> kRights = {
    "signed_in",         "read_figures",   "read_mentions",  "read_sources",  "work",
    "record_at_counter", "silence",        "draft_rules",    "publish_rules", "judge_samples",
    "set_objectives",    "request_reveal", "approve_reveal", "erase",         "read_audit",
    "manage_accounts",   "operate_engine", "configure_town"};

template <typename Value, std::size_t kSize>
std::optional<Value> find(const std::array<std::string_view, kSize>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::nullopt
                              : std::optional(static_cast<Value>(found - names.begin()));
}

constexpr Rights kReading = {Right::kSignedIn, Right::kReadFigures, Right::kReadMentions,
                             Right::kReadSources};
constexpr Rights kHandling = {Right::kWork,       Right::kRecordAtCounter, Right::kSilence,
                              Right::kDraftRules, Right::kJudgeSamples,    Right::kRequestReveal};

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }
std::optional<Role> parse_role(std::string_view name) { return find<Role>(kRoles, name); }
std::string_view to_string(Right right) { return kRights.at(static_cast<std::size_t>(right)); }
std::optional<Right> parse_right(std::string_view name) { return find<Right>(kRights, name); }

// Who administers a town's Vigie reveals and erases nobody: that takes the people the law names.
// Who operates the engine sees no citizen's words.
Rights rights_of(Role role) {
  switch (role) {
    case Role::kReader:
      return kReading;
    case Role::kCommunityManager:
      return kReading | kHandling;
    case Role::kDirector:
      return kReading | Rights{Right::kDraftRules, Right::kPublishRules, Right::kJudgeSamples,
                               Right::kSetObjectives, Right::kApproveReveal};
    case Role::kDataProtectionOfficer:
      return kReading | Rights{Right::kApproveReveal, Right::kErase, Right::kReadAudit};
    case Role::kTenantAdmin:
      return kReading | kHandling |
             Rights{Right::kPublishRules, Right::kSetObjectives, Right::kReadAudit,
                    Right::kManageAccounts, Right::kConfigureTown};
    case Role::kOperator:
      return {Right::kSignedIn, Right::kReadSources, Right::kReadAudit, Right::kManageAccounts,
              Right::kOperateEngine};
  }
  return {};
}

Grants::Grants(const RolesByTenant& roles) : engine_{Right::kSignedIn} {
  for (const auto& [tenant, held] : roles) {
    for (const Role role : held) {
      Rights& where = role == Role::kOperator  ? engine_
                      : tenant == kEveryTenant ? everywhere_
                                               : tenants_[tenant];
      where = where | rights_of(role);
    }
  }
}

Grants::Grants(Rights rights, const std::set<std::string, std::less<>>& tenants) {
  rights = rights | Rights{Right::kSignedIn};
  for (const std::string& tenant : tenants) {
    if (tenant == kEveryTenant) {
      everywhere_ = engine_ = rights;
    } else {
      tenants_[tenant] = rights;
    }
  }
}

bool Grants::may_somewhere(Right right) const {
  return engine_.has(right) || everywhere_.has(right) ||
         std::ranges::any_of(tenants_, [&](const auto& held) { return held.second.has(right); });
}

bool Grants::cover(const Grants& other) const {
  return engine_.covers(other.engine_) && everywhere_.covers(other.everywhere_) &&
         std::ranges::all_of(other.tenants_,
                             [&](const auto& held) { return in(held.first).covers(held.second); });
}

Rights Grants::in(std::string_view tenant) const {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? everywhere_ : everywhere_ | found->second;
}

}  // namespace vigie
