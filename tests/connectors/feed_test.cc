#include "connectors/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/api_peer.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/nginx.h"

namespace vigie {
namespace {

using State = ConnectorStatus::State;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kFeed = R"(<rss version="2.0"><channel><title>Town</title></channel></rss>)";
constexpr const char* kLocations = R"(
  gzip on; gzip_types application/rss+xml; gzip_min_length 0;
  location /moved { return 301 /feed.xml; }
  location /borrowed { return 302 /feed.xml; }
  location /gone { return 410; }
  location /moved_and_gone { return 302 /gone; }
  location /busy { add_header Retry-After 4000 always; return 429; }
  location /broken { return 500; }
  location /secret { return 403; }
  location /fresh { add_header Cache-Control max-age=7200; alias FOLDER/www/feed.xml; }
  location /plain { etag off; if_modified_since off; add_header Last-Modified ""; alias FOLDER/www/feed.xml; }
)";

class FeedTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Nginx::installed()) {
      GTEST_SKIP() << "nginx is not installed";
    }
    nginx_ = std::make_unique<Nginx>(kLocations);
    nginx_->serve("feed.xml", kFeed);
  }

  struct Polled {
    std::vector<EngineStandIn::Arrival> arrivals;
    ConnectorStatus::Snapshot status;
    Time now;
  };
  /// One poll by a freshly started engine.
  Polled poll(const std::string& path, const std::string& cursor = {},
              const std::string& more = {}) {
    EngineStandIn engine("feed", cursor);
    auto made = make_feed_connector(
        engine.context("id: town\nurl: " + nginx_->url(path) + "\nallow_private: true\n" + more));
    EXPECT_TRUE(made) << made.error().text;
    engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
    return {engine.arrivals(), engine.status().snapshot(), engine.clock().now()};
  }

  std::unique_ptr<Nginx> nginx_;
};

TEST_F(FeedTest, SendsTheFeedAndRemembersItsVersion) {
  const Polled polled = poll("/feed.xml");
  ASSERT_EQ(polled.arrivals.size(), 1u);
  EXPECT_EQ(polled.arrivals[0].bytes, kFeed);
  EXPECT_EQ(polled.status.state, State::kActive);
  EXPECT_EQ(polled.status.last_success_at, polled.now);
  EXPECT_GE(polled.status.next_attempt_at, polled.now + std::chrono::seconds(300));
  const auto cursor = parse_feed_cursor(polled.arrivals[0].cursor);
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->url, nginx_->url("/feed.xml"));
  EXPECT_EQ(cursor->etag.substr(0, 3), "W/\"") << "nginx weakens it when it compresses";
  EXPECT_FALSE(cursor->last_modified.empty());
}

TEST_F(FeedTest, AsksOnlyForWhatChangedAlsoAfterARestart) {
  const std::string cursor = poll("/feed.xml").arrivals.at(0).cursor;
  const Polled unchanged = poll("/feed.xml", cursor);
  EXPECT_TRUE(unchanged.arrivals.empty());
  EXPECT_EQ(unchanged.status.state, State::kActive);
  const std::string etag = parse_feed_cursor(cursor)->etag;
  std::string logged_etag = etag;
  for (std::size_t at = 0; (at = logged_etag.find('"', at)) != std::string::npos; at += 4) {
    logged_etag.replace(at, 1, "\\x22");  // as nginx writes its log
  }
  const std::string log = nginx_->access_log();
  EXPECT_NE(
      log.find("/feed.xml|304|" + logged_etag + "|" + parse_feed_cursor(cursor)->last_modified),
      std::string::npos)
      << log;
  nginx_->serve("feed.xml", std::string(kFeed) + "<!-- new -->");
  const Polled changed = poll("/feed.xml", cursor);
  ASSERT_EQ(changed.arrivals.size(), 1u);
  EXPECT_NE(parse_feed_cursor(changed.arrivals[0].cursor)->etag, etag);
}

TEST_F(FeedTest, SendsNothingTwiceFromAServerWithoutVersions) {
  const Polled first = poll("/plain");
  ASSERT_EQ(first.arrivals.size(), 1u);
  EXPECT_EQ(parse_feed_cursor(first.arrivals[0].cursor)->etag, "");
  EXPECT_TRUE(poll("/plain", first.arrivals[0].cursor).arrivals.empty());
  nginx_->serve("feed.xml", "<rss>other</rss>");
  EXPECT_EQ(poll("/plain", first.arrivals[0].cursor).arrivals.size(), 1u);
}

