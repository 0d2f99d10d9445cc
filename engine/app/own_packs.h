#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/app/pack_tests.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/match/rule_reader.h"
#include "engine/pipeline/knowledge.h"

namespace vigie {

// A town's own pack: rules that it writes in the screens, for itself alone, after the packs that
// the configuration names. One text, `rules/TOWN.yaml` in the data folder, in the language of
// rules/README.md, with its tests under `tests:`, so that both change in one write. They are run as
// the town, with its variables, by this pack alone. No file, or an empty one: no own pack.
//
// 1. Elsewhere its rules are called local.TOWN.ID (core/own_rules.h), so that towns can neither
//    collide with one another nor read of one another.
// 2. It decides what the town keeps (watch) and how it sorts that (topic). Tone, urgency and abuse
//    are the same for all towns: it may weigh them only where there is but one.

inline constexpr std::size_t kMaxOwnPackBytes = 256U << 10;

/// "data/rules/techniville.yaml".
std::string own_pack_path(const std::string& data_directory, std::string_view tenant);
/// As packs are known to the rest: no file can be called so.
std::string own_pack_name(std::string_view tenant);
/// 16 hex digits that tell texts apart; empty of a text that is no pack.
std::string own_pack_hash(std::string_view text);

/// What is read from the data folder, by tenant id; without those that have none.
OwnPacks read_own_packs(const std::string& data_directory, const std::vector<Tenant>& tenants,
                        std::vector<Problem>& problems);

/// Reads such a text. What is left without its problems, see parse_tested_pack(). `file`: what they
/// call it. `is_alone`: there is but this town. One that is larger than own_bounds.h allows is left
/// without rules and tests, so that nothing expands them.
TestedPack parse_own_pack(std::string_view text, const Tenant& tenant, const std::string& file,
                          bool is_alone, std::vector<Problem>& problems);

/// `tenant`'s own pack in a configuration, see run_own_tests().
OwnPackSubject own_pack_subject(const Config& config, TenantId tenant,
                                std::shared_ptr<const Models> models);

/// Runs the tests of all own packs that `knowledge` holds.
void test_own_packs(const Config& config, const Knowledge& knowledge, const PackTestVisitor& visit,
                    std::vector<Problem>& problems);

/// read_knowledge() of the configuration's towns with their own packs.
std::shared_ptr<const Knowledge> read_knowledge(const Config& config,
                                                std::vector<Problem>& problems);

}  // namespace vigie
