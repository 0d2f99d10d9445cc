#include "engine/app/public_url.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

TEST(PublicUrl, IsWrittenAsBrowsersWriteIt) {
  EXPECT_EQ(normalise_public_url("https://Vigie.Techniville.example:443/"),
            "https://vigie.techniville.example");
  EXPECT_EQ(normalise_public_url("HTTP://localhost:80"), "http://localhost");
  EXPECT_EQ(normalise_public_url("http://127.0.0.1:8087/Vigie/"), "http://127.0.0.1:8087/Vigie");
  EXPECT_EQ(normalise_public_url("https://[::1]:8443"), "https://[::1]:8443");
}

TEST(PublicUrl, RefusesWhatNoLinkCanBeginWith) {
  for (const char* text : {"vigie.example", "ftp://vigie.example", "https://", "https:///x",
                           "https://a b", "https://a:0", "https://a:99999", "https://a:",
                           "https://user@a", "https://a/?x", "https://a/#x", "https://é.example"}) {
    EXPECT_FALSE(normalise_public_url(text)) << text;
  }
}

TEST(PublicUrl, KnowsWhatOriginSays) {
  EXPECT_EQ(authority_of("https://vigie.example/path"), "vigie.example");
  EXPECT_EQ(authority_of("http://[::1]:8087"), "[::1]:8087");
}

}  // namespace
}  // namespace vigie
