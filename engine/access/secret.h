#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// 256 bits of system randomness, URL-safe, 43 characters: session ids, tokens.
std::string random_token();

/// 99 bits of system randomness that a person can type: five groups of four, "k3vm-…".
std::string random_password();

/// BLAKE2b-256 of `secret`, hexadecimal: what is kept of a token that is random itself.
std::string fingerprint(std::string_view secret);

/// URL-safe, without padding.
std::string to_base64url(std::string_view bytes);
/// Nothing if `text` is not that.
std::optional<std::string> from_base64url(std::string_view text);

/// Takes the same time wherever two texts of one length differ.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace vigie
