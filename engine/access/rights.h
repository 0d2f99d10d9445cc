#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace vigie {

/// What somebody is in a town; kOperator: who keeps the engine running, in no town.
enum class Role : std::uint8_t {
  kReader,
  kCommunityManager,
  kDirector,
  kDataProtectionOfficer,
  kTenantAdmin,
  kOperator,
};
inline constexpr std::size_t kRoleCount = 6;

/// What a route asks for. Every route names one (Route::right), the gate alone compares.
enum class Right : std::uint8_t {
  kSignedIn,         ///< whoever is known: the own session, password and second factor
  kReadFigures,      ///< statistics, key figures, objectives: nobody's words
  kReadMentions,     ///< mentions, stories, alerts, work: citizens' words, authors by pseudonym
  kReadSources,      ///< sources, their coverage and costs, the rules in force
  kWork,             ///< take, answer, close, assign, correct, answer alerts
  kRecordAtCounter,  ///< write down what was said at the counter
  kSilence,          ///< silence alerts
  kDraftRules,       ///< drafts of rules, and trying them
  kPublishRules,     ///< put the town's own rules in force
  kJudgeSamples,     ///< draw and judge the weekly sample
  kSetObjectives,    ///< say what key figures should be
  kRequestReveal,    ///< ask for the identity behind a pseudonym, with a reason
  kApproveReveal,    ///< be the second person who says yes
  kErase,            ///< erasure, objection, suppression list, exports for the law
  kReadAudit,        ///< who did what
  kManageAccounts,   ///< accounts, roles, API tokens
  kOperateEngine,    ///< the engine itself: dead letters, reload
  kConfigureTown,    ///< the town's name, people, feeds, mail and dates
};
inline constexpr std::size_t kRightCount = 18;

/// "community_manager"; what the file, the API and the configuration say.
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);
/// "read_mentions".
std::string_view to_string(Right right);
std::optional<Right> parse_right(std::string_view name);

class Rights {
 public:
  constexpr Rights() = default;
  constexpr Rights(std::initializer_list<Right> rights) {
    for (const Right right : rights) {
      bits_ |= bit(right);
    }
  }
  static constexpr Rights all() {
    Rights rights;
    rights.bits_ = (std::uint32_t{1} << kRightCount) - 1;
    return rights;
  }
  constexpr bool has(Right right) const { return (bits_ & bit(right)) != 0; }
  constexpr bool is_empty() const { return bits_ == 0; }
  constexpr bool covers(Rights other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr Rights operator|(Rights other) const { return of(bits_ | other.bits_); }
  constexpr bool operator==(const Rights&) const = default;

 private:
  static constexpr std::uint32_t bit(Right right) {
    return std::uint32_t{1} << static_cast<unsigned>(right);
  }
  static constexpr Rights of(std::uint32_t bits) {
    Rights rights;
    rights.bits_ = bits;
    return rights;
  }
  std::uint32_t bits_ = 0;
};

/// What a role may do. The one table.
Rights rights_of(Role role);

/// Stands for every tenant, those to come too.
inline constexpr std::string_view kEveryTenant = "*";

/// Somebody's roles by tenant id, or kEveryTenant; kOperator only there.
using RolesByTenant = std::map<std::string, std::set<Role>, std::less<>>;

/// What somebody may do where.
class Grants {
 public:
  Grants() = default;
  /// Of an account.
  explicit Grants(const RolesByTenant& roles);
  /// The same rights in each of `tenants`; kEveryTenant: in all of them, and engine-wide.
  Grants(Rights rights, const std::set<std::string, std::less<>>& tenants);
  /// Everything, everywhere.
  static Grants all() { return {Rights::all(), {std::string(kEveryTenant)}}; }

  /// Has any role in it. To anybody else the tenant is not there.
  bool is_member(std::string_view tenant) const { return !in(tenant).is_empty(); }
  bool may(Right right, std::string_view tenant) const { return in(tenant).has(right); }
  /// What belongs to no town, or to all.
  bool may_engine_wide(Right right) const { return engine_.has(right); }
  bool may_in_every_tenant(Right right) const { return everywhere_.has(right); }
  /// Engine-wide or in some tenant: enough for a route that names no tenant and shows each caller
  /// what is theirs.
  bool may_somewhere(Right right) const;
  /// Everything `other` may do, too: nobody hands out more than they have.
  bool cover(const Grants& other) const;

 private:
  Rights in(std::string_view tenant) const;

  Rights engine_, everywhere_;
  std::map<std::string, Rights, std::less<>> tenants_;
};

}  // namespace vigie
