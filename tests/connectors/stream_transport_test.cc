#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "connectors/http_client.h"
#include "connectors/web_socket.h"
#include "tests/connectors/awaited.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

class StreamTransportTest : public testing::Test {
 protected:
  template <class T>
  T run(asio::awaitable<T> work) {
    return awaited(io_, std::move(work));
  }
  std::unique_ptr<HttpStream> open(HttpStreamLimits limits = {}) {
    HttpRequest request;
    request.url = peer_.url("http", "/");
    request.allow_private = true;
    auto stream = run(client_.open(std::move(request), limits));
    EXPECT_TRUE(stream) << stream.error().text;
    return std::move(*stream);
  }
  std::string read(HttpStream& stream) {
    auto piece = run(stream.read());
    return piece ? *piece : "! " + piece.error().text;
  }
  WebSocketRequest socket_request(const Peer& peer) {
    WebSocketRequest request;
    request.url = peer.url("ws", "/socket?a=b");
    request.allow_private = true;
    return request;
  }
  std::unique_ptr<WebSocket> open_socket(WebSocketRequest request, const Peer& peer) {
    auto answer = run(
        open_web_socket(io_.get_executor(), {"Vigie/test", peer.ca_file()}, std::move(request)));
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().text);
    return answer ? std::move(answer->socket) : nullptr;
  }
  std::unique_ptr<WebSocket> open_plain_socket() {
    auto request = socket_request(peer_);
    auto answer = run(open_web_socket(io_.get_executor(), {"Vigie/test", {}}, std::move(request)));
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().text);
    return std::move(answer->socket);
  }
  std::string read(WebSocket& socket) {
    auto message = run(socket.read());
    return message ? message->bytes : "! " + message.error().text;
  }

  asio::io_context io_;
  HttpClient client_{io_.get_executor(), {"Vigie/test", {}}};
  Peer peer_{"plain_stream"};
};

TEST_F(StreamTransportTest, GivesPiecesAsTheyCome) {
  const auto stream = open();
  EXPECT_EQ(stream->response().status, 200u);
  EXPECT_EQ(stream->response().header("content-type"), "text/plain");
  peer_.tell("chunk", R"("data": "one ")");
  EXPECT_EQ(read(*stream), "one ");
  peer_.tell("chunk", R"("data": "two")");
  EXPECT_EQ(read(*stream), "two");
  peer_.tell("end");
  EXPECT_EQ(read(*stream), "");
}

TEST_F(StreamTransportTest, SaysWhenAStreamIsCut) {
  const auto stream = open();
  peer_.tell("chunk", R"("data": "half a mess")");
  EXPECT_EQ(read(*stream), "half a mess");
  peer_.tell("cut");
  EXPECT_EQ(read(*stream).substr(0, 2), "! ");
}

