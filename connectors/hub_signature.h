#pragma once

#include <string_view>

namespace vigie {

/// Whether `header` (X-Hub-Signature: "sha256=<hex>"; sha1, sha256, sha384 or sha512) is the HMAC
/// of `body` by `secret` (WebSub, 7.1). Takes as long whether it fits or not.
bool hub_signature_fits(std::string_view header, std::string_view body, std::string_view secret);

}  // namespace vigie
