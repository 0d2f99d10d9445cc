#include "engine/app/data_folder.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/store/rocks_key_value.h"

namespace vigie {

namespace fs = std::filesystem;

Result<std::unique_ptr<Store>> open_store(const Config& config, StoreAccess access) {
  RocksOptions rocks;
  rocks.read_only = access == StoreAccess::kReadOnly;
  Result<std::unique_ptr<KeyValue>> key_value = open_rocks(config.data_directory + "/store", rocks);
  if (!key_value) {
    return tl::make_unexpected(key_value.error());
  }
  if (!rocks.read_only) {
    std::error_code not_ours;
    fs::permissions(config.data_directory, fs::perms::owner_all, not_ours);
  }
  StoreOptions options;
  options.read_only = rocks.read_only;
  for (const Tenant& tenant : config.tenants) {
    options.tenants.push_back(tenant.id);
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
