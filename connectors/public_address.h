#pragma once

#include <sys/socket.h>

#include <string>

namespace vigie {

/// Whether an IP address is one of the open Internet: not this machine, not its network, not one of
/// the ranges that IANA keeps for special purposes (special-purpose address registries for IPv4 and
/// IPv6), nor an IPv6 address that carries such an IPv4 address inside. What a feed's URL or
/// redirect may lead to by default.
bool is_public_address(const sockaddr* address);
/// The same for "192.0.2.1" or "2001:db8::1"; what is not an address is not public.
bool is_public_address(const std::string& text);

}  // namespace vigie
