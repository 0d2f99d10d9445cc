// A feed whose hub pushes: the hub is a small server of ours, asked and asking over real sockets.
#include "connectors/websub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/feed.h"
#include "engine/core/form.h"
#include "tests/connectors/api_peer.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/hub_signing.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Form = std::map<std::string, std::string, std::less<>>;

constexpr const char* kHook = "https://vigie.example/hooks/town";
constexpr const char* kPushed = "<rss><item><guid>1</guid><title>new</title></item></rss>";

class WebSub : public testing::Test {
 protected:
  /// An engine and the feed's connector in it.
  struct Town {
    explicit Town(const WebSub& test, const std::string& cursor = {},
                  std::chrono::seconds later = {}, const std::string& websub = "true")
        : engine("feed", cursor) {
      engine.set_hook_url(kHook);
      engine.clock().advance(later);
      auto made = make_feed_connector(engine.context(
          "url: " + test.site_.url() + "/feed\nallow_private: true\nwebsub: " + websub + "\n"));
      EXPECT_TRUE(made) << made.error().text;
      connector = std::move(*made);
    }
    void run_until(const std::function<bool()>& done) {
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      engine.run(*connector, [&] { return done() || std::chrono::steady_clock::now() > give_up; });
      EXPECT_LT(std::chrono::steady_clock::now(), give_up) << engine.status().snapshot().detail;
    }
    /// Polls, and does what there is to do at the hub.
    void run() {
      run_until([this] {
        const auto status = engine.status().snapshot();
        return status.requests > 0 && !status.detail.empty() && settled();
      });
    }
    /// The state has not changed for a while.
    bool settled() {
      const std::string now =
          engine.status().snapshot().detail + std::to_string(engine.arrivals().size());
      quiet = now == before ? quiet + 1 : 0;
      before = now;
      return quiet > 20;
    }
    PushAnswer get(const Form& query) {
      std::string text;
      for (const auto& [name, value] : query) {
        text += (text.empty() ? "" : "&") + form_of({{name, value}});
      }
      return engine.push(*connector, {"GET", text, {}, {}});
    }
    PushAnswer post(const std::string& token, const std::string& signed_by) {
      PushRequest request{"POST", "token=" + token, {}, kPushed};
      if (!signed_by.empty()) {
        request.headers["x-hub-signature"] = signed_by;
      }
      return engine.push(*connector, std::move(request));
    }
    std::string detail() const { return engine.status().snapshot().detail; }
    std::vector<std::string> pushed() const {
      std::vector<std::string> bodies;
      for (const auto& arrival : engine.arrivals()) {
        if (arrival.bytes == kPushed) {
          bodies.push_back(arrival.bytes);
        }
      }
      return bodies;
    }
    std::string cursor() const {
      for (const auto arrivals = engine.arrivals(); const auto& arrival : arrivals) {
        last = arrival.cursor.empty() ? last : arrival.cursor;
      }
      return last;
    }
    HubSubscription kept() const { return parse_feed_cursor(cursor())->subscription; }

    mutable EngineStandIn engine;
    std::unique_ptr<Connector> connector;
    std::string before;
    int quiet = 0;
    mutable std::string last;
  };

  /// What the hub was asked, in order.
  std::vector<Form> asked() const {
    std::vector<Form> forms;
    for (const ApiPeer::Request& request : site_.requests()) {
      if (request.path == "/hub") {
        EXPECT_EQ(request.method, "POST");
        EXPECT_EQ(request.headers.at("content-type"), "application/x-www-form-urlencoded");
        forms.push_back(parse_form(request.body));
      }
    }
    return forms;
  }
  static std::string token_in(const Form& asked) {
    const std::string& callback = asked.at("hub.callback");
    return callback.substr(callback.find("?token=") + 7);
  }
  /// The query by which the hub wants to know whether we meant it.
  static Form question(const Form& asked, const std::string& lease = "1000") {
    return {{"token", token_in(asked)},
            {"hub.mode", "subscribe"},
            {"hub.topic", asked.at("hub.topic")},
            {"hub.challenge", "ch & llenge"},
            {"hub.lease_seconds", lease}};
  }
  /// Asked, and confirmed for a thousand seconds.
  std::unique_ptr<Town> subscribed() {
    auto town = std::make_unique<Town>(*this);
    bool has_confirmed = false;
    town->run_until([&] {
      if (!has_confirmed && !asked().empty()) {
        EXPECT_EQ(town->get(question(asked().front())).status, 200U);
        has_confirmed = true;
      }
      return has_confirmed && town->detail().starts_with("pushed by") && town->settled();
    });
    return town;
  }

