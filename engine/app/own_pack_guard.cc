#include "engine/app/own_pack_guard.h"

#include <utility>

#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/pack_tests.h"

namespace vigie {
namespace {

/// Reads what is wrong with the files themselves as those towns' own.
OwnPacks read_each(const Config& config, RefusedOwnPacks& refused) {
  OwnPacks own{{}, config.data_directory};
  for (const Tenant& tenant : config.tenants) {
    std::vector<Problem> problems;
    OwnPacks one = read_own_packs(config.data_directory, {tenant}, problems);
    own.texts.merge(one.texts);
    if (!problems.empty()) {
      refused.emplace(tenant.id, RefusedOwnPack{"", std::move(problems)});
    }
  }
  return own;
}

const std::string* text_of(const Knowledge* in_force, const std::string& tenant) {
  if (in_force == nullptr) {
    return nullptr;
  }
  const auto text = in_force->own_texts.find(tenant);
  return text == in_force->own_texts.end() ? nullptr : &text->second;
}

/// Of the packs in `own`, what is wrong with each by itself; with `has_tests`, failing tests of
/// those that are not in force, too.
std::map<std::string, std::vector<Problem>> faults_of(const Config& config, const OwnPacks& own,
                                                      const std::shared_ptr<const Models>& models,
                                                      const Knowledge* in_force, bool has_tests) {
  std::map<std::string, std::vector<Problem>> faults;
  for (TenantId tenant = 0; tenant < config.tenants.size(); ++tenant) {
    const std::string& id = config.tenants[tenant].id;
    const auto text = own.texts.find(id);
    if (text == own.texts.end()) {
      continue;
    }
    std::vector<Problem> problems, failing;
    run_own_tests(
        text->second, own_pack_subject(config, tenant, models),
        [&failing](const RuleTest& test, const std::vector<std::string>& faults_of_test) {
          note_faults(test, faults_of_test, failing);
        },
        problems);
    const std::string* const last = text_of(in_force, id);
    const bool is_in_force = last != nullptr && *last == text->second;
    if (has_tests && !is_in_force && problems.empty()) {
      problems = std::move(failing);
    }
    if (!problems.empty()) {
      faults.emplace(id, std::move(problems));
    }
  }
  return faults;
}

/// The text that was in force, once; then none.
void take_out(const std::string& tenant, const Knowledge* in_force, std::vector<Problem> problems,
              OwnPacks& own, RefusedOwnPacks& refused) {
  const auto text = own.texts.find(tenant);
  const bool is_first =
      refused.emplace(tenant, RefusedOwnPack{text->second, std::move(problems)}).second;
  const std::string* const last = text_of(in_force, tenant);
  if (is_first && last != nullptr && *last != text->second) {
    text->second = *last;
  } else {
    own.texts.erase(text);
  }
}

}  // namespace

GuardedKnowledge read_guarded_knowledge(const Config& config, const Knowledge* in_force,
                                        std::vector<Problem>& problems) {
  GuardedKnowledge guarded;
  OwnPacks own = read_each(config, guarded.refused);
  for (const auto& [tenant, pack] : guarded.refused) {
    if (const std::string* const last = text_of(in_force, tenant)) {
      own.texts.emplace(tenant, *last);
    }
  }
  for (;;) {  // each round takes a text away, or is the last
    std::vector<Problem> found;
    guarded.knowledge = read_knowledge(config.rules_directory, config.tenants, own, found);
    const bool is_read = guarded.knowledge != nullptr;
    if (is_read && in_force == nullptr) {
      return guarded;
    }
    // Where nothing could be read, compiling tells: no test counts, and none needs a model.
    const std::shared_ptr<const Models> models =
        is_read ? guarded.knowledge->models : std::make_shared<const Models>();
    const auto faults = faults_of(config, own, models, in_force, is_read);
    if (faults.empty()) {
      problems.insert(problems.end(), found.begin(), found.end());
      return guarded;
    }
    for (const auto& [tenant, why] : faults) {
      take_out(tenant, in_force, why, own, guarded.refused);
    }
  }
}

}  // namespace vigie
