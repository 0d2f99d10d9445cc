#pragma once

#include <string>

namespace vigie {

/// "https://host:8443" of a URL: whom one talks to, what credentials and a robots.txt belong to.
/// Small letters, no default port; empty if it is not a URL.
std::string site_of(const std::string& url);

/// "/path?query" of a URL, at least "/".
std::string target_of(const std::string& url);

}  // namespace vigie