  std::vector<std::string> feed_headers_ = {"Link: </feed?canonical>; rel=\"self\"",
                                            "Link: </hub>; rel=\"hub\""};
  std::string feed_ = "<rss><channel><title>t</title></channel></rss>";
  int hub_status_ = 202, feed_status_ = 200;
  ApiPeer site_{[this](const ApiPeer::Request& request) -> ApiPeer::Answer {
    if (request.path == "/hub") {
      return {.status = hub_status_};
    }
    return request.path == "/feed"
               ? ApiPeer::Answer{.status = feed_status_, .headers = feed_headers_, .body = feed_}
               : ApiPeer::Answer{.status = 404};
  }};
};

TEST_F(WebSub, TheHubIsAskedAndItsQuestionAnswered) {
  Town town(*this);
  PushAnswer answer;
  bool has_confirmed = false;
  town.run_until([&] {
    if (!has_confirmed && !asked().empty()) {
      answer = town.get(question(asked().front()));
      has_confirmed = true;
    }
    return has_confirmed && town.detail().starts_with("pushed by");
  });
  const Form form = asked().at(0);
  EXPECT_EQ(form.at("hub.mode"), "subscribe");
  EXPECT_EQ(form.at("hub.topic"), site_.url() + "/feed?canonical");
  EXPECT_THAT(form.at("hub.callback"), testing::StartsWith(std::string(kHook) + "?token="));
  EXPECT_EQ(token_in(form).size(), 32U);
  EXPECT_EQ(form.at("hub.secret").size(), 64U);
  EXPECT_EQ(form.at("hub.lease_seconds"), "864000");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "ch & llenge");
  EXPECT_THAT(answer.content_type, HasSubstr("text/plain"));
  EXPECT_EQ(town.detail(), "pushed by " + site_.url() + " until 2026-09-21T14:30:00Z");
  EXPECT_EQ(asked().size(), 1U);
  EXPECT_GT(town.engine.status().snapshot().next_attempt_at,
            town.engine.clock().now() + std::chrono::minutes(59))
      << "what is pushed is polled less";
}

TEST_F(WebSub, AFeedThatNamesItsHubInItselfIsPushedToo) {
  feed_headers_.clear();
  feed_ =
      "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='self' href='/topic'/>"
      "<link rel='hub' href='/hub'/></feed>";
  Town town(*this);
  town.run_until([&] { return !asked().empty(); });
  EXPECT_EQ(asked().at(0).at("hub.topic"), site_.url() + "/topic");
}

TEST_F(WebSub, OnlyWhatWeAskedForIsConfirmed) {
  Town town(*this);
  EXPECT_EQ(town.get({{"hub.mode", "subscribe"}, {"hub.challenge", "x"}}).status, 404U);
  town.run_until([&] { return !asked().empty() && town.settled(); });
  const Form right = question(asked().at(0));
  for (const auto& [name, value] : Form{{"token", "0123"},
                                        {"hub.mode", "unsubscribe"},
                                        {"hub.topic", "https://other.example/"},
                                        {"hub.challenge", ""}}) {
    Form wrong = right;
    wrong[name] = value;
    EXPECT_EQ(town.get(wrong).status, 404U) << name;
  }
  EXPECT_EQ(town.get(right).status, 200U);
  EXPECT_EQ(town.get(right).status, 404U) << "a question is asked once";
}

