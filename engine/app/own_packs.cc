#include "engine/app/own_packs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "engine/app/fingerprint.h"
#include "engine/core/ascii.h"
#include "engine/core/own_rules.h"
#include "engine/match/own_bounds.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

/// What the names in a pack's phrases stand for; the pack and the town outlive it.
NameValues values_of(const RulePack& pack, const Tenant& tenant) {
  return [&pack, &tenant](std::string_view name) -> const std::vector<std::string>* {
    for (const NamedLists* lists : {&pack.lists, &tenant.variables}) {
      if (const auto list = lists->find(std::string(name)); list != lists->end()) {
        return &list->second;
      }
    }
    return nullptr;
  };
}

bool weighs(RuleKind kind) { return kind != RuleKind::kWatch && kind != RuleKind::kTopic; }

}  // namespace

std::string own_pack_path(const std::string& data_directory, std::string_view tenant) {
  return data_directory + "/rules/" + std::string(tenant) + ".yaml";
}

std::string own_pack_name(std::string_view tenant) {
  return std::string(kOwnPacks) + std::string(tenant);
}

std::string own_pack_hash(std::string_view text) {
  if (trimmed(text).empty()) {
    return {};
  }
  Fingerprint fingerprint;
  fingerprint.add(text);
  return fingerprint.finish();
}

OwnPacks read_own_packs(const std::string& data_directory, const std::vector<Tenant>& tenants,
                        std::vector<Problem>& problems) {
  OwnPacks own{{}, data_directory};
  for (const Tenant& tenant : tenants) {
    const std::string path = own_pack_path(data_directory, tenant.id);
    std::error_code error;
    if (!fs::exists(path, error)) {
      continue;
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (!stream && !stream.eof()) {
      problems.push_back({path, 0, 0, std::strerror(errno)});
    } else if (text.size() > kMaxOwnPackBytes) {
      problems.push_back({path, 0, 0, "is longer than 256 KiB"});
    } else if (!trimmed(text).empty()) {
      own.texts.emplace(tenant.id, std::move(text));
    }
  }
  return own;
}

TestedPack parse_own_pack(std::string_view text, const Tenant& tenant, const std::string& file,
                          bool is_alone, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  TestedPack own = parse_tested_pack(text, own_pack_name(tenant.id), file, problems);
  if (!keeps_own_bounds(own.pack, values_of(own.pack, tenant), problems)) {
    own.pack.rules.clear();
    own.tests.clear();
  }
  const bool has_all_rules = problems.size() == before;
  const std::string prefix = own_rule_prefix(tenant.id);
  std::set<std::string> ids;
  for (Rule& rule : own.pack.rules) {
    if (weighs(rule.kind) && !is_alone) {
      problems.push_back({file, rule.line, rule.column,
                          "a town's own rule is a watch or a topic: tone, urgency and abuse are "
                          "the same for all towns of this engine, and stand in the shared packs"});
    }
    ids.insert(rule.id);
    rule.id.insert(0, prefix);
  }
  for (RuleTest& test : own.tests) {
    for (auto* names : {&test.matches, &test.matches_not}) {
      for (std::string& name : *names) {
        if (ids.contains(name)) {
          name.insert(0, prefix);
        } else if (has_all_rules) {
          problems.push_back({file, test.line, 0, "there is no rule '" + name + "' in this text"});
        }
      }
    }
  }
  return own;
}

OwnPackSubject own_pack_subject(const Config& config, TenantId tenant,
                                std::shared_ptr<const Models> models) {
  const Tenant& town = config.tenants[tenant];
  return {town, config.tenants.size() == 1, own_pack_path(config.data_directory, town.id),
          config.rules_directory, std::move(models)};
}

void test_own_packs(const Config& config, const Knowledge& knowledge, const PackTestVisitor& visit,
                    std::vector<Problem>& problems) {
  for (TenantId tenant = 0; tenant < config.tenants.size(); ++tenant) {
    const auto text = knowledge.own_texts.find(config.tenants[tenant].id);
    if (text != knowledge.own_texts.end()) {
      run_own_tests(
          text->second, own_pack_subject(config, tenant, knowledge.models),
          [&](const RuleTest& test, const std::vector<std::string>& faults) {
            visit(own_pack_name(config.tenants[tenant].id), test, faults);
          },
          problems);
    }
  }
}

std::shared_ptr<const Knowledge> read_knowledge(const Config& config,
                                                std::vector<Problem>& problems) {
  return read_knowledge(config.rules_directory, config.tenants,
                        read_own_packs(config.data_directory, config.tenants, problems), problems);
}

}  // namespace vigie
