#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <thread>
#include <utility>

#include "engine/web/server.h"
#include "tests/web/raw_client.h"

namespace vigie {

/// A server on a free port with a thread of its own.
class ServerUnderTest {
 public:
  explicit ServerUnderTest(
      std::vector<Route> routes, ServerLimits limits = {},
      Server::Gate gate = [](const Route&, Request&) { return std::optional<Response>(); }) {
    router_.add(std::move(routes));
    server_ = std::make_unique<Server>(context_.get_executor(), router_, std::move(gate), limits,
                                       metrics_);
    port_ = server_->listen("127.0.0.1", 0).value();
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~ServerUnderTest() {
    stop().wait();
    work_.reset();
    thread_.join();
  }

  std::future<void> stop() {
    return boost::asio::co_spawn(context_, server_->stop(), boost::asio::use_future);
  }
  std::uint16_t port() const { return port_; }
  const Metrics& metrics() const { return metrics_; }
  const Router& router() const { return router_; }
  boost::asio::io_context& context() { return context_; }

  /// One request on a connection of its own.
  RawAnswer ask(std::string_view head, std::string_view body = {}) const {
    RawClient client(port_);
    client.send(head).send(body);
    return client.receive(head.starts_with("HEAD"));
  }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  Router router_;
  Metrics metrics_{Metrics::Labels{}};
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace vigie
