#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/settings.h"
#include "engine/match/rule.h"

namespace vigie {

/// Reads one pack (rules/README.md has the language). All problems with file:line:column; nothing
/// if there is one.
std::optional<RulePack> read_pack(const std::string& path, std::vector<Problem>& problems);

/// The same of a pack that is no file yet. `name`: as if it were NAME.yaml.
std::optional<RulePack> parse_pack(std::string_view yaml, const std::string& name,
                                   std::vector<Problem>& problems);

/// A town's own pack with its tests, in one text: `tests:` stands beside `rules:`.
struct TestedPack {
  RulePack pack;
  std::vector<RuleTest> tests;
};
/// Reads such a text, within the bounds of own_bounds.h. All problems with line and column; gives
/// what is left without them, so that compiling it tells those that only compiling finds. `file`:
/// what problems call it.
TestedPack parse_tested_pack(std::string_view yaml, const std::string& name,
                             const std::string& file, std::vector<Problem>& problems);

/// Reads every pack of a directory: *.yaml but for *.test.yaml, by name. Rule ids must be unique
/// over all of them. Where there are problems, what is left of each pack without them: so that
/// compiling it tells the problems that only compiling finds.
std::vector<RulePack> read_packs(const std::string& directory, std::vector<Problem>& problems);

/// Reads the tests beside a pack.
std::vector<RuleTest> read_tests(const std::string& path, std::vector<Problem>& problems);

}  // namespace vigie
