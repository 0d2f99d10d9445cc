#include "engine/app/pack_tests.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "engine/alert/crowds.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/pipeline/analyser.h"

namespace vigie {
namespace {

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
    const bool makes_crowd = is_crowd(test, analyser_.match(mention), catalogue);
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
    if (test.alert && *test.alert != (is_urgent(verdict.urgency) || makes_crowd)) {
      faults.push_back(std::string(*test.alert ? "raises no" : "raises an") +
                       " alert: urgency is " + std::string(to_string(verdict.urgency)) + " (" +
                       std::to_string(verdict.urgency_sum) + "), and " +
                       std::to_string(test.said_by) + " who say so are " +
                       (makes_crowd ? "" : "not ") + "enough for a rule that counts authors");
    }
    return faults;
  }

 private:
  /// Whether so many people who say the same are an alert by some rule.
  static bool is_crowd(const RuleTest& test, const Matches& matches, const Catalogue& catalogue) {
    Crowds crowds;
    bool is_enough = false;
    for (std::uint16_t author = 1; author <= test.said_by; ++author) {
      const microseconds after =
          test.said_by == 1 ? microseconds(0) : test.over * (author - 1) / (test.said_by - 1);
      for (const Match& match : matches.matches) {
        const RuleInfo& rule = catalogue.rules[match.rule];
        if (rule.crowd.authors == 0) {
          continue;
        }
        Voice voice;
        voice.rule = catalogue.names[rule.name];
        voice.limit = rule.crowd;
        voice.sequence = author;
        voice.said_at = voice.heard_at = Time(std::chrono::hours(24)) + after;
        voice.spoken = {author, 1};
        is_enough |= !crowds.see(voice).empty();
      }
    }
    return is_enough;
  }

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

void run_pack_tests(const std::string& rules_directory, const PackTestVisitor& visit,
                    std::vector<Problem>& problems) {
  for (const PackTests& pack : read_pack_tests(rules_directory, problems)) {
    std::map<NamedLists, Examiner> examiners;
    for (const RuleTest& test : pack.tests) {
      auto found = examiners.find(test.variables);
      if (found == examiners.end()) {
        Tenant tenant;
        tenant.id = "test";
        tenant.keep_all = true;
        tenant.packs = {pack.pack};
        tenant.variables = test.variables;
        auto knowledge = read_knowledge(rules_directory, {tenant}, problems);
        if (!knowledge) {
          return;
        }
        check_names({pack}, *knowledge->catalogue, problems);
        found = examiners.emplace(test.variables, std::move(knowledge)).first;
      }
      visit(pack.pack, test, found->second.examine(test));
    }
  }
}

TestedPack run_own_tests(std::string_view text, const OwnPackSubject& subject,
                         const OwnTestVisitor& visit, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  TestedPack own = parse_own_pack(text, subject.tenant, subject.file, subject.is_alone, problems);
  Tenant tenant = subject.tenant;
  tenant.keep_all = true;
  auto knowledge = pack_alone(own.pack, tenant, subject.rules_directory, subject.models, problems);
  if (problems.size() == before) {
    Examiner examiner(std::move(knowledge));
    for (const RuleTest& test : own.tests) {
      visit(test, examiner.examine(test));
    }
  }
  return own;
}

void note_faults(const RuleTest& test, const std::vector<std::string>& faults,
                 std::vector<Problem>& problems) {
  for (const std::string& fault : faults) {
    problems.push_back({test.file, test.line, 0, "\"" + test.text + "\": " + fault});
  }
}

}  // namespace vigie
