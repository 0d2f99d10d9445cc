#include "connectors/public_address.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

TEST(PublicAddress, IsWhatTheInternetReaches) {
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.0.1",
        "172.32.0.1", "192.167.1.1", "193.51.208.1", "223.255.255.255", "2001:660::1",
        "2606:4700::1111", "2a01:e0a::1", "64:ff9b::101:101"}) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
}

TEST(PublicAddress, IsNotThisMachineItsNetworkOrASpecialRange) {
  for (const char* address :
       {"0.0.0.0",        "0.1.2.3",     "10.0.0.1",        "10.255.255.255", "100.64.0.1",
        "127.0.0.1",      "127.255.0.1", "169.254.169.254", "172.16.0.1",     "172.31.255.255",
        "192.0.0.8",      "192.0.2.1",   "192.168.0.1",     "198.18.0.1",     "198.19.255.255",
        "198.51.100.7",   "203.0.113.9", "224.0.0.1",       "239.1.1.1",      "240.0.0.1",
        "255.255.255.255"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
  for (const char* address :
       {"::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "2001::1", "2002:7f00:1::", "100::1", "3fff::1", "64:ff9b:1::1"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

TEST(PublicAddress, IsNotAPrivateOneInDisguise) {
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

TEST(PublicAddress, IsNotWhatIsNoAddress) {
  for (const char* text :
       {"", "localhost", "127.1", "1.1.1.1.1", "2130706433", "0x7f.0.0.1", "fe80::1%eth0"}) {
    EXPECT_FALSE(is_public_address(std::string(text))) << text;
  }
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(&local));
}

}  // namespace
}  // namespace vigie
