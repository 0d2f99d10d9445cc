#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/pack_tests.h"
#include "engine/core/clock.h"
#include "engine/match/rule_lint.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"

namespace vigie {
int rules_check(const RulesOptions& options) {
  std::vector<Problem> problems;
  std::vector<Tenant> tenants;
  std::string rules = rules_or_default(options.rules);
  OwnPacks own;
  if (options.config.empty()) {
    Tenant tenant = everybody(rules);
    for (auto& [name, values] : tenant.variables) {
      values = {name};  // so that every phrase is compiled
    }
    tenants = {std::move(tenant)};
  } else if (const std::optional<Config> config = read_config(options.config, problems)) {
    tenants = config->tenants;
    rules = options.rules.empty() ? config->rules_directory : rules;
    own = read_own_packs(config->data_directory, tenants, problems);
  }
  std::shared_ptr<const Knowledge> knowledge;
  if (problems.empty()) {
    knowledge = read_knowledge(rules, tenants, own, problems);
  }
  if (!knowledge) {
    return usage(problems);
  }
  std::set<std::string> names, topics;
  for (const RuleInfo& rule : knowledge->catalogue->rules) {
    names.insert(knowledge->catalogue->names[rule.name]);
    if (rule.kind == RuleKind::kTopic) {
      topics.insert(knowledge->catalogue->names[rule.topic]);
    }
  }
  const std::vector<Problem> doubts =
      find_doubtful_rules(read_packs(rules + "/packs", problems), tenants, TextFolder::fold_phrase);
  for (const Problem& doubt : doubts) {
    std::fprintf(stderr, "warning: %s\n", to_string({doubt}).c_str());
  }
  for (const Problem& doubt : knowledge->cards->doubts(day_of(SystemClock().now()))) {
    std::fprintf(stderr, "warning: %s\n", to_string({doubt}).c_str());
  }
  std::printf("%zu rules, %zu topics, %zu argument cards, rule set %s\n", names.size(),
              topics.size(), knowledge->cards->kept.size(), knowledge->catalogue->ruleset.c_str());
  return kOk;
}

int rules_test(const RulesOptions& options) {
  std::vector<Problem> problems;
  std::size_t passed = 0, failed = 0;
  const PackTestVisitor tell = [&](const std::string& pack, const RuleTest& test,
                                   const std::vector<std::string>& faults) {
    const std::string& name = test.name.empty() ? test.text : test.name;
    ++(faults.empty() ? passed : failed);
    if (options.lines) {
      std::printf("%s %s %s\n", faults.empty() ? "PASS" : "FAIL", pack.c_str(), name.c_str());
    }
    for (const std::string& fault : faults) {
      std::fprintf(stderr, "%s:%d: \"%s\": %s\n", test.file.c_str(), test.line, name.c_str(),
                   fault.c_str());
    }
  };
  std::string rules = rules_or_default(options.rules);
  if (!options.config.empty()) {
    const std::optional<Config> config = read_config(options.config, problems);
    const std::shared_ptr<const Knowledge> knowledge =
        config ? read_knowledge(*config, problems) : nullptr;
    if (knowledge) {
      rules = options.rules.empty() ? config->rules_directory : rules;
      test_own_packs(*config, *knowledge, tell, problems);
    }
  }
  if (problems.empty()) {
    run_pack_tests(rules, tell, problems);
  }
  if (!problems.empty()) {
    return usage(problems);
  }
  if (!options.lines) {
    std::printf("%zu passed, %zu failed\n", passed, failed);
  }
  return failed == 0 ? kOk : kInputHadProblems;
}

}  // namespace vigie
