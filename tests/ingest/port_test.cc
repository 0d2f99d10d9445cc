#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <thread>

#include "engine/ingest/connector.h"

namespace vigie {
namespace {
namespace asio = boost::asio;

class PortTest : public testing::Test {
 protected:
  PortTest() {
    auto origin = std::make_shared<Origin>();
    origin->connector = 0;
    origin->connector_id = "town";
    port_ = std::make_unique<Port>(origin, inlet_, ledger_, signal_, clock_, "the cursor");
  }

  static Port::Parcel parcel(std::string_view bytes) {
    Port::Parcel result;
    result.bytes = Payload(bytes);
    return result;
  }
  Envelope take() {
    Envelope taken;
    EXPECT_TRUE(worker_.take(taken));
    return taken;
  }
  void commit(std::uint64_t sequence) {
    ledger_.publish(0, sequence);
    asio::post(io_, [this] { signal_.notify(); });
  }

  asio::io_context io_;
  WorkerInbox worker_{2, 1};
  Inlet inlet_{{&worker_}, 1};
  CommitLedger ledger_{1};
  CommitSignal signal_{io_.get_executor()};
  ManualClock clock_{Time(microseconds(1'700'000'000'000'000))};
  std::unique_ptr<Port> port_;
};

TEST_F(PortTest, StampsWhatItSends) {
  auto sent = parcel("hello");
  sent.cursor = "7";
  sent.mode = Mode::kReplay;
  sent.time_shift = std::chrono::hours(2);
  sent.receipt = std::make_shared<Receipt>();
  ASSERT_EQ(port_->try_send(sent), 1u);
  const Envelope envelope = take();
  EXPECT_EQ(envelope.origin->connector_id, "town");
  EXPECT_EQ(envelope.bytes.view(), "hello");
  EXPECT_EQ(envelope.received_at, clock_.now());
  EXPECT_EQ(envelope.cursor, "7");
  EXPECT_EQ(envelope.mode, Mode::kReplay);
  EXPECT_EQ(envelope.time_shift, std::chrono::hours(2));
  EXPECT_NE(envelope.receipt, nullptr);
  EXPECT_EQ(port_->resume_cursor(), "the cursor");
}

TEST_F(PortTest, GivesTheParcelBackWhenFull) {
  for (int i = 0; i < 2; ++i) {
    auto one = parcel("x");
    ASSERT_TRUE(port_->try_send(one));
  }
  auto third = parcel("third");
  third.cursor = "3";
  third.receipt = std::make_shared<Receipt>();
  const auto refused = port_->try_send(third);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFull);
  EXPECT_EQ(third.bytes.view(), "third");
  EXPECT_EQ(third.cursor, "3");
  EXPECT_NE(third.receipt, nullptr);
}

TEST_F(PortTest, SendWaitsForRoom) {
  std::vector<std::uint64_t> sent;
  asio::co_spawn(
      io_,
      [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) {
          sent.push_back(co_await port_->send(parcel("x")));
        }
      },
      asio::detached);
  while (sent.size() < 2) {
    io_.run_one();
  }
  io_.poll();
  EXPECT_EQ(sent.size(), 2u);
  take();
  io_.run();
  EXPECT_EQ(sent, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(PortTest, CommittedReturnsOnlyWhenTheLedgerReachesTheSequence) {
  int done = 0;
  for (const std::uint64_t sequence : {1u, 2u}) {
    asio::co_spawn(
        io_,
        [&, sequence]() -> asio::awaitable<void> {
          co_await port_->committed(sequence);
          ++done;
        },
        asio::detached);
  }
  io_.poll();
  EXPECT_EQ(done, 0);
  commit(1);
  io_.poll();
  EXPECT_EQ(done, 1);
  commit(2);
  io_.run();
  EXPECT_EQ(done, 2);
}

TEST_F(PortTest, WakesOnACommitFromAnotherThread) {
  bool done = false;
  asio::co_spawn(
      io_,
      [&]() -> asio::awaitable<void> {
        for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) {
          co_await port_->committed(sequence);
        }
        done = true;
      },
      asio::detached);
  std::jthread writer([&] {
    for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) {
      commit(sequence);
    }
  });
  io_.run();
  EXPECT_TRUE(done);
}

TEST_F(PortTest, ACancelledWaitThrowsOperationAborted) {
  asio::cancellation_signal cancel;
  std::exception_ptr thrown;
  asio::co_spawn(
      io_, [&]() -> asio::awaitable<void> { co_await port_->committed(9); },
      asio::bind_cancellation_slot(cancel.slot(),
                                   [&](std::exception_ptr error) { thrown = error; }));
  io_.poll();
  cancel.emit(asio::cancellation_type::terminal);
  io_.run();
  ASSERT_TRUE(thrown);
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted);
  }
}

TEST_F(PortTest, ACoroutineMayBeDestroyedWhileItWaits) {
  asio::co_spawn(io_, port_->committed(9), asio::detached);
  io_.poll();  // the fixture goes, signal first and then io_context
}

TEST(Connector, AnswersPushesItDoesNotTakeWith404) {
  class Silent final : public Connector {
   public:
    asio::awaitable<void> run() override { co_return; }
  };
  asio::io_context io;
  Silent silent;
  unsigned status = 0;
  PushRequest request;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        status = (co_await silent.push(std::move(request))).status;
      },
      asio::detached);
  io.run();
  EXPECT_EQ(status, 404u);
}

TEST(ConnectorSettings, NamesEveryUnknownSettingWithItsLine) {
  std::vector<Problem> problems;
  const auto settings =
      Settings::parse("id: a\ntype: file\npaht: x\npath: y\nspede: z\n", "vigie.yaml", problems);
  ASSERT_TRUE(settings) << to_string(problems);
  allow_connector_settings(*settings, {"path"}, problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].line, 3);
  EXPECT_NE(problems[0].text.find("'paht'"), std::string::npos);
  EXPECT_EQ(problems[1].line, 5);
}

}  // namespace
}  // namespace vigie
