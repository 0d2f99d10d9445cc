// Peers who want the server to wait, to remember or to work for them: each is refused or cut off,
// and whoever else comes is answered meanwhile and afterwards.
#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "tests/web/server_under_test.h"

namespace vigie {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kChunked =
    "POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

ServerLimits hasty() {
  ServerLimits limits;
  limits.header_timeout = limits.body_timeout = limits.idle_timeout = limits.write_timeout = 100ms;
  limits.max_connections = 4;
  return limits;
}

class HostilePeers : public testing::Test {
 protected:
  /// The server is as it was: somebody who comes now is answered at once.
  ~HostilePeers() override {
    EXPECT_EQ(server_.ask(kAsk).status, 200) << "the others are served, too";
  }
  static std::vector<Route> routes() {
    std::vector<Route> routes(3);
    for (Route& route : routes) {
      route.right = Right::kSignedIn;
      route.method = "GET";
    }
    routes[0].pattern = "/";
    routes[0].handler = at_once([](const Request&) { return json_response("\"here\""); });
    routes[1].pattern = "/large";
    routes[1].handler =
        at_once([](const Request&) { return json_response(std::string(64 << 20, '1')); });
    routes[2].pattern = "/post";
    routes[2].method = "POST";
    routes[2].max_body_bytes = 100'000;
    routes[2].handler = at_once(
        [](const Request& request) { return json_response(std::to_string(request.body.size())); });
    return routes;
  }
  /// Once a place is free again; fails after a while that no timeout of ours comes near.
  void expect_served_again() {
    const auto end = std::chrono::steady_clock::now() + 30s;
    int status = 0;
    while (status != 200 && std::chrono::steady_clock::now() < end) {
      status = server_.ask(kAsk).status;
    }
    EXPECT_EQ(status, 200);
  }
  /// A byte at a time, faster than any timeout between two bytes would be.
  void trickle(RawClient& client, std::string_view bytes) {
    for (const char byte : bytes) {
      client.send({&byte, 1});
      std::this_thread::sleep_for(10ms);
    }
  }

  ServerUnderTest server_{routes(), hasty()};
};

TEST_F(HostilePeers, WhoNeverReadsTheAnswerIsCutOff) {
  std::deque<RawClient> lazy;  // as many as there are places
  for (int i = 0; i < 4; ++i) {
    lazy.emplace_back(server_.port()).send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  expect_served_again();
}

TEST_F(HostilePeers, AFloodOfRequestsWhoseAnswersNobodyReadsIsCutOff) {
  std::string flood;
  for (int i = 0; i < 20'000; ++i) {
    flood += kAsk;
  }
  std::vector<std::jthread> floods;
  for (int i = 0; i < 4; ++i) {
    floods.emplace_back([&] {
      RawClient client(server_.port());
      for (int again = 0; again < 20; ++again) {
        client.send(flood);  // returns when the server has taken it, or has closed
      }
    });
  }
  floods.clear();
  expect_served_again();
}

TEST_F(HostilePeers, AHeadThatComesByteByByteIsAnswered408) {
  RawClient client(server_.port());
  trickle(client, "GET / HTTP/1.1\r\nHost: x\r\nX-Never-Ending: ");
  EXPECT_EQ(client.receive().status, 408);
}

TEST_F(HostilePeers, ABodyThatComesByteByByteIsAnswered408) {
  RawClient client(server_.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  trickle(client, std::string(50, 'a'));
  EXPECT_EQ(client.receive().status, 408);
}

TEST_F(HostilePeers, ChunksThatComeByteByByteAreAnswered408) {
  RawClient client(server_.port());
  client.send(kChunked);
  for (int i = 0; i < 20; ++i) {
    client.send("1\r\na\r\n");
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(client.receive().status, 408);
}

TEST_F(HostilePeers, ChunksWithoutEndAreAnswered413) {
  RawClient client(server_.port());
  client.send(kChunked);
  const std::string chunk = "1000\r\n" + std::string(4096, 'a') + "\r\n";
  for (int i = 0; i < 100; ++i) {
    client.send(chunk);
  }
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(HostilePeers, ExtensionsOfChunksArePassedOverAndBounded) {
  RawClient client(server_.port());
  client.send(kChunked).send("3;name=value;other=\"a b\"\r\nabc\r\n0;last\r\nX-Trailer: t\r\n\r\n");
  EXPECT_EQ(client.receive().body, "3");
  for (const std::string& endless :
       {"3;" + std::string(1 << 20, 'x'), "0\r\nX-Trailer: " + std::string(1 << 20, 'x'),
        "3;x=\"" + std::string(1 << 20, '"'), std::string(1 << 20, '0'),
        "ffffffffffffffffffff\r\n" + std::string(1 << 20, 'x')}) {
    RawClient hostile(server_.port());
    hostile.send(kChunked).send(endless);
    const int status = hostile.receive().status;
    EXPECT_TRUE(status == 400 || status == 413 || status == 431)
        << status << " for " << endless.substr(0, 20);
    EXPECT_EQ(server_.ask(kAsk).status, 200);
  }
}

TEST_F(HostilePeers, ALengthThatPromisesTooMuchIsNoRequest) {
  RawClient client(server_.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  client.finish_sending();
  EXPECT_EQ(client.receive().status, 0) << "nobody is left to answer";
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostilePeers, WhatStandsBehindALengthThatPromisesTooLittleIsTakenForNoBody) {
  RawClient client(server_.port());
  client.send("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef\r\n\r\n");
  EXPECT_EQ(client.receive().body, "3");
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostilePeers, AThousandFieldsOrAnEndlessLineAreAnswered431) {
  std::string fields;
  for (int i = 0; i < 5000; ++i) {
    fields += "X" + std::to_string(i) + ": y\r\n";
  }
  EXPECT_EQ(server_.ask("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n").status, 431);
  EXPECT_EQ(server_.ask(std::string(1 << 20, 'G')).status, 431);
  EXPECT_EQ(
      server_.ask("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n " + std::string(1 << 20, ' ')).status,
      431);
}

TEST_F(HostilePeers, ConnectionsThatSayNothingTakeNoPlace) {
  std::deque<RawClient> silent;
  for (int i = 0; i < 300; ++i) {
    silent.emplace_back(server_.port());
    if (i % 50 == 0) {
      EXPECT_EQ(server_.ask(kAsk).status, 200) << i;
    }
  }
}

TEST_F(HostilePeers, HalfAHeadHoldsItsPlaceForItsTimeoutOnly) {
  std::deque<RawClient> slow;
  for (int i = 0; i < 4; ++i) {
    slow.emplace_back(server_.port()).send("GET / HTTP/1.1\r\nHo");
  }
  expect_served_again();
}

}  // namespace
}  // namespace vigie
