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

/// "https://host:8443" of a URL: whom one talks to, what credentials and a robots.txt belong to.
/// Small letters, no default port; empty if it is not a URL.
std::string site_of(const std::string& url);

/// "/path?query" of a URL, at least "/".
std::string target_of(const std::string& url);

/// The value of `name` in the query of `url`, as it stands there; empty if there is none.
std::string_view query_value(std::string_view url, std::string_view name);

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
