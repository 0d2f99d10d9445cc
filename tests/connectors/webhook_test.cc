#include "connectors/webhook.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "connectors/answer_memory.h"
#include "connectors/signature.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {
namespace asio = boost::asio;

const std::string kSecret = "a secret of the town";
const std::string kNewSecret = "the next secret of the town";
const std::string kMention = R"({"id":"1","source":"x","text":"hello"})";

class WebhookTest : public testing::Test {
 protected:
  WebhookTest() {
    old_file_ = write_secret("old", kSecret);
    new_file_ = write_secret("new", kNewSecret);
    auto made = make_webhook_connector(engine_.context("secret_file: [" + new_file_ + ", " +
                                                       old_file_ + "]\nmax_body_bytes: 5000\n"));
    connector_ = std::move(made.value());
    Receipt receipt;
    receipt.kept = 3;
    receipt.dropped = 2;
    receipt.duplicates = 1;
    engine_.answer_with([=](auto) { return receipt; });
  }

  std::string write_secret(const std::string& name, const std::string& secret) {
    const std::string path = folder_.write(name, secret + "\n");
    ::chmod(path.c_str(), 0600);
    return path;
  }
  PushRequest request(const std::string& body, const std::string& key = {}) {
    PushRequest result;
    result.method = "POST";
    result.body = body;
    result.headers["content-type"] = "application/x-ndjson";
    result.headers["x-vigie-signature"] = sign(body, kSecret, engine_.clock().now());
    if (!key.empty()) {
      result.headers["idempotency-key"] = key;
    }
    return result;
  }
  PushAnswer push(PushRequest request) { return engine_.push(*connector_, std::move(request)); }
  unsigned status_of(PushRequest request) { return push(std::move(request)).status; }

  TempFolder folder_;
  std::string old_file_, new_file_;
  EngineStandIn engine_{"canonical", {}, 2};
  std::unique_ptr<Connector> connector_;
};

TEST_F(WebhookTest, AnswersWhatBecameOfTheMentionsOnceTheyAreStored) {
  const PushAnswer answer = push(request(kMention));
  EXPECT_EQ(answer.status, 202u);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.body, R"({"kept":3,"dropped":2,"duplicates":1,"deleted":0,"rejected":0})");
  EXPECT_EQ(engine_.received(), kMention);
  EXPECT_EQ(engine_.status().snapshot().last_success_at, engine_.clock().now());
}

TEST_F(WebhookTest, DoesNotAnswerBeforeTheCommit) {
  engine_.pause();
  bool answered = false;
  asio::co_spawn(engine_.io(), connector_->push(request(kMention)),
                 [&](const std::exception_ptr&, const PushAnswer&) { answered = true; });
  for (int i = 0; i < 20; ++i) {
    engine_.io().run_for(std::chrono::milliseconds(1));
    engine_.io().restart();
  }
  EXPECT_FALSE(answered);
  engine_.resume();
  while (!answered) {
    engine_.io().run_for(std::chrono::milliseconds(1));
    engine_.io().restart();
  }
}

TEST_F(WebhookTest, AsksToComeBackLaterWhenTheEngineIsFull) {
  engine_.pause();
  int answered = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(engine_.io(), connector_->push(request(kMention)),
                   [&](const std::exception_ptr&, const PushAnswer&) { ++answered; });
  }
  engine_.io().poll();
  const PushAnswer refused = push(request(kMention, "a key 1"));
  EXPECT_EQ(refused.status, 400u) << "a space in a key";
  const PushAnswer full = push(request(kMention, "key-1"));
  EXPECT_EQ(full.status, 429u);
  EXPECT_EQ(full.headers.at("Retry-After"), "1");
  engine_.resume();
  while (answered < 2) {
    engine_.io().restart();
    engine_.io().run_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(status_of(request(kMention, "key-1")), 202u)
      << "a 429 must not be remembered as the answer";
}

TEST_F(WebhookTest, RefusesAWrongSignatureWithoutTakingAnything) {
  auto wrong = request(kMention);
  wrong.body += " ";
  EXPECT_EQ(status_of(wrong), 401u);
  auto missing = request(kMention);
  missing.headers.erase("x-vigie-signature");
  const PushAnswer answer = push(missing);
  EXPECT_EQ(answer.status, 401u);
  EXPECT_TRUE(answer.headers.contains("WWW-Authenticate"));
  auto stale = request(kMention);
  engine_.clock().advance(std::chrono::seconds(301));
  EXPECT_EQ(status_of(stale), 403u);
  EXPECT_TRUE(engine_.arrivals().empty());
  EXPECT_EQ(engine_.status().snapshot().errors, 3u);
}

TEST_F(WebhookTest, NeverRepeatsABodyInWhatItSays) {
  auto wrong = request(R"({"text":"a private word"})");
  wrong.headers["x-vigie-signature"] = "t=1,v1=00";
  EXPECT_EQ(push(wrong).body.find("private"), std::string::npos);
  EXPECT_EQ(engine_.status().snapshot().detail.find("private"), std::string::npos);
}

TEST_F(WebhookTest, TakesBothSecretsWhileASenderChangesOver) {
  auto changed = request(kMention);
  changed.headers["x-vigie-signature"] = sign(kMention, kNewSecret, engine_.clock().now());
  EXPECT_EQ(status_of(changed), 202u);
  EXPECT_EQ(status_of(request(kMention)), 202u);
}