TEST_F(FeedTest, GoesToTheNewAddressOfAFeedThatMovedForGood) {
  const std::string cursor = poll("/moved").arrivals.at(0).cursor;
  EXPECT_EQ(parse_feed_cursor(cursor)->url, nginx_->url("/feed.xml"));
  poll("/moved", cursor);
  const std::string log = nginx_->access_log();
  EXPECT_EQ(log.find("/moved"), log.rfind("/moved")) << "the old address is asked once only:\n"
                                                     << log;
  EXPECT_EQ(parse_feed_cursor(poll("/borrowed").arrivals.at(0).cursor)->url,
            nginx_->url("/borrowed"));
}

TEST_F(FeedTest, StartsAfreshWhenTheConfigurationNamesAnotherFeed) {
  const std::string cursor = poll("/moved").arrivals.at(0).cursor;
  EXPECT_EQ(poll("/borrowed", cursor).arrivals.size(), 1u);
}

TEST_F(FeedTest, RetiresAFeedThatIsGone) {
  EngineStandIn engine("feed");
  auto made = make_feed_connector(
      engine.context("url: " + nginx_->url("/gone") + "\nallow_private: true\n"));
  engine.run(**made);  // comes to its end by itself
  EXPECT_EQ(engine.status().snapshot().state, State::kRetired);
  EXPECT_EQ(engine.status().snapshot().detail, "answered 410");
  EXPECT_EQ(poll("/moved_and_gone").status.state, State::kWaiting)
      << "only its own address may say so";
}

TEST_F(FeedTest, AFeedThatIsGoneIsNotAskedAgainAfterARestart) {
  const Polled gone = poll("/gone");
  ASSERT_EQ(gone.arrivals.size(), 1U);
  const std::string cursor = gone.arrivals[0].cursor;
  const std::string log = nginx_->access_log();
  EngineStandIn restarted("feed", cursor);
  auto made = make_feed_connector(
      restarted.context("url: " + nginx_->url("/gone") + "\nallow_private: true\n"));
  restarted.run(**made);  // comes to its end by itself
  EXPECT_EQ(restarted.status().snapshot().state, State::kRetired);
  EXPECT_THAT(restarted.status().snapshot().detail, HasSubstr("410 (gone) on 2026-09-21T"));
  EXPECT_EQ(nginx_->access_log(), log);
  EXPECT_EQ(poll("/feed.xml", cursor).status.state, State::kActive) << "another address";
}

TEST_F(FeedTest, ObeysRetryAfterAndMaxAge) {
  const Polled busy = poll("/busy");
  EXPECT_EQ(busy.status.state, State::kWaiting);
  EXPECT_EQ(busy.status.detail, "answered 429");
  EXPECT_GE(busy.status.next_attempt_at, busy.now + std::chrono::seconds(4000));
  const Polled fresh = poll("/fresh");
  EXPECT_EQ(fresh.arrivals.size(), 1u);
  EXPECT_GE(fresh.status.next_attempt_at, fresh.now + std::chrono::seconds(7200));
}

