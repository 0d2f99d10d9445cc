#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/access/erasure_journal.h"
#include "engine/app/config.h"
#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

enum class StoreAccess { kReadWrite, kReadOnly };

/// Carries out what `journal` holds and the store in the folder `path` does not know: it may be
/// older than its journal. Nobody else may have it open. Gives how many there were.
Result<std::size_t> replay_journal(const std::string& path,
                                   const std::vector<ErasureEntry>& journal,
                                   std::vector<std::string> tenants);

std::vector<std::string> ids_of(const std::vector<Tenant>& tenants);

/// Opens the store in the configuration's data folder; makes both if they are not there (unless
/// read-only). A folder that another engine has open can only be read. Who was erased since the
/// store was written (it was put back from a backup) is erased before anybody sees it; read-only,
/// such a store is kUnavailable.
Result<std::unique_ptr<Store>> open_store(const Config& config, StoreAccess access);

}  // namespace vigie
