#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/classify/model.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/rule_reader.h"

namespace vigie {

/// `faults`: what is wrong, in words; empty if the test passes.
using PackTestVisitor = std::function<void(const std::string& pack, const RuleTest& test,
                                           const std::vector<std::string>& faults)>;

/// Runs the tests beside the packs under `rules_directory`, each as a tenant that has the test's
/// variables and its pack alone. What cannot be read, and tests that name a rule that is not there,
/// are problems.
void run_pack_tests(const std::string& rules_directory, const PackTestVisitor& visit,
                    std::vector<Problem>& problems);

/// The tests in a text that may become `tenant`'s own pack (own_packs.h), run by it alone, as that
/// tenant. Whatever is wrong with the text is a problem; then nothing is run. Gives what the text
/// holds.
using OwnTestVisitor =
    std::function<void(const RuleTest& test, const std::vector<std::string>& faults)>;
struct OwnPackSubject {
  const Tenant& tenant;
  bool is_alone = false;  ///< there is no other town
  std::string file;       ///< what problems call the text
  std::string rules_directory;
  std::shared_ptr<const Models> models;
};
TestedPack run_own_tests(std::string_view text, const OwnPackSubject& subject,
                         const OwnTestVisitor& visit, std::vector<Problem>& problems);

/// A failing test as a problem: where it stands, what it says and what came of it.
void note_faults(const RuleTest& test, const std::vector<std::string>& faults,
                 std::vector<Problem>& problems);

}  // namespace vigie
