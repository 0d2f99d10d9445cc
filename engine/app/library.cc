#include "engine/app/library.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

#include "engine/app/fingerprint.h"
#include "engine/app/own_packs.h"
#include "engine/core/own_rules.h"
#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files(const fs::path& directory, std::string_view extension) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == extension) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_test(const fs::path& path) { return path.stem().extension() == ".test"; }

std::vector<fs::path> pack_files(const std::string& rules_directory) {
  std::vector<fs::path> paths = files(fs::path(rules_directory) / "packs", ".yaml");
  std::erase_if(paths, is_test);
  return paths;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void add_files(const std::vector<fs::path>& paths, Fingerprint& fingerprint) {
  for (const fs::path& path : paths) {
    fingerprint.add(path.filename().string());
    fingerprint.add(content_of(path));
  }
}

std::string hash_of(const std::string& rules_directory, const std::vector<Tenant>& tenants,
                    const OwnPackTexts& own) {
  Fingerprint fingerprint;
  add_files(pack_files(rules_directory), fingerprint);
  add_files(files(fs::path(rules_directory) / "lexicons", ".tsv"), fingerprint);
  for (const Tenant& tenant : tenants) {
    fingerprint.add(tenant.id);
    for (const std::string& pack : tenant.packs) {
      fingerprint.add(pack);
    }
    for (const auto& [name, values] : tenant.variables) {
      fingerprint.add(name);
      for (const std::string& value : values) {
        fingerprint.add(value);
      }
    }
  }
  for (const auto& [tenant, text] : own) {
    fingerprint.add(own_pack_name(tenant));
    fingerprint.add(text);
  }
  return fingerprint.finish();
}

/// Complains if it is none.
bool is_rules_directory(const std::string& path, std::vector<Problem>& problems) {
  if (fs::is_directory(fs::path(path) / "packs")) {
    return true;
  }
  problems.push_back({fs::absolute(path).string(), 0, 0,
                      "is not a rules directory: it has no packs/; --rules or the configuration's "
                      "rules_directory says where it is"});
  return false;
}

/// What knowledge is made of.
struct Ingredients {
  std::vector<RulePack> packs;  ///< the shared ones; then those of towns
  std::vector<Tenant> tenants;  ///< with the names of their own packs
  std::string rules_directory;
  std::shared_ptr<const Models> models;
  std::string ruleset;
};

/// Packs, lexicons and models as one. Null if there were problems since `before`.
std::optional<Knowledge> compile(const Ingredients& from, std::size_t before,
                                 std::vector<Problem>& problems) {
  auto catalogue = std::make_shared<Catalogue>();
  Knowledge knowledge;
  knowledge.rules =
      RuleSet::compile(from.packs, from.tenants, TextFolder::fold_phrase, *catalogue, problems);
  KnownNames known;
  for (const RulePack& pack : from.packs) {
    knowledge.packs.push_back({pack.name, pack.title, pack.rules.size()});
    for (const Tenant& tenant : from.tenants) {
      if (std::ranges::find(tenant.packs, pack.name) != tenant.packs.end()) {
        knowledge.packs.back().towns.push_back(tenant.id);
      }
    }
    for (const Rule& rule : pack.rules) {
      known.rules.insert(rule.id);
      if (rule.kind == RuleKind::kTopic) {
        known.topics.insert(rule.topic);
      }
    }
  }
  knowledge.cards = std::make_shared<const CardBook>(
      read_cards(from.rules_directory + "/cards", from.tenants, known, problems));
  knowledge.lexicons = read_lexicons(from.rules_directory + "/lexicons", TextFolder::fold_phrase,
                                     *catalogue, problems);
  if (problems.size() != before) {
    std::ranges::stable_sort(
        problems.begin() + static_cast<std::ptrdiff_t>(before), problems.end(), {},
        [](const Problem& problem) { return std::tie(problem.file, problem.line); });
    return std::nullopt;
  }
  catalogue->ruleset = from.ruleset;
  catalogue->model = from.models->hash();
  knowledge.models = from.models;
  knowledge.catalogue = std::move(catalogue);
  return knowledge;
}

std::vector<RulePack> read_shared_packs(const std::string& rules_directory,
                                        std::vector<Problem>& problems) {
  std::vector<RulePack> packs = read_packs(rules_directory + "/packs", problems);
  for (const RulePack& pack : packs) {
    for (const Rule& rule : pack.rules) {
      if (rule.id.starts_with(kOwnRules)) {
        problems.push_back({pack.file, rule.line, rule.column,
                            "rule '" + rule.id + "': ids that begin with '" +
                                std::string(kOwnRules) + "' are those of towns' own packs"});
      }
    }
  }
  return packs;
}

/// `models`: null if they are to be read.
std::shared_ptr<const Knowledge> read_all(const std::string& rules_directory,
                                          const std::vector<Tenant>& tenants, const OwnPacks& own,
                                          std::shared_ptr<const Models> models,
                                          std::vector<Problem>& problems) {
  if (!is_rules_directory(rules_directory, problems)) {
    return nullptr;
  }
  const std::size_t before = problems.size();
  const std::string files = hash_of_files(rules_directory);
  Ingredients from{read_shared_packs(rules_directory, problems), tenants, rules_directory,
                   std::move(models), hash_of(rules_directory, tenants, own.texts)};
  std::map<std::string, std::string, std::less<>> texts;
  for (const RulePack& pack : from.packs) {
    texts.emplace(pack.name, content_of(pack.file));
  }
  add_own_packs(own, from.packs, from.tenants, problems);
  if (from.models == nullptr) {
    Result<Models> read = read_models(rules_directory + "/models");
    if (read) {
      from.models = std::make_shared<const Models>(std::move(*read));
    } else {
      problems.push_back({rules_directory + "/models", 0, 0, read.error().text});
    }
  }
  std::optional<Knowledge> knowledge = compile(from, before, problems);
  if (!knowledge) {
    return nullptr;
  }
  knowledge->files = files;
  knowledge->pack_texts = std::move(texts);
  knowledge->own_texts = own.texts;
  return std::make_shared<const Knowledge>(std::move(*knowledge));
}

}  // namespace

