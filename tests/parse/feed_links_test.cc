#include "engine/parse/feed_links.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

constexpr const char* kUrl = "https://ville.example/actus/feed";

TEST(FeedLinks, OfAtom) {
  const FeedLinks links = find_feed_links(
      R"(<feed xmlns="http://www.w3.org/2005/Atom"><link rel="alternate" href="/"/>
      <link rel="self" href="feed.xml"/><link rel="hub" href="https://hub.example/"/>
      <link rel="hub" href="https://second.example/"/>
      <entry><link rel="self" href="https://no.example/"/></entry></feed>)",
      kUrl);
  EXPECT_EQ(links.self, "https://ville.example/actus/feed.xml");
  EXPECT_EQ(links.hub, "https://hub.example/");
}

TEST(FeedLinks, OfRss) {
  const FeedLinks links = find_feed_links(
      R"(<rss xmlns:a="http://www.w3.org/2005/Atom"><channel><link>https://ville.example/</link>
      <a:link rel="Hub Self" href="https://hub.example/both"/><item><title>x</title></item>)",
      kUrl);
  EXPECT_EQ(links.self, "https://hub.example/both");
  EXPECT_EQ(links.hub, "https://hub.example/both");
}

TEST(FeedLinks, OfJsonFeed) {
  const FeedLinks links = find_feed_links(
      R"({"version":"https://jsonfeed.org/version/1.1","feed_url":"/feed.json",
      "hubs":[{"type":"WebSub","url":"https://hub.example/"}],"items":[]})",
      kUrl);
  EXPECT_EQ(links.self, "https://ville.example/feed.json");
  EXPECT_EQ(links.hub, "https://hub.example/");
}

TEST(FeedLinks, OfFeedsThatHaveNoneAndOfWhatIsNone) {
  const std::string far = "<rss><channel>" + std::string(70 << 10, ' ') +
                          "<atom:link rel='hub' href='https://hub.example/'/></channel></rss>";
  for (const std::string& bytes :
       {std::string(), std::string("{"), std::string("<html><link rel='hub' href='https://a/'/>"),
        std::string(
            "<rss><channel><atom:link rel='hub' href='ftp://hub.example/'/></channel></rss>"),
        std::string("<rss><item><atom:link rel='hub' href='https://a/'/></item></rss>"), far}) {
    const FeedLinks links = find_feed_links(bytes, kUrl);
    EXPECT_EQ(links.hub, "") << bytes.substr(0, 80);
    EXPECT_EQ(links.self, "") << bytes.substr(0, 80);
  }
}

TEST(FeedLinks, TellWhatTheFeedIsCalledAndNotWhatItsImageOrItemsAre) {
  const auto title = [](std::string_view bytes) { return find_feed_links(bytes, kUrl).title; };
  EXPECT_EQ(title("<rss version='2.0'><channel><image><title>Logo</title></image>"
                  "<title>Le &amp;quot;Courrier&amp;quot; du Val</title>"
                  "<item><title>Une</title></item></channel></rss>"),
            "Le \"Courrier\" du Val");
  EXPECT_EQ(title("<feed xmlns='http://www.w3.org/2005/Atom'><title> Mairie </title>"
                  "<entry><title>Une</title></entry></feed>"),
            "Mairie");
  EXPECT_EQ(title(R"({"version":"https://jsonfeed.org/version/1.1","title":"Asso","items":[]})"),
            "Asso");
  EXPECT_EQ(title("<rss><channel><item><title>Une</title></item></channel></rss>"), "");
}

}  // namespace
}  // namespace vigie
