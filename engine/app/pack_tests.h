#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/settings.h"
#include "engine/match/rule.h"

namespace vigie {

/// `faults`: what is wrong, in words; empty if the test passes.
using PackTestVisitor = std::function<void(const std::string& pack, const RuleTest& test,
                                           const std::vector<std::string>& faults)>;

/// Runs the tests beside the packs under `rules_directory`, each as a tenant that has the test's
/// variables and its pack alone. What cannot be read, and tests that name a rule that is not there,
/// are problems.
void run_pack_tests(const std::string& rules_directory, const PackTestVisitor& visit,
                    std::vector<Problem>& problems);

}  // namespace vigie
