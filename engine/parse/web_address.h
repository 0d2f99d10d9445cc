#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// `reference` against `base` (RFC 3986, 5.2), as text: relative if both are, empty if it is longer
/// than an address may be or cannot be understood.
std::string resolved_reference(std::string_view reference, const std::string& base);

/// The same; empty unless the result is an http or https address.
std::string resolved_address(std::string_view reference, const std::string& base);

}  // namespace vigie
