#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// http(s)://host[:port][/…] as browsers write it: scheme and host in small letters, no default
/// port, no '/' at the end. Nothing if it is something else.
std::optional<std::string> normalise_public_url(std::string_view text);

/// "vigie.example.org" or "localhost:8087" of a normalised URL.
std::string authority_of(std::string_view public_url);

}  // namespace vigie
