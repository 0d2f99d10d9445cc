#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// The parts of a URL (RFC 3986) that whoever connects by himself needs.
struct UrlParts {
  std::string scheme;
  std::string host;       ///< an address of IPv6 without its brackets
  std::string port;       ///< empty: none is named
  std::string authority;  ///< host and port as the Host field says them
  std::string target;     ///< path and query
};
/// kRefused: not a URL with a host.
Result<UrlParts> split_url(const std::string& url);

/// "https://host:port" of a URL; empty if it is none.
std::string_view site_of(std::string_view url);

/// `text` for the query of a URL.
std::string percent_encoded(std::string_view text);

/// The value of `name` in the query of `url`, as it stands there; empty if there is none.
std::string_view query_value(std::string_view url, std::string_view name);

/// The target that a Link field (RFC 8288) calls `relation`; empty if there is none.
std::string_view link_target(std::string_view links, std::string_view relation);

/// How URLs of one sort begin, in the clear and over TLS.
struct UrlSort {
  std::string_view plain, secure;
};
inline constexpr UrlSort kHttpUrls{"http://", "https://"}, kWebSocketUrls{"ws://", "wss://"},
    kNatsUrls{"nats://", "tls://"};

/// A setting that says where a source lives: one of the sort's beginnings and a host, perhaps a
/// path, without the slash at its end. Complains of anything else.
std::string read_base_url(const Settings& settings, std::string_view name,
                          std::vector<Problem>& problems, UrlSort sort = kHttpUrls,
                          std::optional<std::string> fallback = {});

}  // namespace vigie