TEST_F(FeedTest, SaysWhyItWaits) {
  EXPECT_EQ(poll("/broken").status.detail, "answered 500");
  EXPECT_EQ(poll("/secret").status.detail, "answered 403");
  EXPECT_EQ(poll("/absent").status.detail, "answered 404");
  const Polled private_address = poll("/feed.xml", {}, "");
  EXPECT_EQ(private_address.status.errors, 0u);
  nginx_->serve("feed.xml", std::string(100'000, 'x'));
  EXPECT_NE(
      poll("/feed.xml", {}, "max_body_bytes: 50000\n").status.detail.find("larger than 50000"),
      std::string::npos);
}

TEST_F(FeedTest, DoesNotGoToThisMachineUnlessAllowed) {
  EngineStandIn engine("feed");
  auto made = make_feed_connector(engine.context("url: " + nginx_->url("/feed.xml") + "\n"));
  engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
  EXPECT_THAT(engine.status().snapshot().detail,
              HasSubstr("leads to an address that is not public"));
  EXPECT_EQ(nginx_->access_log(), "");
}

/// A site with a robots.txt, and what it was asked.
class Courtesy : public testing::Test {
 protected:
  ConnectorStatus::Snapshot poll(const std::string& path, const std::string& more = {}) {
    EngineStandIn engine("feed");
    auto made = make_feed_connector(
        engine.context("url: " + site_.url() + path + "\nallow_private: true\n" + more));
    EXPECT_TRUE(made) << made.error().text;
    engine.run(**made, [&] { return engine.status().snapshot().requests > 0; });
    now_ = engine.clock().now();
    asked_.clear();
    for (const ApiPeer::Request& request : site_.requests()) {
      asked_.push_back(request.path);
    }
    return engine.status().snapshot();
  }

  ApiPeer::Answer robots_{.body = "User-agent: *\nDisallow: /private/\n"};
  std::vector<std::string> asked_;
  Time now_{};
  ApiPeer site_{[this](const ApiPeer::Request& request) -> ApiPeer::Answer {
    if (request.path == "/robots.txt") {
      return robots_;
    }
    if (request.path == "/leads") {
      return {.status = 302, .headers = {"Location: /private/feed"}};
    }
    return {.headers = headers_, .body = kFeed};
  }};
  std::vector<std::string> headers_;
};

TEST_F(Courtesy, WhatRobotsTxtForbidsIsNotFetched) {
  const auto status = poll("/private/feed");
  EXPECT_EQ(status.state, State::kDisallowed);
  EXPECT_EQ(status.detail, "robots.txt of " + site_.url() + " asks not to: Disallow: /private/");
  EXPECT_THAT(asked_, ElementsAre("/robots.txt"));
  EXPECT_GE(status.next_attempt_at, now_ + std::chrono::hours(24)) << "no endless retry";
}

TEST_F(Courtesy, WhatRobotsTxtAllowsIsFetched) {
  EXPECT_EQ(poll("/public/feed").state, State::kActive);
  EXPECT_THAT(asked_, ElementsAre("/robots.txt", "/public/feed"));
}

TEST_F(Courtesy, ARedirectIsNotFollowedToWhereRobotsTxtForbids) {
  const auto status = poll("/leads");
  EXPECT_EQ(status.state, State::kDisallowed);
  EXPECT_THAT(asked_, ElementsAre("/robots.txt", "/leads"));
}

TEST_F(Courtesy, TheOperatorMayOverrideItForTheTownsOwnSites) {
  EXPECT_EQ(poll("/private/feed", "robots_txt: ignore\n").state, State::kActive);
  EXPECT_THAT(asked_, ElementsAre("/private/feed"));
}

TEST_F(Courtesy, WhatIsReservedFromDataMiningIsNotTaken) {
  headers_ = {"TDM-Reservation: 1"};
  const auto status = poll("/public/feed");
  EXPECT_EQ(status.state, State::kDisallowed);
  EXPECT_EQ(status.detail, site_.url() + " reserves text and data mining (TDM-Reservation)");
  EXPECT_GE(status.next_attempt_at, now_ + std::chrono::hours(24)) << "no endless retry";
  EXPECT_EQ(poll("/public/feed", "robots_txt: ignore\n").state, State::kActive);
  headers_ = {"TDM-Reservation: 0"};
  EXPECT_EQ(poll("/public/feed").state, State::kActive);
}

TEST_F(Courtesy, WhileRobotsTxtCannotBeReadNothingIsFetched) {
  robots_ = {.status = 503};
  const auto status = poll("/public/feed");
  EXPECT_EQ(status.state, State::kWaiting);
  EXPECT_THAT(status.detail, HasSubstr("cannot be read: answered 503"));
  EXPECT_THAT(asked_, ElementsAre("/robots.txt"));
  EXPECT_GE(status.next_attempt_at, now_ + std::chrono::minutes(5));
}

TEST(Feed, NamesEverySettingThatIsWrong) {
  EngineStandIn engine("feed");
  const auto made = make_feed_connector(
      engine.context("url: ftp://x\ninterval_s: 1\ninterval: 5\nallow_private: maybe\n"
                     "robots_txt: perhaps\n"));
  ASSERT_FALSE(made);
  for (const char* part :
       {"vigie.yaml:1", "http://", "interval_s", "'interval'", "allow_private", "obey or ignore"}) {
    EXPECT_NE(made.error().text.find(part), std::string::npos) << part << "\n" << made.error().text;
  }
  EXPECT_FALSE(make_feed_connector(engine.context("id: a\n")));
}

TEST(FeedCursor, SurvivesItsJson) {
  const FeedCursor cursor{"https://a/é",
                          "https://b/\"quoted\"",
                          "W/\"1\\2\"",
                          "Tue, 24 Nov 2026",
                          "00ff",
                          "2026-11-24T20:00:00Z",
                          {}};
  EXPECT_EQ(parse_feed_cursor(to_string(cursor)), cursor);
  const char* earlier = R"({"feed":"a","url":"b","etag":"","last_modified":"","digest":""})";
  EXPECT_EQ(parse_feed_cursor(earlier), (FeedCursor{"a", "b", "", "", "", "", {}}));
  for (const char* text : {"", "{}", "[]", "null", R"({"feed":1})", R"({"feed":"a","url":"b"})"}) {
    EXPECT_EQ(parse_feed_cursor(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace vigie
