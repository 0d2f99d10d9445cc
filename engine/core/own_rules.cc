#include "engine/core/own_rules.h"

namespace vigie {

std::string own_rule_prefix(std::string_view tenant) {
  return std::string(kOwnRules) + std::string(tenant) + ".";
}

bool may_name(std::string_view rule, std::string_view tenant) {
  return !rule.starts_with(kOwnRules) || rule.starts_with(own_rule_prefix(tenant));
}

Verdict as_told_to(std::string_view tenant, const Verdict& verdict, const Catalogue& catalogue) {
  Verdict told = verdict;
  std::erase_if(told.evidence, [&](const Evidence& evidence) {
    return !may_name(spell(catalogue, evidence.name), tenant);
  });
  return told;
}

}  // namespace vigie
