// YouTube's hub: a small server of ours that is asked, and asks and pushes through a real HTTP
// server, with the bodies of YouTube's own page.
#include "connectors/youtube_push.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/feed.h"
#include "connectors/registry.h"
#include "engine/core/form.h"
#include "tests/connectors/api_peer.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/hook_server.h"
#include "tests/connectors/hub_signing.h"
#include "tests/connectors/mapped.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Form = std::map<std::string, std::string, std::less<>>;

constexpr const char* kHook = "https://vigie.example/hooks/town";
constexpr const char* kSource = "youtube_push";

std::string entry(const std::string& id, const std::string& title,
                  const std::string& updated = "2015-03-06T21:40:57+00:00") {
  return "<entry><id>yt:video:" + id + "</id><yt:videoId>" + id +
         "</yt:videoId><yt:channelId>UCtown</yt:channelId><title>" + title +
         "</title><link rel='alternate' href='http://www.youtube.com/watch?v=" + id +
         "'/><author><name>Techniville</name><uri>http://www.youtube.com/channel/UCtown</uri>"
         "</author><published>2015-03-06T21:40:57+00:00</published><updated>" +
         updated + "</updated></entry>";
}
std::string pushed(const std::string& inside) {
  return "<?xml version='1.0' encoding='UTF-8'?><feed "
         "xmlns:yt='http://www.youtube.com/xml/schemas/2015' "
         "xmlns:at='http://purl.org/atompub/tombstones/1.0' xmlns='http://www.w3.org/2005/Atom'>"
         "<title>YouTube video feed</title>" +
         inside + "</feed>";
}

class YoutubePush : public testing::Test {
 protected:
  /// An engine in which the connector runs.
  struct Town {
    Town(const YoutubePush& test, const std::string& cursor = {}, std::size_t capacity = 64,
         std::chrono::seconds later = {}, const std::string& channel = "UCtown")
        : engine(kSource, cursor, capacity) {
      engine.set_hook_url(kHook);
      engine.clock().advance(later);
      auto made = make_youtube_push_connector(engine.context(
          "channel: " + channel + "\nallow_private: true\nhub: " + test.hub_.url() + "/hub\n"));
      EXPECT_TRUE(made) << made.error().text;
      connector = std::move(*made);
      server = std::make_unique<HookServer>(engine, *connector);
      boost::asio::co_spawn(engine.io(), connector->run(),
                            boost::asio::bind_cancellation_slot(
                                cancel.slot(), [this](std::exception_ptr) { has_ended = true; }));
    }
    ~Town() {
      cancel.emit(boost::asio::cancellation_type::terminal);
      work_until([this] { return has_ended; });
      server.reset();
    }
    void work_until(const std::function<bool()>& done) {
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (!done() && std::chrono::steady_clock::now() < give_up) {
        engine.io().restart();
        engine.io().run_for(std::chrono::milliseconds(2));
      }
      EXPECT_TRUE(done()) << engine.status().snapshot().detail;
    }
    std::string detail() { return engine.status().snapshot().detail; }
    std::string cursor() const {
      std::string last;
      for (const auto& arrival : engine.arrivals()) {
        last = arrival.cursor.empty() ? last : arrival.cursor;
      }
      return last;
    }
    FeedCursor kept() const { return parse_feed_cursor(cursor()).value_or(FeedCursor{}); }
    Mapped mapped() const {
      const auto mapping = make_youtube_push_mapping();
      Mapped all(*mapping, "");
      for (const auto& arrival : engine.arrivals()) {
        const Mapped one(*mapping, arrival.bytes);
        all.told.insert(all.told.end(), one.told.begin(), one.told.end());
        all.ids.insert(all.ids.end(), one.ids.begin(), one.ids.end());
        all.keys.insert(all.keys.end(), one.keys.begin(), one.keys.end());
        all.dates.insert(all.dates.end(), one.dates.begin(), one.dates.end());
        all.rejected += one.rejected;
      }
      return all;
    }

    EngineStandIn engine;
    std::unique_ptr<Connector> connector;
    std::unique_ptr<HookServer> server;
    boost::asio::cancellation_signal cancel;
    bool has_ended = false;
  };

  std::vector<Form> asked() const {
    std::vector<Form> forms;
    for (const ApiPeer::Request& request : hub_.requests()) {
      EXPECT_EQ(request.path, "/hub");
      forms.push_back(parse_form(request.body));
    }
    return forms;
  }
  static std::string token_in(const Form& form) {
    const std::string& callback = form.at("hub.callback");
    return callback.substr(callback.find("?token=") + 7);
  }
  /// The hub wants to know whether we meant what it was asked.
  static RawAnswer confirm(Town& town, const Form& form, const std::string& lease = "432000") {
    return town.server->send(HookServer::get(form_of({{"token", token_in(form)},
                                                      {"hub.mode", form.at("hub.mode")},
                                                      {"hub.topic", form.at("hub.topic")},
                                                      {"hub.challenge", "14"},
                                                      {"hub.lease_seconds", lease}})));
  }
  /// Subscribed, and confirmed by the hub.
  std::unique_ptr<Town> subscribed(std::size_t capacity = 64) {
    auto town = std::make_unique<Town>(*this, std::string(), capacity);
    town->work_until([&] { return !asked().empty(); });
    EXPECT_EQ(confirm(*town, asked().at(0)).body, "14");
    town->work_until([&] {
      return town->detail().starts_with("pushed by") &&
             town->kept().subscription.expires_at > Time{};
    });
    return town;
  }
  static std::string by_the_hub(const Form& form, const std::string& body,
                                const std::string& secret = {}) {
    const std::string signature =
        hub_signature("sha1", EVP_sha1(), body, secret.empty() ? form.at("hub.secret") : secret);
    return HookServer::post(
        body, "Content-Type: application/atom+xml\r\nX-Hub-Signature: " + signature + "\r\n",
        "token=" + token_in(form));
  }

