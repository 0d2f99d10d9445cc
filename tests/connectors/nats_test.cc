// Nine facts, against a real nats-server.
#include "connectors/nats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "connectors/nats_connection.h"
#include "engine/parse/canonical.h"
#include "tests/connectors/awaited.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using State = ConnectorStatus::State;

bool has_server() {
  return std::system("PATH=$PATH:/usr/sbin nats-server --version >/dev/null") == 0;
}

/// What a store would say it became of these bytes.
Receipt receipt_of(std::string_view bytes) {
  const auto mapping = make_canonical_mapping(Requirement::kIngest);
  const Mapped mapped(*mapping, bytes);
  Receipt receipt;
  receipt.kept = static_cast<std::uint32_t>(mapped.ids.size());
  receipt.rejected = static_cast<std::uint32_t>(mapped.rejected);
  return receipt;
}

class NatsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_server()) {
      GTEST_SKIP() << "nats-server is not installed";
    }
    peer_ = std::make_unique<Peer>("nats");
    secret("a-password-of-the-tests");
  }
  void secret(const std::string& text) {
    ::chmod(peer_->folder().write("secret", text).c_str(), 0600);
  }
  /// Runs a connector until `until`; what the mapping makes of all that came.
  std::vector<std::string> run(EngineStandIn& engine, const std::function<bool()>& until,
                               const std::string& more = ", ack_wait_s: 1") {
    engine.answer_with(receipt_of);
    const auto context = engine.context("{url: '" + peer_->url("nats") +
                                        "', stream: TOWN, user: vigie, allow_private: true, "
                                        "secret_file: " +
                                        (peer_->folder().path() / "secret").string() + more + "}");
    auto connector = make_nats_connector(context);
    EXPECT_TRUE(connector) << connector.error().text;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    engine.run(**connector, [&] {
      const bool late = std::chrono::steady_clock::now() > deadline;
      EXPECT_FALSE(late) << "nothing came of it: " << engine.status().snapshot().detail
                         << consumer();
      return late || until();
    });
    const auto mapping = make_canonical_mapping(Requirement::kIngest);
    std::vector<std::string> told;
    for (const auto& arrival : engine.arrivals()) {
      for (const std::string& one : Mapped(*mapping, arrival.bytes).told) {
        told.push_back(one);
      }
    }
    return told;
  }
  void publish(const std::string& payload, int times = 1) {
    ASSERT_EQ(peer_->tell("publish", "\"payload\": " + json_text(payload) +
                                         ", \"times\": " + std::to_string(times)),
              "null");
  }
  static std::string mention(const std::string& id, const std::string& text,
                             const std::string& more = "") {
    return R"({"id":")" + id + R"(","source":"desk","text":")" + text + '"' + more + "}";
  }
  /// [under way, delivered again, not delivered yet, terminated]
  std::string consumer() { return peer_->tell("consumer", R"("name": "vigie-town")"); }
  static std::size_t count(const EngineStandIn& engine) { return engine.arrivals().size(); }

  std::unique_ptr<Peer> peer_;
};

TEST_F(NatsTest, TakesWhatIsPublishedAndAcknowledgesIt) {
  shows("nats", "takes");
  publish(mention("1", "Bonjour la mairie"));
  EngineStandIn engine;
  const auto told = run(engine, [&] { return consumer() == "[0, 0, 0, 0]" && count(engine) == 1; });
  EXPECT_THAT(told, ElementsAre(R"({"id":"1","source":"desk","kind":"post",)"
                                R"("text":"Bonjour la mairie"})"));
  EXPECT_EQ(engine.status().snapshot().state, State::kActive);
}

TEST_F(NatsTest, GetsAgainWhatTheStoreDidNotHaveWhenItWasKilled) {
  shows("nats", "resumes");
  publish(mention("1", "one"));
  EngineStandIn first;
  run(first, [&] { return consumer() == "[0, 0, 0, 0]"; });
  ASSERT_EQ(count(first), 1u);
  publish(mention("2", "two"));
  EngineStandIn killed;
  killed.pause();  // it has it, but not in the store
  run(killed, [&] { return consumer() == "[1, 0, 0, 0]"; });
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 1 && consumer() == "[0, 0, 0, 0]"; }),
              ElementsAre(HasSubstr("two")));
}

TEST_F(NatsTest, GetsWhatWasCutInTheMiddleAgain) {
  shows("nats", "cut");
  publish(mention("1", "one"));
  peer_->tell("cut", "\"after\": 70");
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 1 && consumer() == "[0, 0, 0, 0]"; }),
              ElementsAre(HasSubstr("one")));
  EXPECT_GE(engine.status().snapshot().errors, 1u);
}

TEST_F(NatsTest, AsksForNoMoreThanABusyEngineTakes) {
  shows("nats", "limited");
  publish(mention("NUMBER", "one"), 250);
  EngineStandIn engine("canonical", {}, 8);
  engine.pause();
  bool is_full = false;
  run(
      engine,
      [&] {
        if (!is_full && consumer() == "[100, 0, 150, 0]") {
          is_full = true;
          engine.resume();
        }
        return is_full && consumer() == "[0, 0, 0, 0]";
      },
      ", durable: vigie-town, ack_wait_s: 30");
  EXPECT_EQ(count(engine), 250u);
}

