// A feed whose hub pushes: the hub is a small server of ours, asked and asking over real sockets.
#include "connectors/websub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "connectors/feed.h"
#include "connectors/form.h"
#include "tests/connectors/api_peer.h"
#include "tests/connectors/engine_stand_in.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Form = std::map<std::string, std::string, std::less<>>;

constexpr const char* kHook = "https://vigie.example/hooks/town";
constexpr const char* kPushed = "<rss><item><guid>1</guid><title>new</title></item></rss>";

std::string signature(const std::string& method, const EVP_MD* digest, std::string_view body,
                      const std::string& secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac.data(), &size);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex = method + "=";
  for (unsigned int i = 0; i < size; ++i) {
    hex += {kDigits[mac[i] >> 4], kDigits[mac[i] & 15]};
  }
  return hex;
}

class WebSub : public testing::Test {
 protected:
  /// An engine and the feed's connector in it.
  struct Town {
    explicit Town(const WebSub& test, const std::string& cursor = {},
                  std::chrono::seconds later = {})
        : engine("feed", cursor) {
      engine.set_hook_url(kHook);
      engine.clock().advance(later);
      auto made = make_feed_connector(engine.context("url: " + test.site_.url() +
                                                     "/feed\nallow_private: true\nwebsub: true\n"));
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
  int hub_status_ = 202;
  ApiPeer site_{[this](const ApiPeer::Request& request) -> ApiPeer::Answer {
    if (request.path == "/hub") {
      return {.status = hub_status_};
    }
    return request.path == "/feed" ? ApiPeer::Answer{.headers = feed_headers_, .body = feed_}
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
    EXPECT_EQ(town->post(token, signature(method, digest, kPushed, secret)).status, 202U);
    EXPECT_EQ(town->pushed().size(), ++taken) << method;
  }
  EXPECT_EQ(town->post(token, "").status, 202U);
  EXPECT_EQ(town->post(token, signature("sha256", EVP_sha256(), kPushed, "x")).status, 202U)
      << "who forges is not told";
  EXPECT_EQ(town->pushed().size(), taken);
  EXPECT_THAT(town->detail(), HasSubstr("discarded"));
  EXPECT_EQ(town->engine.status().snapshot().errors, 2U);
  EXPECT_EQ(town->post("0123", signature("sha1", EVP_sha1(), kPushed, secret)).status, 404U);
  EXPECT_EQ(town->engine.push(*town->connector, {"PUT", "token=" + token, {}, kPushed}).status,
            404U);
}

TEST_F(WebSub, TheHubRepeatsAPushForWhichThereIsNoRoom) {
  const auto town = subscribed();
  const Form form = asked().at(0);
  const std::string by = signature("sha1", EVP_sha1(), kPushed, form.at("hub.secret"));
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
  const std::string by = signature("sha256", EVP_sha256(), kPushed, form.at("hub.secret"));
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

TEST_F(WebSub, AFeedThatLeavesItsHubIsPolledAgain) {
  const auto before = subscribed();
  feed_headers_.clear();
  feed_ += " ";
  Town town(*this, before->cursor());
  town.run_until([&] { return town.engine.status().snapshot().requests > 0 && town.settled(); });
  EXPECT_EQ(town.detail(), "");
  EXPECT_EQ(town.kept(), HubSubscription{});
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
  EXPECT_EQ(parse_feed_cursor(to_string(cursor)), cursor);
  for (const char* text : {"", "[]", "{}", R"({"hub":"a"})"}) {
    EXPECT_EQ(parse_hub_subscription(text), HubSubscription{}) << text;
  }
}

}  // namespace
}  // namespace vigie
