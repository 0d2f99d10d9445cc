#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// Reads a secret from a file that only its owner may read (mode 0600 or less); the line end behind
/// it is not part of it. At least 16 bytes, at most 4 KiB. `/run/credentials/vigie.service/NAME` is
/// the credential that systemd hands over under this name, of whatever unit runs this
/// (LoadCredential=); who may read that is systemd's concern.
Result<std::string> read_secret_file(const std::string& path);

/// What a source is shown of us, by a connector's `secret_file`, or by its `credential`: the name
/// of one that systemd hands over (LoadCredential=), which sees to who may read it. Of the same
/// size, one line of visible ASCII characters: it goes into header fields. Nothing: neither is
/// there, or a problem was complained of. A connector that needs several names the two fields of
/// each.
std::optional<std::string> read_secret(const Settings& settings, std::vector<Problem>& problems,
                                       std::string_view file_field = "secret_file",
                                       std::string_view credential_field = "credential");

}  // namespace vigie