void add_own_packs(const OwnPacks& own, std::vector<RulePack>& packs, std::vector<Tenant>& tenants,
                   std::vector<Problem>& problems) {
  const bool is_alone = tenants.size() == 1;
  for (Tenant& tenant : tenants) {
    if (const auto text = own.texts.find(tenant.id); text != own.texts.end()) {
      const std::string file = own_pack_path(own.data_directory, tenant.id);
      packs.push_back(parse_own_pack(text->second, tenant, file, is_alone, problems).pack);
      tenant.packs.push_back(own_pack_name(tenant.id));
    }
  }
}

std::string hash_of_files(const std::string& rules_directory) {
  Fingerprint fingerprint;
  for (const auto& [folder, extension] :
       {std::pair("packs", ".yaml"), {"lexicons", ".tsv"}, {"cards", ".yaml"}}) {
    add_files(files(fs::path(rules_directory) / folder, extension), fingerprint);
  }
  return fingerprint.finish();
}

std::shared_ptr<const Knowledge> read_knowledge(const std::string& rules_directory,
                                                const std::vector<Tenant>& tenants,
                                                const OwnPacks& own,
                                                std::vector<Problem>& problems) {
  return read_all(rules_directory, tenants, own, nullptr, problems);
}

std::shared_ptr<const Knowledge> with_own_packs(const Knowledge& in_force, const OwnPacks& own,
                                                const std::string& rules_directory,
                                                const std::vector<Tenant>& tenants,
                                                std::vector<Problem>& problems) {
  return read_all(rules_directory, tenants, own, in_force.models, problems);
}

std::shared_ptr<const Knowledge> with_pack(const Knowledge& in_force, const RulePack& pack,
                                           const std::string& rules_directory,
                                           const std::vector<Tenant>& tenants,
                                           std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  Ingredients from{read_shared_packs(rules_directory, problems), tenants, rules_directory,
                   in_force.models, in_force.catalogue->ruleset + "+" + pack.name};
  std::erase_if(from.packs, [&](const RulePack& other) { return other.name == pack.name; });
  from.packs.push_back(pack);
  add_own_packs({in_force.own_texts, ""}, from.packs, from.tenants, problems);
  std::optional<Knowledge> knowledge = compile(from, before, problems);
  return knowledge ? std::make_shared<const Knowledge>(std::move(*knowledge)) : nullptr;
}

std::shared_ptr<const Knowledge> pack_alone(const RulePack& pack, Tenant tenant,
                                            const std::string& rules_directory,
                                            std::shared_ptr<const Models> models,
                                            std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  tenant.packs = {pack.name};
  auto catalogue = std::make_shared<Catalogue>();
  Knowledge knowledge;
  knowledge.rules =
      RuleSet::compile({pack}, {tenant}, TextFolder::fold_phrase, *catalogue, problems);
  knowledge.lexicons =
      read_lexicons(rules_directory + "/lexicons", TextFolder::fold_phrase, *catalogue, problems);
  if (problems.size() != before) {
    return nullptr;
  }
  catalogue->ruleset = pack.name;
  catalogue->model = models->hash();
  knowledge.models = std::move(models);
  knowledge.catalogue = std::move(catalogue);
  return std::make_shared<const Knowledge>(std::move(knowledge));
}

std::shared_ptr<const WordShares> read_word_shares(const std::string& rules_directory,
                                                   const std::string& language,
                                                   std::vector<Problem>& problems) {
  const fs::path path = fs::path(rules_directory) / "models" / (language + ".words");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return std::make_shared<WordShares>();
  }
  Result<WordShares> words =
      WordShares::parse(std::string(std::istreambuf_iterator<char>(stream), {}), path.string());
  if (!words) {
    problems.push_back({path.string(), 0, 0, words.error().text});
    return nullptr;
  }
  return std::make_shared<const WordShares>(std::move(*words));
}

std::vector<PackTests> read_pack_tests(const std::string& rules_directory,
                                       std::vector<Problem>& problems) {
  std::vector<PackTests> all;
  if (!is_rules_directory(rules_directory, problems)) {
    return all;
  }
  for (const fs::path& path : files(fs::path(rules_directory) / "packs", ".yaml")) {
    if (is_test(path)) {
      all.push_back({path.stem().stem().string(), read_tests(path.string(), problems)});
    }
  }
  return all;
}

Tenant everybody(const std::string& rules_directory) {
  std::vector<Problem> problems;  // told by whoever reads the packs for good
  Tenant tenant;
  tenant.id = "default";
  tenant.name = "default";
  tenant.keep_all = true;
  if (!is_rules_directory(rules_directory, problems)) {
    return tenant;
  }
  for (const RulePack& pack : read_packs(rules_directory + "/packs", problems)) {
    tenant.packs.push_back(pack.name);
    for (const std::string& variable : pack.needs) {
      tenant.variables[variable];
    }
  }
  return tenant;
}

}  // namespace vigie
