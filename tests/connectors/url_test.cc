#include "connectors/url.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

TEST(Url, IsTakenApart) {
  const auto parts = split_url("wss://[2001:db8::1]:8443/a/b?c=d");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->scheme, "wss");
  EXPECT_EQ(parts->host, "2001:db8::1");
  EXPECT_EQ(parts->port, "8443");
  EXPECT_EQ(parts->authority, "[2001:db8::1]:8443");
  EXPECT_EQ(parts->target, "/a/b?c=d");
  EXPECT_EQ(split_url("nats://bus.example")->port, "");
  EXPECT_FALSE(split_url("no url"));
  EXPECT_FALSE(split_url("https://"));
}

TEST(Url, KnowsItsSite) {
  EXPECT_EQ(site_of("https://a.example:8443/x?y#z"), "https://a.example:8443");
  EXPECT_EQ(site_of("https://a.example"), "https://a.example");
  EXPECT_EQ(site_of("HTTPS://A.example:443/"), "https://a.example");
  EXPECT_EQ(site_of("/x"), "");
}

TEST(Url, FindsAQuerysValues) {
  constexpr std::string_view kUrl = "https://a.example/x?max_id=1&id=2&empty=&last=3";
  EXPECT_EQ(query_value(kUrl, "id"), "2");
  EXPECT_EQ(query_value(kUrl, "last"), "3");
  EXPECT_EQ(query_value(kUrl, "empty"), "");
  EXPECT_EQ(query_value(kUrl, "absent"), "");
  EXPECT_EQ(query_value("https://a.example/id=2", "id"), "");
}

TEST(Url, OfASourceHasASchemeAndAHost) {
  const auto complaint = [](const std::string& url) {
    std::vector<Problem> problems;
    const auto settings = Settings::parse("{url: '" + url + "'}", "vigie.yaml", problems);
    const std::string read = read_base_url(*settings, "url", problems, kWebSocketUrls);
    return problems.empty() ? read : "!";
  };
  EXPECT_EQ(complaint("wss://a.example/"), "wss://a.example");
  EXPECT_EQ(complaint("ws://a.example:1/b"), "ws://a.example:1/b");
  for (const char* wrong :
       {"https://a.example", "wss://", "wss://me@a.example", "wss://a.example/?b", "a.example"}) {
    EXPECT_EQ(complaint(wrong), "!") << wrong;
  }
}

}  // namespace
}  // namespace vigie
