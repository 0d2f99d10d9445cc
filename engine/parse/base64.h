#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// The bytes that Base64 (RFC 4648, 4) stands for; blanks between are passed over, padding may be
/// missing. Nothing if anything else is in it.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace vigie