  ApiPeer hub_{[](const ApiPeer::Request&) { return ApiPeer::Answer{.status = 202}; }};
};

TEST_F(YoutubePush, TakesVideosAsTheHubPushesThem) {
  shows(kSource, "takes");
  const auto town = subscribed();
  const Form form = asked().at(0);
  EXPECT_EQ(form.at("hub.mode"), "subscribe");
  EXPECT_EQ(form.at("hub.topic"), "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCtown");
  EXPECT_EQ(town->server->send(by_the_hub(form, pushed(entry("v1", "Les vœux du maire")))).status,
            202);
  const Mapped all = town->mapped();
  ASSERT_THAT(all.ids, ElementsAre("v1"));
  EXPECT_EQ(format_time(all.dates[0]), "2015-03-06T21:40:57Z");
  for (const char* part :
       {R"("source":"youtube")", R"("id":"UCtown")", "Les vœux du maire", "watch?v=v1"}) {
    EXPECT_THAT(all.told[0], HasSubstr(part));
  }
}

TEST_F(YoutubePush, GoesOnAfterAKillWithTheSameSubscription) {
  shows(kSource, "resumes");
  std::string cursor;
  Form form;
  {
    const auto killed = subscribed();
    cursor = killed->cursor();
    form = asked().at(0);
    killed->engine.pause();
    int turns = 0;
    killed->server->send_and_leave(by_the_hub(form, pushed(entry("v1", "Un film"))),
                                   [&] { return ++turns > 30; });
    EXPECT_THAT(killed->mapped().ids, testing::IsEmpty());
  }
  Town town(*this, cursor);
  town.work_until([&] { return town.detail().starts_with("pushed by"); });
  for (int i = 0; i < 2; ++i) {  // the second time because the answer was lost
    EXPECT_EQ(town.server->send(by_the_hub(form, pushed(entry("v1", "Un film")))).status, 202);
  }
  EXPECT_EQ(asked().size(), 1U) << "it need not subscribe again";
  const auto keys = town.mapped().keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0], keys[1]) << "the same video in the same version: the store has it once";
}

TEST_F(YoutubePush, TakesNothingOfAPushThatIsCutOff) {
  shows(kSource, "cut");
  const auto town = subscribed();
  const std::string push = by_the_hub(asked().at(0), pushed(entry("v1", "Un film")));
  EXPECT_NE(town->server->cut(push).status, 202);
  EXPECT_THAT(town->mapped().ids, testing::IsEmpty());
  EXPECT_EQ(town->server->send(push).status, 202);
  EXPECT_THAT(town->mapped().ids, ElementsAre("v1"));
}

TEST_F(YoutubePush, TheHubIsAskedToComeAgainWhileTheEngineIsBusy) {
  shows(kSource, "limited");
  const auto town = subscribed(4);
  town->engine.pause();
  std::size_t waiting = 0;
  for (Port::Parcel filler; town->engine.port().try_send(filler); filler = {}) {
    ++waiting;
  }
  const std::string push = by_the_hub(asked().at(0), pushed(entry("v1", "Un film")));
  const RawAnswer busy = town->server->send(push);
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.at("retry-after"), "1");
  const std::size_t before = town->engine.arrivals().size();
  town->engine.resume();
  town->work_until([&] { return town->engine.arrivals().size() >= before + waiting; });
  EXPECT_EQ(town->server->send(push).status, 202);
}

TEST_F(YoutubePush, AForgedPushIsDiscardedAndTold) {
  shows(kSource, "refused");
  const auto town = subscribed();
  const Form form = asked().at(0);
  const std::string body = pushed(entry("v1", "Faux"));
  EXPECT_EQ(town->server->send(by_the_hub(form, body, "guessed")).status, 202);
  EXPECT_EQ(town->server->send(HookServer::post(body, "", "token=" + token_in(form))).status, 202);
  EXPECT_EQ(town->server->send(HookServer::post(body, "", "token=00")).status, 404);
  EXPECT_THAT(town->mapped().ids, testing::IsEmpty());
  EXPECT_EQ(town->engine.status().snapshot().errors, 2U);
}

TEST_F(YoutubePush, IsPatientWithASlowTrickle) {
  shows(kSource, "trickle");
  const auto town = subscribed();
  EXPECT_EQ(town->server->trickle(by_the_hub(asked().at(0), pushed(entry("v1", "Un film")))).status,
            202);
  EXPECT_THAT(town->mapped().ids, ElementsAre("v1"));
}

