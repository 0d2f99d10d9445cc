#include "engine/app/town_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "engine/app/fingerprint.h"
#include "engine/core/private_file.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

std::string town_path(const std::string& data_directory, std::string_view tenant) {
  return data_directory + "/towns/" + std::string(tenant) + ".json";
}

}  // namespace

TownSettingsById read_town_files(const std::string& data_directory,
                                 const std::vector<Tenant>& tenants,
                                 std::vector<Problem>& problems) {
  TownSettingsById all;
  for (const Tenant& tenant : tenants) {
    const std::string path = town_path(data_directory, tenant.id);
    std::error_code error;
    if (!fs::exists(path, error)) {
      continue;
    }
    std::ifstream stream(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    std::optional<TownSettings> settings = parse_town_settings(text);
    if (settings) {
      all.emplace(tenant.id, std::move(*settings));
    } else {
      problems.push_back({path, 0, 0, "what the town has set is not as it was written"});
    }
  }
  return all;
}

Result<void> write_town_file(const std::string& data_directory, std::string_view tenant,
                             const TownSettings& settings) {
  if (const Result<void> made = make_private_folder(data_directory + "/towns"); !made) {
    return made;
  }
  return write_private_file(town_path(data_directory, tenant), to_string(settings));
}

std::string hash_of(const TownSettings& settings) {
  Fingerprint fingerprint;
  fingerprint.add(to_string(settings));
  return fingerprint.finish();
}

void take_over(const TownSettings& settings, Tenant& tenant) {
  if (!settings.name.empty()) {
    tenant.name.change(settings.name);
  }
  for (const auto& [name, values] : settings.variables) {
    tenant.variables[name] = values;
  }
}

}  // namespace vigie
