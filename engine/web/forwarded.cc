#include "engine/web/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

bool is_address(const std::string& text) {
  in6_addr parsed;
  return inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

}  // namespace

std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const TrustedProxies& proxies) {
  std::string client = peer;
  while (proxies.contains(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const bool is_last = comma == std::string_view::npos;
    std::string hop(trimmed(is_last ? forwarded_for : forwarded_for.substr(comma + 1)));
    forwarded_for = is_last ? std::string_view() : forwarded_for.substr(0, comma);
    if (!is_address(hop)) {
      break;
    }
    client = std::move(hop);
  }
  return client;
}

}  // namespace vigie
