#pragma once

#include <set>
#include <string>
#include <string_view>

namespace vigie {

/// Addresses of our own reverse proxies, as text: "127.0.0.1".
using TrustedProxies = std::set<std::string, std::less<>>;

/// Who is asking: the peer, or, if that is a proxy of ours, the last hop of X-Forwarded-For that is
/// none. What stands before that hop was written by whoever asks, and is worth nothing.
std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const TrustedProxies& proxies);

}  // namespace vigie
