#pragma once

#include <string_view>

namespace vigie {

/// What can be written to: name@host in ASCII without spaces and signs of lists, 254 bytes at most
/// (RFC 5321, 4.5.3.1.3).
bool is_mail_address(std::string_view text);

}  // namespace vigie
