#include "connectors/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace vigie {
namespace {

using Ip4 = std::uint32_t;
using Ip6 = std::array<unsigned char, 16>;

struct Ip4Range {
  Ip4 first;
  unsigned prefix_bits;
};
constexpr Ip4 ip4(Ip4 a, Ip4 b, Ip4 c, Ip4 d) { return a << 24 | b << 16 | c << 8 | d; }
constexpr std::array kSpecialIp4 = {
    Ip4Range{ip4(0, 0, 0, 0), 8},      Ip4Range{ip4(10, 0, 0, 0), 8},
    Ip4Range{ip4(100, 64, 0, 0), 10},  Ip4Range{ip4(127, 0, 0, 0), 8},
    Ip4Range{ip4(169, 254, 0, 0), 16}, Ip4Range{ip4(172, 16, 0, 0), 12},
    Ip4Range{ip4(192, 0, 0, 0), 24},   Ip4Range{ip4(192, 0, 2, 0), 24},
    Ip4Range{ip4(192, 88, 99, 0), 24}, Ip4Range{ip4(192, 168, 0, 0), 16},
    Ip4Range{ip4(198, 18, 0, 0), 15},  Ip4Range{ip4(198, 51, 100, 0), 24},
    Ip4Range{ip4(203, 0, 113, 0), 24}, Ip4Range{ip4(224, 0, 0, 0), 4},
    Ip4Range{ip4(240, 0, 0, 0), 4},
};

struct Ip6Range {
  std::array<unsigned char, 6> first;  ///< the rest is zero
  unsigned prefix_bits;
};
/// Global unicast is 2000::/3; within it these are not for everybody.
constexpr std::array kSpecialIp6 = {
    Ip6Range{{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo
    Ip6Range{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Ip6Range{{0x20, 0x02}, 16},              // 6to4: an IPv4 address inside
    Ip6Range{{0x3f, 0xff, 0x00}, 20},        // documentation
};
constexpr Ip6 kNat64 = {0x00, 0x64, 0xff, 0x9b};  // 64:ff9b::/96: an IPv4 address at its end

bool is_public(Ip4 address) {
  return std::ranges::none_of(kSpecialIp4, [&](const Ip4Range& range) {
    return (address ^ range.first) >> (32 - range.prefix_bits) == 0;
  });
}

template <std::size_t N>
bool has_prefix(const Ip6& address, const std::array<unsigned char, N>& first, unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned char expected = bit / 8 < N ? first[bit / 8] : static_cast<unsigned char>(0);
    if (((address[bit / 8] ^ expected) >> (7 - bit % 8) & 1) != 0) {
      return false;
    }
  }
  return true;
}

bool is_public(const Ip6& address) {
  if (has_prefix(address, kNat64, 96)) {
    return is_public(ip4(address[12], address[13], address[14], address[15]));
  }
  constexpr std::array<unsigned char, 1> kGlobalUnicast = {0x20};
  return has_prefix(address, kGlobalUnicast, 3) &&
         std::ranges::none_of(kSpecialIp6, [&](const Ip6Range& range) {
           return has_prefix(address, range.first, range.prefix_bits);
         });
}

}  // namespace

bool is_public_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    return is_public(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof in);
    Ip6 bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public(bytes);
  }
  return false;
}

bool is_public_address(const std::string& text) {
  in_addr four;
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return is_public(ntohl(four.s_addr));
  }
  Ip6 six;
  return ::inet_pton(AF_INET6, text.c_str(), six.data()) == 1 && is_public(six);
}

}  // namespace vigie
