#include "engine/core/own_rules.h"

#include <algorithm>

namespace vigie {

std::string own_rule_prefix(std::string_view tenant) {
  return std::string(kOwnRules) + std::string(tenant) + ".";
}

bool is_shared_topic(const Catalogue& catalogue, TenantId tenant, std::string_view topic) {
  return std::ranges::any_of(catalogue.rules, [&](const RuleInfo& rule) {
    return rule.kind == RuleKind::kTopic && catalogue.names.at(rule.topic) == topic &&
           !is_own_rule(catalogue.names.at(rule.name)) &&
           (rule.every_tenant || std::ranges::binary_search(rule.tenants, tenant));
  });
}

bool may_name(std::string_view rule, std::string_view tenant) {
  return !is_own_rule(rule) || rule.starts_with(own_rule_prefix(tenant));
}

Verdict as_told_to(std::string_view tenant, const Verdict& verdict, const Catalogue& catalogue) {
  Verdict told = verdict;
  std::erase_if(told.evidence, [&](const Evidence& evidence) {
    return !may_name(spell(catalogue, evidence.name), tenant);
  });
  return told;
}

}  // namespace vigie
