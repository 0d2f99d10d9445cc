#pragma once

#include <memory>

#include "engine/app/config.h"
#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

enum class StoreAccess { kReadWrite, kReadOnly };

/// Opens the store in the configuration's data folder; makes both if they are not there (unless
/// read-only). A folder that another engine has open can only be read.
Result<std::unique_ptr<Store>> open_store(const Config& config, StoreAccess access);

}  // namespace vigie
