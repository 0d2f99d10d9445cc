#include "connectors/disclosure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/registry.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

SourceDisclosure disclosed(std::string_view type, const std::string& yaml) {
  std::vector<Problem> problems;
  const auto settings = Settings::parse(yaml, "test", problems);
  EXPECT_TRUE(settings) << to_string(problems);
  return disclose(type, *settings);
}

TEST(Disclosure, AFeedIsToldTheAddressAndOurName) {
  const SourceDisclosure feed = disclosed("feed", "{url: 'https://journal.example/rss?key=1'}");
  EXPECT_THAT(feed.hosts, ElementsAre("journal.example"));
  EXPECT_THAT(feed.sends, ElementsAre("user_agent", "address"));
  EXPECT_FALSE(feed.is_pushed);
  const SourceDisclosure pushed =
      disclosed("feed", "{url: 'https://journal.example/rss', websub: true}");
  EXPECT_THAT(pushed.sends, ElementsAre("user_agent", "address", "callback"));
  EXPECT_TRUE(pushed.is_pushed);
}

TEST(Disclosure, ABuiltInSourceNamesAllItsHostsAndASettingReplacesOne) {
  EXPECT_THAT(disclosed("reddit", "{subreddit: rouen, secret_file: s}").hosts,
              ElementsAre("oauth.reddit.com", "www.reddit.com"));
  const SourceDisclosure moved =
      disclosed("reddit", "{subreddit: rouen, secret_file: s, api: 'http://127.0.0.1:8/'}");
  EXPECT_THAT(moved.hosts, ElementsAre("127.0.0.1", "www.reddit.com"));
  EXPECT_THAT(moved.sends, ElementsAre("user_agent", "query", "credential"));
}

TEST(Disclosure, XIsAskedAtXAndTheSecretIsNoHost) {
  const SourceDisclosure x = disclosed("x", "{secret_file: /etc/x.token, rules: [rouen]}");
  EXPECT_THAT(x.hosts, ElementsAre("api.x.com"));
  EXPECT_THAT(x.sends, ElementsAre("user_agent", "query", "credential"));
}

TEST(Disclosure, ADescribedSourceNamesTheHostsOfItsRequests) {
  const SourceDisclosure one = disclosed("http_json", R"({
      request: {url: 'https://a.example/x?q={secret}'},
      before: [{name: t, url: 'https://b.example/token'}, {name: u, url: '{t}/x'}]})");
  EXPECT_THAT(one.hosts, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(one.sends, ElementsAre("user_agent", "query"));
}

TEST(Disclosure, StreamsBusesPushesAndFiles) {
  EXPECT_THAT(disclosed("mastodon", "{instance: 'https://mamot.example'}").hosts,
              ElementsAre("mamot.example"));
  EXPECT_THAT(disclosed("jetstream", "{url: 'wss://jet.example', dids: [a]}").sends,
              ElementsAre("user_agent", "accounts"));
  EXPECT_THAT(disclosed("nats", "{url: 'tls://bus.example:4222', credential: n}").sends,
              ElementsAre("acknowledgement", "credential"));
  const SourceDisclosure hook = disclosed("webhook", "{secret_file: s}");
  EXPECT_TRUE(hook.is_pushed);
  EXPECT_THAT(hook.sends, IsEmpty());
  EXPECT_THAT(disclosed("file", "{path: x}").sends, IsEmpty());
}

TEST(Disclosure, WhoIsPushedToSaysWhomItAsksBesides) {
  const SourceDisclosure videos = disclosed("youtube_push", "{channel: UC1}");
  EXPECT_TRUE(videos.is_pushed);
  EXPECT_THAT(videos.hosts, ElementsAre("pubsubhubbub.appspot.com"));
  EXPECT_THAT(videos.sends, ElementsAre("user_agent", "accounts", "callback"));
  EXPECT_THAT(disclosed("youtube_push", "{channel: UC1, hub: 'https://hub.example/x'}").hosts,
              ElementsAre("hub.example"));
  const SourceDisclosure page = disclosed("facebook_webhook", "{secret_file: s, token_file: t}");
  EXPECT_TRUE(page.is_pushed);
  EXPECT_THAT(page.hosts, ElementsAre("graph.facebook.com"));
  EXPECT_THAT(page.sends, ElementsAre("user_agent", "address", "credential"));
  const SourceDisclosure told_all = disclosed("facebook_webhook", "{secret_file: s}");
  EXPECT_TRUE(told_all.is_pushed);
  EXPECT_THAT(told_all.hosts, IsEmpty());
  EXPECT_THAT(told_all.sends, IsEmpty());
}

/// A new type must not go unspoken of.
TEST(Disclosure, EveryTypeThatAsksSaysWhom) {
  for (const auto& [type, how] : connector_types()) {
    const SourceDisclosure one =
        disclosed(type,
                  "{url: 'https://h.example', instance: 'https://h.example', "
                  "api: 'https://h.example', token_file: t, request: {url: '{api}/x'}}");
    if (type == "webhook" || type == "file" || type == "accueil") {
      continue;
    }
    EXPECT_THAT(one.hosts, Not(IsEmpty())) << type;
    EXPECT_THAT(one.sends, Not(IsEmpty())) << type;
  }
}

}  // namespace
}  // namespace vigie