TEST_F(StreamTransportTest, GivesUpOnSilence) {
  const auto stream = open({milliseconds(5'000), milliseconds(150)});
  EXPECT_EQ(read(*stream), "! the source has fallen silent");
}

TEST_F(StreamTransportTest, GivesAnyStatusAndItsBody) {
  peer_.tell("next_answer",
             R"("status": 429, "headers": {"Retry-After": "7"}, "body": "slow down")");
  const auto stream = open();
  EXPECT_EQ(stream->response().status, 429u);
  EXPECT_EQ(stream->response().header("retry-after"), "7");
  EXPECT_EQ(read(*stream), "slow down");
}

TEST_F(StreamTransportTest, HoldsTheSourceUpWhileNobodyReads) {
  const auto stream = open();
  std::string told;
  std::atomic<bool> is_told{false};
  std::thread flood([&] {
    told = peer_.tell("flood", R"("times": 400, "data": ")" + std::string(100'000, 'x') + '"');
    is_told = true;
  });
  for (int i = 0; !is_told && i < 2'000; ++i) {
    io_.restart();
    io_.run_for(milliseconds(5));
  }
  flood.join();
  EXPECT_LT(std::stoi(told), 400) << "40 MB went out to somebody who does not read";
  std::size_t got = 0;
  while (got < std::stoul(told) * 100'000) {
    const std::string piece = read(*stream);
    ASSERT_NE(piece.substr(0, 1), "!") << piece;
    ASSERT_LE(piece.size(), HttpStream::kMaxHeldBytes);
    got += piece.size();
  }
}

TEST_F(StreamTransportTest, RefusesPrivateAddresses) {
  HttpRequest request;
  request.url = peer_.url("http", "/");
  const auto stream = run(client_.open(std::move(request), {}));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, ErrorCode::kRefused);
  auto socket = socket_request(peer_);
  socket.allow_private = false;
  const auto answer = run(open_web_socket(io_.get_executor(), {}, std::move(socket)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kRefused);
  EXPECT_EQ(peer_.tell("connections"), "0");
}

TEST_F(StreamTransportTest, ReadsAndWritesMessages) {
  const auto socket = open_plain_socket();
  EXPECT_EQ(peer_.tell("seen"), R"(["/socket?a=b"])");
  peer_.tell("frame", R"("data": "whole")");
  EXPECT_EQ(read(*socket), "whole");
  peer_.tell("frame", R"("data": "in ", "final": false)");
  peer_.tell("frame", R"("data": "are you there", "opcode": 9)");
  peer_.tell("frame", R"("data": "pieces", "opcode": 0)");
  EXPECT_EQ(read(*socket), "in pieces");
  ASSERT_TRUE(run(socket->write("hello")));
  while (peer_.tell("said").find("[1, \"aGVsbG8=\"]") == std::string::npos) {
  }
  EXPECT_NE(peer_.tell("said").find("[10, \"YXJlIHlvdSB0aGVyZQ==\"]"), std::string::npos)
      << "a ping was not answered";
  EXPECT_EQ(peer_.tell("wrong"), "[]");
}

TEST_F(StreamTransportTest, CountsWhatGoesOverAStreamWhileItIsOpen) {
  const auto meter = std::make_shared<TrafficMeter>();
  HttpClient metered(client_, meter);
  HttpRequest request;
  request.url = peer_.url("http", "/");
  request.allow_private = true;
  auto stream = run(metered.open(std::move(request), {}));
  ASSERT_TRUE(stream);
  peer_.tell("chunk", R"("data": "0123456789")");
  EXPECT_EQ(read(**stream), "0123456789");
  const Traffic first = meter->read().total;
  EXPECT_EQ(first.requests, 1U);
  EXPECT_GT(first.bytes_received, 10U) << "the header counts, too";
  EXPECT_GT(first.bytes_sent, std::string_view("GET / HTTP/1.1").size());
  peer_.tell("chunk", R"("data": "abcde")");
  read(**stream);
  EXPECT_EQ(meter->read().total.bytes_received, first.bytes_received + 5);
  stream->reset();
  EXPECT_EQ(meter->read().total.bytes_received, first.bytes_received + 5) << "not twice";
  EXPECT_EQ(meter->read().hosts.begin()->first, "127.0.0.1");
  EXPECT_EQ(client_.options().meter->read().total, Traffic{}) << "each counts its own";
}

TEST_F(StreamTransportTest, CountsTheMessagesOfASocket) {
  HttpOptions options;
  auto request = socket_request(peer_);
  auto answer = run(open_web_socket(io_.get_executor(), options, std::move(request)));
  ASSERT_TRUE(answer && answer->socket);
  peer_.tell("frame", R"("data": "seven b")");
  EXPECT_EQ(read(*answer->socket), "seven b");
  EXPECT_TRUE(run(answer->socket->write("four")));
  EXPECT_EQ(options.meter->read().total, (Traffic{1, 7, 4}));
}

TEST_F(StreamTransportTest, SaysWhyASocketEnded) {
  auto socket = open_plain_socket();
  peer_.tell("frame", R"("data": "half a message", "split": 6)");
  peer_.tell("cut");
  EXPECT_EQ(read(*socket).substr(0, 2), "! ");
  socket = open_plain_socket();
  peer_.tell("frame", "\"data\": \"\\u0003\\u0078enough\", \"opcode\": 8");
  EXPECT_NE(read(*socket).find("! "), std::string::npos);
}

TEST_F(StreamTransportTest, RefusesAMessageThatIsTooLarge) {
  auto request = socket_request(peer_);
  request.max_message_bytes = 1'000;
  const auto answer = run(open_web_socket(io_.get_executor(), {}, std::move(request)));
  peer_.tell("frame", R"("data": ")" + std::string(1'001, 'x') + '"');
  const auto message = run(answer->socket->read());
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::kRefused);
}

TEST_F(StreamTransportTest, TellsWhyAnUpgradeWasDeclined) {
  peer_.tell("next_answer",
             R"("status": 400, "headers": {"X-Why": "old"}, "body": "CursorTooOld")");
  auto request = socket_request(peer_);
  const auto answer = run(open_web_socket(io_.get_executor(), {}, std::move(request)));
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->socket, nullptr);
  EXPECT_EQ(answer->response.status, 400u);
  EXPECT_EQ(answer->response.header("x-why"), "old");
  EXPECT_EQ(answer->response.body, "CursorTooOld");
}

TEST_F(StreamTransportTest, PingsASilentSocketAndGivesUpWhenNothingComesBack) {
  auto request = socket_request(peer_);
  request.idle_timeout = milliseconds(300);
  const auto answer = run(open_web_socket(io_.get_executor(), {}, std::move(request)));
  std::thread later([this] {
    std::this_thread::sleep_for(milliseconds(900));  // three times as long: pongs kept it alive
    peer_.tell("frame", R"("data": "late")");
  });
  EXPECT_EQ(read(*answer->socket), "late");
  later.join();
}

TEST_F(StreamTransportTest, VerifiesTlsOfASocket) {
  Peer secure("plain_stream", true);
  auto request = socket_request(secure);
  const auto untrusted = run(open_web_socket(io_.get_executor(), {}, std::move(request)));
  ASSERT_FALSE(untrusted);
  EXPECT_NE(untrusted.error().text.find("certificate"), std::string::npos)
      << untrusted.error().text;
  const auto socket = open_socket(socket_request(secure), secure);
  ASSERT_NE(socket, nullptr);
  secure.tell("frame", R"("data": "secret")");
  EXPECT_EQ(read(*socket), "secret");
}

}  // namespace
}  // namespace vigie
