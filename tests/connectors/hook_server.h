#pragma once

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "engine/web/service_routes.h"
#include "tests/connectors/engine_stand_in.h"
#include "tests/web/server_under_test.h"

namespace vigie {

/// The engine's own HTTP server in front of a connector's push(), at /hooks/town: what a source
/// pushes comes over a real socket, as it does in production.
class HookServer {
 public:
  HookServer(EngineStandIn& engine, Connector& connector)
      : engine_(engine),
        server_({push_route({.metrics = metrics_,
                             .why_not_live = {},
                             .why_not_ready = {},
                             .push =
                                 [this, &connector](std::string, Request request) {
                                   return push(connector, std::move(request));
                                 }})},
                limits()) {}
  /// A push that is still being worked on ends before what it would be answered through.
  ~HookServer() {
    wait_for(server_.stop());
    while (under_way_ > 0) {
      work();
    }
  }
  HookServer(const HookServer&) = delete;
  HookServer& operator=(const HookServer&) = delete;

  /// What a client of its own does on a connection of its own, while the engine works.
  RawAnswer talk(std::function<RawAnswer(RawClient&)> conversation) {
    return wait_for(std::async(std::launch::async, [&] {
      RawClient client(server_.port());
      return conversation(client);
    }));
  }
  RawAnswer send(const std::string& request) {
    return talk([&](RawClient& client) { return client.send(request).receive(); });
  }
  /// A byte at a time.
  RawAnswer trickle(const std::string& request) {
    return talk([&](RawClient& client) {
      for (const char byte : request) {
        client.send({&byte, 1});
      }
      return client.receive();
    });
  }
  /// Half of it, and nothing more.
  RawAnswer cut(const std::string& request) {
    return talk([&](RawClient& client) {
      client.send(std::string_view(request).substr(0, request.size() - request.size() / 4));
      client.finish_sending();
      return client.receive();
    });
  }
  /// All of it, but does not wait for an answer longer than until `enough` says so.
  void send_and_leave(const std::string& request, const std::function<bool()>& enough) {
    RawClient client(server_.port());
    client.send(request);
    while (!enough()) {
      work();
    }
  }

  std::uint16_t port() const { return server_.port(); }

  static std::string get(const std::string& query) {
    return "GET /hooks/town?" + query + " HTTP/1.1\r\nHost: vigie.example\r\n\r\n";
  }
  static std::string post(const std::string& body, const std::string& headers,
                          const std::string& query = {}) {
    return "POST /hooks/town" + (query.empty() ? "" : "?" + query) +
           " HTTP/1.1\r\nHost: vigie.example\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + headers + "\r\n" + body;
  }

 private:
  class UnderWay {
   public:
    explicit UnderWay(std::atomic<int>& count) : count_(count) { ++count_; }
    ~UnderWay() { --count_; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

   private:
    std::atomic<int>& count_;
  };

  static ServerLimits limits() {
    ServerLimits limits;
    limits.drain_timeout = std::chrono::milliseconds(20);
    return limits;
  }
  void work() {
    engine_.io().restart();
    engine_.io().run_for(std::chrono::milliseconds(1));
  }
  template <class Result>
  Result wait_for(std::future<Result> future) {
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      work();
    }
    return future.get();
  }

  boost::asio::awaitable<Response> push(Connector& connector, Request request) {
    const UnderWay one(under_way_);
    PushRequest pushed{std::move(request.method), std::move(request.query),
                       std::move(request.headers), std::move(request.body)};
    PushAnswer answer = co_await boost::asio::co_spawn(
        engine_.io(), connector.push(std::move(pushed)), boost::asio::use_awaitable);
    Response response;
    response.status = answer.status;
    response.content_type = std::move(answer.content_type);
    response.body = std::move(answer.body);
    for (auto& [name, value] : answer.headers) {
      response.with(name, std::move(value));
    }
    co_return response;
  }

  EngineStandIn& engine_;
  std::atomic<int> under_way_{0};
  Metrics metrics_{Metrics::Labels{}};
  ServerUnderTest server_;
};

}  // namespace vigie
