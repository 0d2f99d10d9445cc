#pragma once

#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace vigie {

/// Writes a file that only its owner may read (mode 0600). Its new content is there whole or not at
/// all, whenever the power goes.
Result<void> write_private_file(const std::string& path, std::string_view content);

/// Makes a folder that only its owner may enter (mode 0700), unless it is there; whatever becomes
/// of the power, it then stays.
Result<void> make_private_folder(const std::string& path);

}  // namespace vigie
