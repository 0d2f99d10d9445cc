#include "engine/match/rule_set.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/core/own_rules.h"
#include "engine/match/condition_compiler.h"
#include "engine/match/rule_lint.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxCompiledRules = 100'000;

/// The tenants' variables that a condition uses.
void collect_variables(const Condition& condition, const RulePack& pack,
                       std::set<std::string>& names) {
  if (condition.op == Condition::Op::kPhrase) {
    for (std::string& name : split_phrase(condition.text).names) {
      if (!pack.lists.contains(name)) {
        names.insert(std::move(name));
      }
    }
  }
  for (const Condition& child : condition.children) {
    collect_variables(child, pack, names);
  }
}

/// Watch and topic rules say what concerns a tenant; the others judge a mention, the same for all.
bool concerns_a_tenant(RuleKind kind) {
  return kind == RuleKind::kWatch || kind == RuleKind::kTopic;
}

/// Compiles pack after pack, rule after rule, tenant after tenant: the same input gives the same
/// numbers.
class RuleSetCompiler {
 public:
  RuleSetCompiler(const std::vector<Tenant>& tenants, const PhraseFolder& fold,
                  const Catalogue& catalogue, std::vector<Problem>& problems)
      : tenants_(tenants),
        fold_(fold),
        problems_(problems),
        conditions_(fold, problems),
        catalogue_(catalogue) {
    for (std::uint32_t i = 0; i < catalogue_.names.size(); ++i) {
      names_.emplace(catalogue_.names[i], i);
    }
  }

  void add_packs(const std::vector<RulePack>& packs) {
    check_that_packs_exist(packs);
    for (const RulePack& pack : packs) {
      add_pack(pack);
    }
    if (has_too_many_rules()) {
      problems_.push_back(
          {"", 0, 0, "more than 100,000 rules of shared packs for all tenants together"});
    }
  }

  std::unique_ptr<MatchProgram> finish(Catalogue& catalogue) {
    std::unique_ptr<MatchProgram> program = conditions_.finish();
    program->first_rule = static_cast<std::uint32_t>(catalogue.rules.size());
    catalogue = std::move(catalogue_);
    return program;
  }

 private:
  void check_that_packs_exist(const std::vector<RulePack>& packs) {
    for (const Tenant& tenant : tenants_) {
      for (const std::string& name : tenant.packs) {
        if (std::ranges::find(packs, name, &RulePack::name) == packs.end()) {
          problems_.push_back({"tenant '" + tenant.id + "'", 0, 0,
                               "lists the rule pack '" + name + "', which does not exist"});
        }
      }
    }
  }

  void add_pack(const RulePack& pack) {
    std::vector<TenantId> listing;
    for (TenantId i = 0; i < tenants_.size(); ++i) {
      if (std::ranges::find(tenants_[i].packs, pack.name) != tenants_[i].packs.end()) {
        listing.push_back(i);
      }
    }
    if (listing.empty()) {
      return;
    }
    check_needs(pack, listing);
    refuse_profiling(pack, fold_, problems_);
    const bool is_own = is_own_pack(pack.name);
    if (is_own) {
      refuse_strangers(pack, tenants_[listing.front()], problems_);
    }
    conditions_.begin_pack(is_own);
    const std::size_t before = conditions_.rules();
    for (const Rule& rule : pack.rules) {
      if (!is_own && has_too_many_rules()) {
        return;
      }
      add_rule(pack, rule, listing);
    }
    own_rules_ += is_own ? conditions_.rules() - before : 0;
  }

  /// Own packs take nothing from the shared ones.
  bool has_too_many_rules() const { return conditions_.rules() - own_rules_ > kMaxCompiledRules; }

  void check_needs(const RulePack& pack, const std::vector<TenantId>& listing) {
    for (const TenantId tenant : listing) {
      for (const std::string& name : pack.needs) {
        if (!tenants_[tenant].variables.contains(name)) {
          problems_.push_back({pack.file, 0, 0,
                               "this pack needs {" + name + "}, but the tenant '" +
                                   tenants_[tenant].id + "' gives no variable '" + name + "'"});
        }
      }
    }
  }

  void add_rule(const RulePack& pack, const Rule& rule, const std::vector<TenantId>& listing) {
    std::set<std::string> variables;
    collect_variables(rule.condition, pack, variables);
    if (!concerns_a_tenant(rule.kind)) {
      compile(pack, rule, listing, variables, true);
    } else if (variables.empty()) {
      compile(pack, rule, listing, variables, listing.size() == tenants_.size());
    } else {
      for (const TenantId tenant : listing) {
        compile(pack, rule, {tenant}, variables, false);
      }
    }
  }

  /// One rule in force for `tenants`, with all their values.
  void compile(const RulePack& pack, const Rule& rule, const std::vector<TenantId>& tenants,
               const std::set<std::string>& variables, bool every_tenant) {
    NamedLists values;
    for (const std::string& name : variables) {
      for (const TenantId tenant : tenants) {
        const auto given = tenants_[tenant].variables.find(name);
        if (given != tenants_[tenant].variables.end()) {
          values[name].insert(values[name].end(), given->second.begin(), given->second.end());
        }
      }
    }
    const NameValues lookup = [&](std::string_view name) -> const std::vector<std::string>* {
      const std::string key(name);
      if (const auto list = pack.lists.find(key); list != pack.lists.end()) {
        return &list->second;
      }
      const auto list = values.find(key);
      return list == values.end() ? nullptr : &list->second;
    };
    if (!conditions_.add_rule(pack.file, rule.condition, lookup)) {
      return;
    }
    RuleInfo info;
    info.name = intern(rule.id);
    info.kind = rule.kind;
    info.title = rule.title;
    info.weight = rule.weight;
    info.firm = rule.firm;
    info.topic = rule.kind == RuleKind::kTopic ? intern(rule.topic) : 0;
    info.crowd = rule.crowd;
    info.every_tenant = every_tenant;
    if (!every_tenant) {
      info.tenants = tenants;
    }
    catalogue_.rules.push_back(std::move(info));
  }

  std::uint32_t intern(const std::string& name) {
    const auto [place, is_new] =
        names_.try_emplace(name, static_cast<std::uint32_t>(catalogue_.names.size()));
    if (is_new) {
      catalogue_.names.push_back(name);
    }
    return place->second;
  }

  const std::vector<Tenant>& tenants_;
  const PhraseFolder& fold_;
  std::vector<Problem>& problems_;
  ConditionCompiler conditions_;
  std::size_t own_rules_ = 0;
  Catalogue catalogue_;  ///< handed over only when all went well
  std::unordered_map<std::string, std::uint32_t> names_;
};

}  // namespace

std::shared_ptr<const RuleSet> RuleSet::compile(const std::vector<RulePack>& packs,
                                                const std::vector<Tenant>& tenants,
                                                const PhraseFolder& fold, Catalogue& catalogue,
                                                std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  RuleSetCompiler compiler(tenants, fold, catalogue, problems);
  compiler.add_packs(packs);
  if (problems.size() != before) {
    return nullptr;
  }
  return std::make_shared<const RuleSet>(compiler.finish(catalogue));
}

RuleSet::RuleSet(std::unique_ptr<const MatchProgram> program) : program_(std::move(program)) {}
RuleSet::~RuleSet() = default;

}  // namespace vigie