TEST_F(YoutubePush, OneBadEntryDoesNotCostTheOthers) {
  shows(kSource, "malformed");
  const auto town = subscribed();
  const std::string body = pushed("<at:deleted-entry when='x'/>" + entry("v1", "Un film"));
  EXPECT_EQ(town->server->send(by_the_hub(asked().at(0), body)).status, 202);
  EXPECT_THAT(town->mapped().ids, ElementsAre("v1"));
  EXPECT_EQ(town->mapped().rejected, 1);
}

TEST_F(YoutubePush, ANewTitleIsALaterVersion) {
  shows(kSource, "edit");
  const auto town = subscribed();
  const Form form = asked().at(0);
  town->server->send(by_the_hub(form, pushed(entry("v1", "Un film"))));
  town->server->send(
      by_the_hub(form, pushed(entry("v1", "Le film", "2015-03-09T19:05:24.552394234+00:00"))));
  const Mapped all = town->mapped();
  ASSERT_THAT(all.ids, ElementsAre("v1", "v1"));
  EXPECT_THAT(all.keys[1], HasSubstr(" 1425927924552394 "));
  EXPECT_THAT(all.told[1], HasSubstr("Le film"));
  EXPECT_EQ(all.dates[0], all.dates[1]);
}

TEST_F(YoutubePush, AVideoThatIsTakenDownIsDeleted) {
  shows(kSource, "deletion");
  const auto town = subscribed();
  town->server->send(
      by_the_hub(asked().at(0),
                 pushed("<at:deleted-entry ref='yt:video:v1' when='2018-07-26T17:43:36+00:00'>"
                        "<link href='https://www.youtube.com/watch?v=v1'/></at:deleted-entry>")));
  const Mapped all = town->mapped();
  ASSERT_THAT(all.ids, ElementsAre("v1"));
  EXPECT_THAT(all.told[0], HasSubstr(R"("deleted":true)"));
}

TEST_F(YoutubePush, TheLeaseIsRenewedBeforeItEnds) {
  const std::string cursor = subscribed()->cursor();
  Town town(*this, cursor, 64, std::chrono::seconds(432'000 * 4 / 5));
  town.work_until([&] { return asked().size() == 2; });
  EXPECT_EQ(asked().at(1), asked().at(0)) << "the same address and secret: nothing is missed";
  EXPECT_EQ(confirm(town, asked().at(1)).status, 200);
  town.work_until([&] {
    return town.kept().subscription.expires_at ==
           town.engine.clock().now() + std::chrono::seconds(432'000);
  });
}

TEST_F(YoutubePush, AChannelThatIsNoLongerConfiguredIsUnsubscribedFrom) {
  const std::string cursor = subscribed()->cursor();
  const Form before = asked().at(0);
  Town town(*this, cursor, 64, {}, "UCother");
  town.work_until([&] { return asked().size() == 3; });
  const Form farewell = asked().at(1);
  EXPECT_EQ(farewell.at("hub.mode"), "unsubscribe");
  EXPECT_EQ(farewell.at("hub.topic"), before.at("hub.topic"));
  EXPECT_EQ(farewell.at("hub.callback"), before.at("hub.callback"));
  EXPECT_THAT(asked().at(2).at("hub.topic"), HasSubstr("UCother"));
  EXPECT_EQ(town.server->send(by_the_hub(before, pushed(entry("v1", "Un film")))).status, 410)
      << "what it pushes meanwhile";
  town.work_until([&] { return town.kept().leaving.size() == 1; });
  EXPECT_EQ(confirm(town, farewell).body, "14");
  town.work_until([&] { return town.kept().leaving.empty(); });
  EXPECT_EQ(confirm(town, farewell).status, 404) << "a question is asked once";
}

TEST_F(YoutubePush, AHubThatDoesNotConfirmAFarewellIsAskedAgainUntilTheLeaseIsOver) {
  std::string cursor = subscribed()->cursor();
  {
    Town town(*this, cursor, 64, {}, "UCother");
    town.work_until([&] { return town.kept().leaving.size() == 1 && asked().size() == 3; });
    cursor = town.cursor();
  }
  {
    Town town(*this, cursor, 64, std::chrono::seconds(3601), "UCother");
    town.work_until([&] { return asked().size() >= 4; });
    EXPECT_EQ(asked().at(3).at("hub.mode"), "unsubscribe");
    cursor = town.cursor().empty() ? cursor : town.cursor();
  }
  Town town(*this, cursor, 64, std::chrono::hours(24 * 11), "UCother");
  town.work_until([&] { return town.kept().leaving.empty() && !town.cursor().empty(); });
}

TEST(YoutubePushSettings, NeedAChannelAndAnAddressThatTheHubReaches) {
  EngineStandIn engine(kSource);
  const auto made = make_youtube_push_connector(engine.context("channel: '@mairie'\n"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().text, HasSubstr("'channel' is a channel's id"));
  EXPECT_THAT(made.error().text, HasSubstr("public_url"));
}

}  // namespace
}  // namespace vigie