TEST_F(WebSub, PushesOfTheHubAreTakenAndForgedOnesDiscarded) {
  const auto town = subscribed();
  const Form form = asked().at(0);
  const std::string token = token_in(form), secret = form.at("hub.secret");
  std::size_t taken = 0;
  for (const auto& [method, digest] :
       {std::pair{"sha1", EVP_sha1()}, std::pair{"sha256", EVP_sha256()},
        std::pair{"sha384", EVP_sha384()}, std::pair{"sha512", EVP_sha512()}}) {
    EXPECT_EQ(town->post(token, hub_signature(method, digest, kPushed, secret)).status, 202U);
    EXPECT_EQ(town->pushed().size(), ++taken) << method;
  }
  EXPECT_EQ(town->post(token, "").status, 202U);
  EXPECT_EQ(town->post(token, hub_signature("sha256", EVP_sha256(), kPushed, "x")).status, 202U)
      << "who forges is not told";
  EXPECT_EQ(town->pushed().size(), taken);
  EXPECT_THAT(town->detail(), HasSubstr("discarded"));
  EXPECT_EQ(town->engine.status().snapshot().errors, 2U);
  EXPECT_EQ(town->post("0123", hub_signature("sha1", EVP_sha1(), kPushed, secret)).status, 404U);
  EXPECT_EQ(town->engine.push(*town->connector, {"PUT", "token=" + token, {}, kPushed}).status,
            404U);
}

TEST_F(WebSub, TheHubRepeatsAPushForWhichThereIsNoRoom) {
  const auto town = subscribed();
  const Form form = asked().at(0);
  const std::string by = hub_signature("sha1", EVP_sha1(), kPushed, form.at("hub.secret"));
  town->engine.pause();
  Port::Parcel filler;
  do {
    filler.bytes = Payload(std::string_view("x"));
  } while (town->engine.port().try_send(filler));
  const PushAnswer answer = town->post(token_in(form), by);
  EXPECT_EQ(answer.status, 429U);
  EXPECT_EQ(answer.headers.at("Retry-After"), "1");
}

TEST_F(WebSub, ARestartedEngineIsStillPushedToAndAsksForNothing) {
  const auto before = subscribed();
  const Form form = asked().at(0);
  Town town(*this, before->cursor(), std::chrono::seconds(700));
  town.run();
  EXPECT_EQ(asked().size(), 1U);
  EXPECT_THAT(town.detail(), HasSubstr("pushed by"));
  const std::string by = hub_signature("sha256", EVP_sha256(), kPushed, form.at("hub.secret"));
  EXPECT_EQ(town.post(token_in(form), by).status, 202U);
  EXPECT_THAT(town.pushed(), ElementsAre(kPushed));
}

TEST_F(WebSub, TheLeaseIsRenewedBeforeItEnds) {
  const auto before = subscribed();
  Town town(*this, before->cursor(), std::chrono::seconds(800));
  std::string meanwhile;
  town.run_until([&] {
    if (meanwhile.empty() && asked().size() == 2 && town.settled()) {
      meanwhile = town.detail();
      EXPECT_EQ(town.get(question(asked().at(1), "5000")).status, 200U);
    }
    return !meanwhile.empty() && town.kept().asked_at == Time{} && town.settled();
  });
  EXPECT_EQ(asked().at(1), asked().at(0)) << "the same address and secret: nothing is missed";
  EXPECT_THAT(meanwhile, HasSubstr("pushed by")) << "the old lease still lasts";
  EXPECT_EQ(town.kept().expires_at, town.engine.clock().now() + std::chrono::seconds(5000));
}

TEST_F(WebSub, WithoutALeaseTheFeedIsPolledAndTheHubAskedAgainLater) {
  Town first(*this);
  first.run_until([&] { return !asked().empty() && first.settled(); });
  EXPECT_THAT(first.detail(), HasSubstr("has not confirmed yet"));
  const auto status = first.engine.status().snapshot();
  EXPECT_LT(status.next_attempt_at, first.engine.clock().now() + std::chrono::minutes(6));
  Town soon(*this, first.cursor(), std::chrono::seconds(290));
  soon.run();
  EXPECT_EQ(asked().size(), 1U);
  Town later(*this, first.cursor(), std::chrono::seconds(310));
  later.run_until([&] { return asked().size() == 2; });
}

