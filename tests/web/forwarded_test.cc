#include "engine/web/forwarded.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

const TrustedProxies kOurs = {"127.0.0.1", "10.0.0.5"};

TEST(Forwarded, IsBelievedOnlyFromAProxyOfOurs) {
  EXPECT_EQ(client_address("127.0.0.1", "192.0.2.7", kOurs), "192.0.2.7");
  EXPECT_EQ(client_address("198.51.100.1", "192.0.2.7", kOurs), "198.51.100.1");
  EXPECT_EQ(client_address("127.0.0.1", "192.0.2.7", {}), "127.0.0.1");
}

TEST(Forwarded, CountsFromTheEndThatWeWroteOurselves) {
  EXPECT_EQ(client_address("127.0.0.1", "1.1.1.1, 192.0.2.7, 10.0.0.5", kOurs), "192.0.2.7");
  EXPECT_EQ(client_address("127.0.0.1", "1.1.1.1,2001:db8::1", kOurs), "2001:db8::1");
}

TEST(Forwarded, FallsBackToTheLastAddressThatIsOne) {
  EXPECT_EQ(client_address("127.0.0.1", "", kOurs), "127.0.0.1");
  EXPECT_EQ(client_address("127.0.0.1", "unknown", kOurs), "127.0.0.1");
  EXPECT_EQ(client_address("127.0.0.1", "unknown, 10.0.0.5", kOurs), "10.0.0.5");
}

}  // namespace
}  // namespace vigie
