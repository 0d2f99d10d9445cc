#include "engine/app/library.h"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>

#include "engine/match/rule_reader.h"
#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

/// Hashes what was given, each piece with its length, so that no two lists of pieces look alike.
class Fingerprint {
 public:
  Fingerprint() { crypto_generichash_init(&state_, nullptr, 0, kBytes); }

  void add(std::string_view piece) {
    const std::uint64_t size = piece.size();
    unsigned char length[sizeof size];
    for (std::size_t i = 0; i < sizeof size; ++i) {
      length[i] = static_cast<unsigned char>(size >> (8 * i));
    }
    crypto_generichash_update(&state_, length, sizeof length);
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(piece.data()), size);
  }

  /// 16 hex digits.
  std::string finish() {
    unsigned char hash[kBytes];
    crypto_generichash_final(&state_, hash, kBytes);
    char text[17];
    sodium_bin2hex(text, sizeof text, hash, 8);
    return text;
  }

 private:
  static constexpr std::size_t kBytes = crypto_generichash_BYTES_MIN;
  crypto_generichash_state state_;
};

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

std::string hash_of(const std::string& rules_directory, const std::vector<Tenant>& tenants) {
  Fingerprint fingerprint;
  std::vector<fs::path> paths = pack_files(rules_directory);
  for (fs::path& path : files(fs::path(rules_directory) / "lexicons", ".tsv")) {
    paths.push_back(std::move(path));
  }
  for (const fs::path& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    fingerprint.add(path.filename().string());
    fingerprint.add(std::string(std::istreambuf_iterator<char>(stream), {}));
  }
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

}  // namespace

namespace {

/// Packs, lexicons and models as one. Null if there is a problem.
std::shared_ptr<const Knowledge> compile(const std::vector<RulePack>& packs,
                                         const std::string& rules_directory,
                                         std::shared_ptr<const Models> models,
                                         const std::vector<Tenant>& tenants, std::string ruleset,
                                         std::size_t before, std::vector<Problem>& problems) {
  auto catalogue = std::make_shared<Catalogue>();
  Knowledge knowledge;
  knowledge.rules = RuleSet::compile(packs, tenants, TextFolder::fold_phrase, *catalogue, problems);
  for (const RulePack& pack : packs) {
    knowledge.packs.push_back({pack.name, pack.title, pack.rules.size()});
  }
  KnownNames known;
  for (const RulePack& pack : packs) {
    for (const Rule& rule : pack.rules) {
      known.rules.insert(rule.id);
      if (rule.kind == RuleKind::kTopic) {
        known.topics.insert(rule.topic);
      }
    }
  }
  knowledge.cards = std::make_shared<const CardBook>(
      read_cards(rules_directory + "/cards", tenants, known, problems));
  knowledge.lexicons =
      read_lexicons(rules_directory + "/lexicons", TextFolder::fold_phrase, *catalogue, problems);
  if (problems.size() != before) {
    std::ranges::stable_sort(
        problems.begin() + static_cast<std::ptrdiff_t>(before), problems.end(), {},
        [](const Problem& problem) { return std::tie(problem.file, problem.line); });
    return nullptr;
  }
  catalogue->ruleset = std::move(ruleset);
  catalogue->model = models->hash();
  knowledge.models = std::move(models);
  knowledge.catalogue = std::move(catalogue);
  return std::make_shared<const Knowledge>(std::move(knowledge));
}

}  // namespace

std::shared_ptr<const Knowledge> read_knowledge(const std::string& rules_directory,
                                                const std::vector<Tenant>& tenants,
                                                std::vector<Problem>& problems) {
  if (!is_rules_directory(rules_directory, problems)) {
    return nullptr;
  }
  const std::size_t before = problems.size();
  const std::vector<RulePack> packs = read_packs(rules_directory + "/packs", problems);
  Result<Models> models = read_models(rules_directory + "/models");
  std::shared_ptr<const Models> shared;
  if (models) {
    shared = std::make_shared<const Models>(std::move(*models));
  } else {
    problems.push_back({rules_directory + "/models", 0, 0, models.error().text});
  }
  return compile(packs, rules_directory, std::move(shared), tenants,
                 hash_of(rules_directory, tenants), before, problems);
}

std::shared_ptr<const Knowledge> with_pack(const Knowledge& in_force, const RulePack& pack,
                                           const std::string& rules_directory,
                                           const std::vector<Tenant>& tenants,
                                           std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  std::vector<RulePack> packs = read_packs(rules_directory + "/packs", problems);
  std::erase_if(packs, [&](const RulePack& other) { return other.name == pack.name; });
  packs.push_back(pack);
  return compile(packs, rules_directory, in_force.models, tenants,
                 in_force.catalogue->ruleset + "+" + pack.name, before, problems);
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