TEST_F(NatsTest, SaysThatItIsNotAuthorised) {
  shows("nats", "refused");
  secret("some-other-password-of-mine");
  EngineStandIn engine;
  run(engine, [&] { return engine.status().snapshot().errors > 0; });
  const auto now = engine.status().snapshot();
  EXPECT_EQ(now.state, State::kUnauthorised);
  EXPECT_THAT(now.detail, HasSubstr("Authorization Violation"));
  EXPECT_GE(now.next_attempt_at - engine.clock().now(), std::chrono::minutes(10));
}

TEST_F(NatsTest, MakesADeadLetterOfNonsenseThatIsNeverDeliveredAgain) {
  shows("nats", "malformed");
  publish("{no json");
  publish(mention("2", "good"));
  publish("");
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 3 && consumer() == "[0, 0, 0, 1]"; }),
              ElementsAre(StartsWith("! malformed"), HasSubstr("good")));
}

TEST_F(NatsTest, PutsATrickleTogether) {
  shows("nats", "trickle");
  peer_->tell("trickle", "\"seconds\": 0.0002");
  publish(mention("NUMBER", "slow"), 3);
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 3 && consumer() == "[0, 0, 0, 0]"; }),
              Each(HasSubstr("slow")));
}

TEST_F(NatsTest, CarriesEditsInTheirOrder) {
  shows("nats", "edit");
  publish(mention("1", "one", R"(,"created_at":"2026-11-20T08:00:00Z")"));
  publish(mention("1", "better",
                  R"(,"created_at":"2026-11-20T08:00:00Z","edited_at":"2026-11-20T09:00:00Z")"));
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 2; }),
              ElementsAre(HasSubstr("one"), AllOf(HasSubstr("better"), HasSubstr("edited_at"))));
}

TEST_F(NatsTest, CarriesDeletions) {
  shows("nats", "deletion");
  publish(mention("1", "one"));
  publish(R"({"id":"1","source":"desk","deleted":true})");
  EngineStandIn engine;
  EXPECT_THAT(run(engine, [&] { return count(engine) == 2; }),
              ElementsAre(HasSubstr("one"), R"({"id":"1","source":"desk","deleted":true})"));
}

TEST_F(NatsTest, ComesBackWhenItsConsumerIsTakenAway) {
  EngineStandIn engine;
  bool is_removed = false;
  run(engine, [&] {
    if (!is_removed && engine.status().snapshot().state == State::kActive) {
      peer_->tell("remove_consumer", R"("name": "vigie-town")");
      publish(mention("1", "later"));
      is_removed = true;
    }
    return count(engine) == 1;
  });
  EXPECT_GE(engine.status().snapshot().errors, 1u);
}

TEST_F(NatsTest, SaysThatThereIsNoSuchStream) {
  EngineStandIn engine;
  engine.answer_with(receipt_of);
  const auto context = engine.context(
      "{url: '" + peer_->url("nats") + "', stream: VILLAGE, user: vigie, allow_private: true, " +
      "secret_file: " + (peer_->folder().path() / "secret").string() + "}");
  auto connector = make_nats_connector(context);
  ASSERT_TRUE(connector) << connector.error().text;
  engine.run(**connector, [&] { return engine.status().snapshot().errors > 0; });
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("stream not found"));
}

TEST(NatsConnection, VerifiesTlsThatBeginsAfterTheGreeting) {
  if (!has_server()) {
    GTEST_SKIP() << "nats-server is not installed";
  }
  Peer secure("nats", true);
  secure.tell("publish", R"("payload": "it is up")");
  asio::io_context io;
  const std::string url = secure.url("nats");
  const std::string port = url.substr(url.rfind(':') + 1);
  const NatsAddress address{.host = "localhost", .port = port, .allow_private = true};
  const auto untrusted = awaited(io, open_nats_connection(io.get_executor(), {}, address));
  ASSERT_FALSE(untrusted);
  EXPECT_THAT(untrusted.error().text, HasSubstr("certificate"));
  const HttpOptions trusting{"Vigie/test", secure.ca_file()};
  const auto connection = awaited(io, open_nats_connection(io.get_executor(), trusting, address));
  ASSERT_TRUE(connection) << connection.error().text;
  EXPECT_EQ(*awaited(io, (*connection)->log_in({"vigie", "a-password-of-the-tests", {}, {}})), "");
}

TEST(NatsConnection, LeadsToPublicAddressesOnly) {
  asio::io_context io;
  const NatsAddress address{.host = "localhost", .port = "4222"};
  const auto connection = awaited(io, open_nats_connection(io.get_executor(), {}, address));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, ErrorCode::kRefused);
}

TEST(NatsSettings, TellsAllThatIsWrong) {
  EngineStandIn engine;
  const auto context = engine.context("{url: 'http://a', stream: 'a.b', durable: 'x y', user: me}");
  const auto connector = make_nats_connector(context);
  ASSERT_FALSE(connector);
  for (const char* word : {"tls://HOST", "'stream' must be", "'durable' must be", "its password"}) {
    EXPECT_THAT(connector.error().text, HasSubstr(word));
  }
}

}  // namespace
}  // namespace vigie
