#include "engine/app/data_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/pipeline/erasure.h"
#include "engine/store/rocks_key_value.h"

namespace vigie {

namespace fs = std::filesystem;

Result<std::size_t> replay_journal(const std::string& path,
                                   const std::vector<ErasureEntry>& journal,
                                   std::vector<std::string> tenants) {
  Result<std::unique_ptr<KeyValue>> key_value = open_rocks(path);
  if (!key_value) {
    return tl::make_unexpected(key_value.error());
  }
  const Result<std::vector<ErasureEntry>> missing = missing_erasures(**key_value, journal);
  if (!missing) {
    return tl::make_unexpected(missing.error());
  }
  if (missing->empty()) {
    return 0;
  }
  for (const ErasureEntry& entry : *missing) {  // some may have left the configuration
    if (std::ranges::find(tenants, entry.tenant) == tenants.end()) {
      tenants.push_back(entry.tenant);
    }
  }
  StoreOptions options;
  options.tenants = std::move(tenants);
  const Result<std::unique_ptr<Store>> store = Store::open(std::move(*key_value), options);
  if (!store) {
    return tl::make_unexpected(store.error());
  }
  replay_erasures(**store, *missing, options.tenants);
  return missing->size();
}

namespace {

Result<std::vector<ErasureEntry>> missing_in(const KeyValue& key_value,
                                             const std::string& data_directory) {
  const auto journal = read_erasure_journal(erasure_journal_of(data_directory));
  return journal ? missing_erasures(key_value, *journal) : tl::make_unexpected(journal.error());
}

}  // namespace

std::vector<std::string> ids_of(const std::vector<Tenant>& tenants) {
  std::vector<std::string> ids;
  for (const Tenant& tenant : tenants) {
    ids.push_back(tenant.id);
  }
  return ids;
}

Result<std::unique_ptr<Store>> open_store(const Config& config, StoreAccess access) {
  RocksOptions rocks;
  rocks.read_only = access == StoreAccess::kReadOnly;
  Result<std::unique_ptr<KeyValue>> key_value = open_rocks(config.data_directory + "/store", rocks);
  if (!key_value) {
    return tl::make_unexpected(key_value.error());
  }
  const auto missing = missing_in(**key_value, config.data_directory);
  if (!missing) {
    return tl::make_unexpected(missing.error());
  }
  if (!missing->empty() && rocks.read_only) {
    return fail(ErrorCode::kUnavailable,
                "somebody is being erased, or the store is older than an erasure: start the "
                "service, which carries it out, or try again in a moment");
  }
  if (!missing->empty()) {
    key_value->reset();  // closed
    const Result<std::size_t> replayed =
        replay_journal(config.data_directory + "/store", *missing, ids_of(config.tenants));
    key_value = replayed ? open_rocks(config.data_directory + "/store", rocks)
                         : tl::make_unexpected(replayed.error());
    if (!key_value) {
      return tl::make_unexpected(key_value.error());
    }
  }
  if (!rocks.read_only) {
    std::error_code not_ours;
    fs::permissions(config.data_directory, fs::perms::owner_all, not_ours);
  }
  StoreOptions options;
  options.read_only = rocks.read_only;
  options.tenants = ids_of(config.tenants);
  for (const Tenant& tenant : config.tenants) {
    options.retention_days.push_back(tenant.retention_days);
  }
  constexpr std::uint64_t kMicroEurosPerCentAndThousand = 10;
  for (const ConnectorConfig& connector : config.connectors) {
    options.micro_euros_per_read[connector.id] =
        connector.cents_per_1000_reads * kMicroEurosPerCentAndThousand;
  }
  return Store::open(std::move(*key_value), std::move(options));
}

}  // namespace vigie