TEST_F(WebhookTest, RefusesWhatIsNotForIt) {
  auto get = request(kMention);
  get.method = "GET";
  EXPECT_EQ(push(get).status, 405u);
  EXPECT_EQ(push(get).headers.at("Allow"), "POST");
  EXPECT_EQ(status_of(request(std::string(5001, ' '))), 413u);
  EXPECT_EQ(status_of(request(std::string(5000, ' '))), 202u);
  EXPECT_EQ(status_of(request("")), 400u);
  for (const char* type :
       {"", "text/plain", "application/jsonx", "multipart/form-data; boundary=x"}) {
    auto typed = request(kMention);
    typed.headers["content-type"] = type;
    EXPECT_EQ(status_of(typed), 415u) << type;
  }
  auto zipped = request(kMention);
  zipped.headers["content-encoding"] = "gzip";
  EXPECT_EQ(status_of(zipped), 415u);
  auto parameters = request(kMention);
  parameters.headers["content-type"] = "Application/JSON ; charset=utf-8";
  EXPECT_EQ(status_of(parameters), 202u);
}

TEST_F(WebhookTest, ARetryGetsTheAnswerOfTheFirst) {
  const PushAnswer first = push(request(kMention, "key-1"));
  engine_.answer_with([](auto) { return Receipt{}; });
  engine_.clock().advance(std::chrono::hours(2));
  const PushAnswer again = push(request(kMention, "key-1"));
  EXPECT_EQ(again.status, 202u);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(engine_.arrivals().size(), 1u);
  EXPECT_EQ(status_of(request(kMention + "\n", "key-1")), 422u) << "the same key with another body";
  engine_.clock().advance(std::chrono::hours(23));
  push(request(kMention, "key-1"));
  EXPECT_EQ(engine_.arrivals().size(), 2u) << "forgotten after a day";
}

TEST_F(WebhookTest, ARetryWaitsForTheFirstThatIsStillBeingWorkedOn) {
  engine_.pause();
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(engine_.io(), connector_->push(request(kMention, "key-1")),
                   [&](const std::exception_ptr&, const PushAnswer& answer) {
                     answers.push_back(answer.body);
                   });
  }
  engine_.io().poll();
  EXPECT_TRUE(answers.empty());
  engine_.resume();
  while (answers.size() < 3) {
    engine_.io().restart();
    engine_.io().run_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(engine_.arrivals().size(), 1u);
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_EQ(answers[0], answers[2]);
}

TEST_F(WebhookTest, AKeyIsFreeAgainWhenTheFirstWasCutOff) {
  engine_.pause();
  asio::cancellation_signal cancel;
  bool cut = false;
  asio::co_spawn(engine_.io(), connector_->push(request(kMention, "key-1")),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](const std::exception_ptr& failed, const PushAnswer&) {
                       cut = failed != nullptr;
                     }));
  engine_.io().poll();
  cancel.emit(asio::cancellation_type::terminal);
  engine_.io().restart();
  engine_.io().poll();
  EXPECT_TRUE(cut);
  engine_.resume();
  EXPECT_EQ(status_of(request(kMention, "key-1")), 202u);
}

TEST_F(WebhookTest, NamesEverySettingThatIsWrong) {
  const std::string open = folder_.write("open", kSecret);
  ::chmod(open.c_str(), 0644);
  EngineStandIn engine;
  const auto made = make_webhook_connector(
      engine.context("id: a\nsecret_file: [" + open + ", /absent]\nwindow_s: 1\nmax_body: 3\n"));
  ASSERT_FALSE(made);
  for (const char* part : {"vigie.yaml:2", "chmod 600", "/absent", "window_s", "'max_body'"}) {
    EXPECT_NE(made.error().text.find(part), std::string::npos) << part << "\n" << made.error().text;
  }
  EXPECT_FALSE(make_webhook_connector(engine.context("id: a\n"))) << "no secret, no webhook";
}

TEST(AnswerMemory, HoldsNoMoreThanItsBound) {
  asio::io_context io;
  AnswerMemory memory(io.get_executor());
  const Time now{std::chrono::seconds(1'790'000'000)};
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        for (std::size_t i = 0; i < AnswerMemory::kMaxAnswers + 500; ++i) {
          AnswerMemory::Start start =
              co_await memory.begin("key-" + std::to_string(i), "digest", now);
          PushAnswer answer;
          answer.status = 202;
          start.turn->keep(answer);
        }
        const AnswerMemory::Start newest = co_await memory.begin("key-10499", "digest", now);
        EXPECT_TRUE(newest.answer);
        const AnswerMemory::Start oldest = co_await memory.begin("key-0", "digest", now);
        EXPECT_TRUE(oldest.turn);
      },
      [](const std::exception_ptr& failed) { EXPECT_FALSE(failed); });
  io.run();
  EXPECT_LE(memory.size(), AnswerMemory::kMaxAnswers);
}

TEST(AnswerMemory, WorksOnNoMoreKeysAtOnceThanItsBound) {
  asio::io_context io;
  AnswerMemory memory(io.get_executor());
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        std::vector<AnswerMemory::Start> working;
        for (std::size_t i = 0; i < AnswerMemory::kMaxInFlight; ++i) {
          working.push_back(co_await memory.begin("key-" + std::to_string(i), "digest", Time{}));
          EXPECT_TRUE(working.back().turn);
        }
        const AnswerMemory::Start one_more = co_await memory.begin("one more", "digest", Time{});
        EXPECT_EQ(one_more.refusal, AnswerMemory::Start::Refusal::kTooMany);
      },
      [](const std::exception_ptr& failed) { EXPECT_FALSE(failed); });
  io.run();
  EXPECT_EQ(memory.size(), 0u);
}

}  // namespace
}  // namespace vigie
