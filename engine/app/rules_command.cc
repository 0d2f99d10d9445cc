#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/match/rule_lint.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

std::string rules_of(const RulesOptions& options) {
  return options.rules.empty() ? "rules" : options.rules;
}

int usage(const std::vector<Problem>& problems) {
  std::fprintf(stderr, "%s\n", to_string(problems).c_str());
  return kUsage;
}

using Names = std::set<std::string>;

std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "none" : text;
}

/// Runs tests as one tenant.
class Examiner {
 public:
  explicit Examiner(std::shared_ptr<const Knowledge> knowledge) : analyser_(std::move(knowledge)) {}

  /// What is wrong; empty if the test passes.
  std::vector<std::string> examine(const RuleTest& test) {
    Mention mention;
    mention.title = test.title;
    mention.text = test.text;
    const Catalogue& catalogue = *analyser_.knowledge().catalogue;
    Names fired, topics;
    for (const Match& match : analyser_.match(mention).matches) {
      fired.insert(catalogue.names[catalogue.rules[match.rule].name]);
    }
    std::vector<std::uint32_t> numbers;
    analyser_.collect_topics(0, numbers);
    for (const std::uint32_t topic : numbers) {
      topics.insert(catalogue.names[topic]);
    }
    const Verdict& verdict = analyser_.classify(mention);

    std::vector<std::string> faults;
    for (const std::string& rule : test.matches) {
      if (!fired.contains(rule)) {
        faults.push_back(rule + " does not match; these do: " + listed(fired));
      }
    }
    for (const std::string& rule : test.matches_not) {
      if (fired.contains(rule)) {
        faults.push_back(rule + " matches");
      }
    }
    const Names wanted(test.topics.begin(), test.topics.end());
    if (test.says_topics && topics != wanted) {
      faults.push_back("topics are " + listed(topics) + ", not " + listed(wanted));
    }
    expect("tone", test.tone, to_string(verdict.tone), faults);
    expect("urgency", test.urgency, to_string(verdict.urgency), faults);
    if (test.alert && *test.alert != is_urgent(verdict.urgency)) {
      faults.push_back(std::string(*test.alert ? "raises no" : "raises an") +
                       " alert: urgency is " + std::string(to_string(verdict.urgency)) + " (" +
                       std::to_string(verdict.urgency_sum) + ")");
    }
    return faults;
  }

 private:
  static void expect(const char* what, const std::string& wanted, std::string_view found,
                     std::vector<std::string>& faults) {
    if (!wanted.empty() && wanted != found) {
      faults.push_back(std::string(what) + " is " + std::string(found) + ", not " + wanted);
    }
  }

  Analyser analyser_;
};

/// A test may name only rules that are there: a typing error must not pass as "does not match".
void check_names(const std::vector<PackTests>& all, const Catalogue& catalogue,
                 std::vector<Problem>& problems) {
  Names known;
  for (const RuleInfo& rule : catalogue.rules) {
    known.insert(catalogue.names[rule.name]);
  }
  for (const PackTests& pack : all) {
    for (const RuleTest& test : pack.tests) {
      for (const auto* names : {&test.matches, &test.matches_not}) {
        for (const std::string& name : *names) {
          if (!known.contains(name)) {
            problems.push_back({test.file, test.line, 0, "there is no rule '" + name + "'"});
          }
        }
      }
    }
  }
}

}  // namespace

int rules_check(const RulesOptions& options) {
  std::vector<Problem> problems;
  std::vector<Tenant> tenants;
  std::string rules = rules_of(options);
  if (options.config.empty()) {
    Tenant tenant = everybody(rules);
    for (auto& [name, values] : tenant.variables) {
      values = {name};  // so that every phrase is compiled
    }
    tenants = {std::move(tenant)};
  } else if (const std::optional<Config> config = read_config(options.config, problems)) {
    tenants = config->tenants;
    rules = options.rules.empty() ? config->rules_directory : rules;
  }
  std::shared_ptr<const Knowledge> knowledge;
  if (problems.empty()) {
    knowledge = read_knowledge(rules, tenants, problems);
  }
  if (!knowledge) {
    return usage(problems);
  }
  Names names, topics;
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
  std::printf("%zu rules, %zu topics, rule set %s\n", names.size(), topics.size(),
              knowledge->catalogue->ruleset.c_str());
  return kOk;
}

int rules_test(const RulesOptions& options) {
  std::vector<Problem> problems;
  const std::string rules = rules_of(options);
  const std::vector<PackTests> all = read_pack_tests(rules, problems);
  std::size_t passed = 0, failed = 0;
  for (const PackTests& pack : all) {
    std::map<NamedLists, Examiner> examiners;
    for (const RuleTest& test : pack.tests) {
      auto found = examiners.find(test.variables);
      if (found == examiners.end()) {
        Tenant tenant;
        tenant.id = "test";
        tenant.keep_all = true;
        tenant.packs = {pack.pack};
        tenant.variables = test.variables;
        auto knowledge = read_knowledge(rules, {tenant}, problems);
        if (!knowledge) {
          return usage(problems);
        }
        check_names({pack}, *knowledge->catalogue, problems);
        found = examiners.emplace(test.variables, std::move(knowledge)).first;
      }
      const std::vector<std::string> faults = found->second.examine(test);
      const std::string name = test.name.empty() ? test.text : test.name;
      ++(faults.empty() ? passed : failed);
      if (options.lines) {
        std::printf("%s %s %s\n", faults.empty() ? "PASS" : "FAIL", pack.pack.c_str(),
                    name.c_str());
      }
      for (const std::string& fault : faults) {
        std::fprintf(stderr, "%s:%d: \"%s\": %s\n", test.file.c_str(), test.line, name.c_str(),
                     fault.c_str());
      }
    }
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
