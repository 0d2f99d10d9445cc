#include "connectors/robots_rules.h"

#include <gtest/gtest.h>

#include <random>

namespace vigie {
namespace {

using namespace std::string_literals;

bool allows(std::string_view robots_txt, std::string_view target) {
  return !RobotsRules(robots_txt, "Vigie").forbidding(target);
}

// RFC 9309, 5.1, with our name for its ExampleBot and BarBot.
constexpr std::string_view kExample =
    "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
    "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n"
    "User-Agent: barbot\nUser-Agent: vigie\nDisallow: /example/page.html\n\n"
    "User-Agent: quxbot\n";

TEST(RobotsRules, TheExampleOfTheStandard) {
  EXPECT_FALSE(allows(kExample, "/example/page.html"));
  EXPECT_TRUE(allows(kExample, "/example/allowed.gif")) << "who is named is not everybody";
  const RobotsRules other(kExample, "OtherBot"), foo(kExample, "FooBot"), qux(kExample, "QuxBot");
  EXPECT_EQ(other.forbidding("/example/page.html"), "Disallow: /example/");
  EXPECT_EQ(other.forbidding("/publications/a.html"), std::nullopt);
  EXPECT_EQ(other.forbidding("/a/b.gif"), "Disallow: *.gif$");
  EXPECT_EQ(other.forbidding("/a/b.gif?size=1"), std::nullopt);
  EXPECT_EQ(foo.forbidding("/"), "Disallow: /");
  EXPECT_EQ(foo.forbidding("/example/allowed.gif"), std::nullopt);
  EXPECT_EQ(qux.forbidding("/example/page.html"), std::nullopt) << "its own group forbids nothing";
}

TEST(RobotsRules, TheLongestPatternDecidesAndAllowWinsATie) {
  // RFC 9309, 5.2.
  constexpr std::string_view kLongest =
      "User-Agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
  EXPECT_FALSE(allows(kLongest, "/example/page/disallowed.gif"));
  EXPECT_TRUE(allows(kLongest, "/example/page/other.gif"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /page\nAllow: /page\n", "/page"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /\nAllow: /$\n", "/"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /\nAllow: /$\n", "/page"));
}

TEST(RobotsRules, StarAndDollarMeanWhatTheStandardSays) {
  const auto with = [](const std::string& pattern, std::string_view target) {
    return allows("User-agent: *\nDisallow: " + pattern + "\n", target);
  };
  EXPECT_FALSE(with("/this/*/exactly", "/this/path/exactly"));
  EXPECT_FALSE(with("/this/path/exactly$", "/this/path/exactly"));
  EXPECT_TRUE(with("/this/path/exactly$", "/this/path/exactly/not"));
  EXPECT_FALSE(with("/*.php$", "/a.php.php"));
  EXPECT_FALSE(with("/*a*b*c", "/xxaxxbxxcxx"));
  EXPECT_TRUE(with("/*a*b*c", "/xxaxxcxxbxx"));
  EXPECT_FALSE(with("/*ab$", "/ab/ab"));
  EXPECT_TRUE(with("/ab*ab$", "/ab"));
  EXPECT_FALSE(with("/feed?*id=", "/feed?a=1&id=2"));
  EXPECT_FALSE(with("/a%2Ab", "/a*b")) << "a star that means itself";
  EXPECT_TRUE(with("/a%2Ab", "/axb"));
}

TEST(RobotsRules, PercentEncodingDoesNotHideAPath) {
  const auto with = [](const std::string& pattern, std::string_view target) {
    return allows("User-agent: *\nDisallow: " + pattern + "\n", target);
  };
  // RFC 9309, 2.2.2.
  EXPECT_FALSE(with("/foo/bar?baz=quz", "/foo/bar?baz=quz"));
  EXPECT_FALSE(with("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https%3a%2f%2ffoo.bar"));
  EXPECT_FALSE(with("/foo/bar/\u30c4", "/foo/bar/%E3%83%84"));
  EXPECT_FALSE(with("/foo/bar/%E3%83%84", "/foo/bar/\u30c4"));
  EXPECT_FALSE(with("/foo/bar/%62%61%7A", "/foo/bar/baz"));
  EXPECT_TRUE(with("/a%2Fb", "/a/b")) << "a reserved octet is not what stands for it";
}

TEST(RobotsRules, GroupsOfTheSameNameCountTogether) {
  constexpr std::string_view kParted =
      "User-agent: Vigie/2.0\nDisallow: /a\n\nUser-agent: other\nDisallow: /b\n\n"
      "user-agent:VIGIE # us\nCrawl-delay: 5\nDisallow: /c\nSitemap: https://x/map\nDisallow: /d\n";
  for (const char* forbidden : {"/a", "/c", "/d"}) {
    EXPECT_FALSE(allows(kParted, forbidden)) << forbidden;
  }
  EXPECT_TRUE(allows(kParted, "/b"));
  EXPECT_TRUE(allows("User-agent: VigieX\nDisallow: /\n", "/")) << "that is somebody else";
}

TEST(RobotsRules, ReadsWhatPeopleWrite) {
  EXPECT_FALSE(allows("\xef\xbb\xbfUser-agent: *\rDisallow: /a # why\r\r", "/a"));
  EXPECT_FALSE(allows("User-agent:*\r\n\r\nDisallow:/a\r\n", "/a"));
  EXPECT_TRUE(allows("Disallow: /\nUser-agent: *\n", "/a")) << "a rule of no group";
  EXPECT_TRUE(allows("User-agent: *\nDisallow:\n", "/a"));
  EXPECT_TRUE(allows("<html><body>404: /</body></html>", "/a"));
  EXPECT_TRUE(allows("", "/a"));
  EXPECT_TRUE(allows("\0\xff\n:\n::\n%zz"s, "/%zz%"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /\n", "/robots.txt"));
}

TEST(RobotsRules, AFileBeyondTheBoundCountsUpToIt) {
  std::string large = "User-agent: *\nDisallow: /first\n";
  large += std::string(RobotsRules::kMaxBytes, '#') + "\nDisallow: /last\n";
  EXPECT_FALSE(allows(large, "/first"));
  EXPECT_TRUE(allows(large, "/last"));
  const std::string stars(RobotsRules::kMaxPatternBytes - 1, '*');
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /" + stars + "\n", "/" + std::string(5000, 'a')));
}

TEST(RobotsRules, WhateverStandsInAFileDoesNoHarm) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::minstd_rand random(seed);
  constexpr std::string_view kPieces[] = {
      "User-agent:", "*", "vigie", "\n", "Disallow:", "Allow:", "/", "$", "%2A", "%", "a", "\xff"};
  const auto text = [&](std::size_t pieces) {
    std::string made;
    for (std::size_t i = random() % pieces; i > 0; --i) {
      made += kPieces[random() % std::size(kPieces)];
    }
    return made;
  };
  for (int i = 0; i < 5'000; ++i) {
    const RobotsRules rules(text(60), "Vigie");
    const auto line = rules.forbidding("/" + text(20));
    EXPECT_TRUE(!line || line->starts_with("Disallow: "));
  }
}

}  // namespace
}  // namespace vigie