TEST_F(WebSub, ThatAHubRefusesIsToldAndTheFeedPolled) {
  hub_status_ = 400;
  Town town(*this);
  town.run_until([&] { return town.detail() == "polled: its hub answered 400"; });
  EXPECT_LT(town.engine.status().snapshot().next_attempt_at,
            town.engine.clock().now() + std::chrono::minutes(6));
}

TEST_F(WebSub, ThatAHubDeniesIsToldAndItIsLeftAloneForADay) {
  Town town(*this);
  bool is_denied = false;
  town.run_until([&] {
    if (!is_denied && !asked().empty()) {
      Form denial = question(asked().front());
      denial["hub.mode"] = "denied";
      EXPECT_EQ(town.get(denial).status, 200U);
      is_denied = true;
    }
    return is_denied && town.settled();
  });
  EXPECT_EQ(town.detail(), "polled: its hub denies the subscription");
  EXPECT_EQ(town.kept().ask_next_at, town.engine.clock().now() + std::chrono::hours(24));
}

TEST_F(WebSub, AFeedThatLeavesItsHubIsPolledAgainAndTheHubToldSo) {
  const auto before = subscribed();
  feed_headers_.clear();
  feed_ += " ";
  Town town(*this, before->cursor());
  town.run_until([&] { return asked().size() == 2 && town.settled(); });
  EXPECT_EQ(town.detail(), "");
  EXPECT_EQ(town.kept(), HubSubscription{});
  EXPECT_EQ(asked().at(1).at("hub.mode"), "unsubscribe");
  EXPECT_EQ(asked().at(1).at("hub.callback"), asked().at(0).at("hub.callback"));
}

TEST_F(WebSub, WhoWantsNoMorePushesUnsubscribes) {
  const auto before = subscribed();
  Town town(*this, before->cursor(), {}, "false");
  Form farewell;
  town.run_until([&] {
    if (farewell.empty() && asked().size() == 2) {
      farewell = question(asked().at(1));
      farewell["hub.mode"] = "unsubscribe";
      EXPECT_EQ(town.get(question(asked().at(1))).status, 404U) << "that is not what was asked";
      EXPECT_EQ(town.get(farewell).body, "ch & llenge");
    }
    return !farewell.empty() && town.settled();
  });
  EXPECT_TRUE(parse_feed_cursor(town.cursor())->leaving.empty());
  EXPECT_EQ(town.get(farewell).status, 404U);
  Town later(*this, town.cursor(), std::chrono::hours(2), "false");
  later.run_until([&] { return later.engine.status().snapshot().requests > 0 && later.settled(); });
  EXPECT_EQ(asked().size(), 2U) << "it has said good-bye";
}

TEST_F(WebSub, AFeedThatIsGoneIsUnsubscribedFrom) {
  const auto before = subscribed();
  feed_status_ = 410;
  Town town(*this, before->cursor());
  town.run_until([&] { return asked().size() == 2 && town.settled(); });
  EXPECT_EQ(asked().at(1).at("hub.mode"), "unsubscribe");
  EXPECT_EQ(town.engine.status().snapshot().state, ConnectorStatus::State::kRetired);
}

TEST(WebSubSettings, NeedAnAddressThatHubsReach) {
  EngineStandIn engine("feed");
  const auto made = make_feed_connector(engine.context("url: https://a/\nwebsub: true\n"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().text, HasSubstr("public_url"));
}

TEST(HubSubscription, SurvivesItsJson) {
  const HubSubscription all{"https://h/",
                            "https://t/?\"",
                            "aa",
                            "bb",
                            Time(std::chrono::seconds(1)),
                            Time(std::chrono::seconds(2)),
                            Time(std::chrono::seconds(3))};
  FeedCursor cursor;
  cursor.feed = cursor.url = "https://t/";
  cursor.subscription = all;
  cursor.leaving = {all, all};
  EXPECT_EQ(parse_feed_cursor(to_string(cursor)), cursor);
  for (const char* text : {"", "[]", "{}", R"({"hub":"a"})"}) {
    EXPECT_EQ(parse_hub_subscription(text), HubSubscription{}) << text;
  }
}

}  // namespace
}  // namespace vigie
