#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/rule.h"
#include "engine/pipeline/knowledge.h"
#include "engine/trend/word_shares.h"

namespace vigie {

/// The towns' own packs (own_packs.h), and where they lie.
struct OwnPacks {
  OwnPackTexts texts = {};
  std::string data_directory = {};
};

/// Puts the towns' own packs behind the shared ones, and behind what each town lists.
void add_own_packs(const OwnPacks& own, std::vector<RulePack>& packs, std::vector<Tenant>& tenants,
                   std::vector<Problem>& problems);

/// Reads and compiles everything under `rules_directory` (packs/, lexicons/, cards/) for `tenants`,
/// with their own packs. All problems with file:line; null if there is one. The catalogue's
/// rule-set hash covers packs, lexicons and the tenants' variables: the same files and tenants give
/// the same hash on every machine.
std::shared_ptr<const Knowledge> read_knowledge(const std::string& rules_directory,
                                                const std::vector<Tenant>& tenants,
                                                const OwnPacks& own,
                                                std::vector<Problem>& problems);
inline std::shared_ptr<const Knowledge> read_knowledge(const std::string& rules_directory,
                                                       const std::vector<Tenant>& tenants,
                                                       std::vector<Problem>& problems) {
  return read_knowledge(rules_directory, tenants, OwnPacks(), problems);
}

/// The same with the models in force: what reading takes longest for.
std::shared_ptr<const Knowledge> with_own_packs(const Knowledge& in_force, const OwnPacks& own,
                                                const std::string& rules_directory,
                                                const std::vector<Tenant>& tenants,
                                                std::vector<Problem>& problems);

/// Knowledge::files, as the files are now: packs with their tests, lexicons, cards.
std::string hash_of_files(const std::string& rules_directory);

/// One pack, for one tenant, beside the lexicons: what its tests are run by. Null if there is a
/// problem.
std::shared_ptr<const Knowledge> pack_alone(const RulePack& pack, Tenant tenant,
                                            const std::string& rules_directory,
                                            std::shared_ptr<const Models> models,
                                            std::vector<Problem>& problems);

/// The knowledge in force and one more pack, which `tenants` name where they want it; the shared
/// files under `rules_directory` are read again. Null if there is a problem.
std::shared_ptr<const Knowledge> with_pack(const Knowledge& in_force, const RulePack& pack,
                                           const std::string& rules_directory,
                                           const std::vector<Tenant>& tenants,
                                           std::vector<Problem>& problems);

/// How common words of a language are: models/LANGUAGE.words. None where there is no such file;
/// null if it cannot be read.
std::shared_ptr<const WordShares> read_word_shares(const std::string& rules_directory,
                                                   const std::string& language,
                                                   std::vector<Problem>& problems);

/// The tests beside the packs under `rules_directory`, with the pack each belongs to.
struct PackTests {
  std::string pack;
  std::vector<RuleTest> tests;
};
std::vector<PackTests> read_pack_tests(const std::string& rules_directory,
                                       std::vector<Problem>& problems);

/// Who to classify for when no configuration says: one tenant, every pack, everything kept. It has
/// no name, no elected people, no services: rules that speak of them find nothing.
Tenant everybody(const std::string& rules_directory);

}  // namespace vigie
