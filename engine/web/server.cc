#include "engine/web/server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <set>
#include <utility>

#include "engine/web/connection.h"

namespace vigie {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kCloseTimeout{1};
constexpr std::string_view kTooBusy =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

}  // namespace

struct Server::State : ConnectionContext, std::enable_shared_from_this<State> {
  State(asio::any_io_executor on, const Router& routes, Gate gate_keeper, ServerLimits bounds,
        Metrics& counts)
      : ConnectionContext{.executor = on,
                          .router = routes,
                          .gate = std::move(gate_keeper),
                          .limits = bounds,
                          .metrics = counts,
                          .all_gone = asio::steady_timer(on)},
        acceptor(on) {}

  /// Starts a connection for it, if need be in the place of an idle one.
  void admit(tcp::socket socket);
  bool end_longest_idle(std::string_view address);

  tcp::acceptor acceptor;
};

Server::Server(asio::any_io_executor executor, const Router& router, Gate gate, ServerLimits limits,
               Metrics& metrics)
    : state_(
          std::make_shared<State>(std::move(executor), router, std::move(gate), limits, metrics)) {}

Server::~Server() = default;

std::size_t Server::connections() const { return state_->connections.size(); }

void Server::State::admit(tcp::socket socket) {
  error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  const std::string address = error ? std::string() : remote.address().to_string();
  const auto count = [&](auto fits) {
    return static_cast<std::size_t>(std::ranges::count_if(connections, fits));
  };
  if (count([&](const Connection* one) { return one->is_idle_from(address); }) >=
      limits.max_idle_per_address) {
    end_longest_idle(address);
  }
  const std::size_t living = count([](const Connection* one) { return !one->is_ending(); });
  if (living >= limits.max_connections && !end_longest_idle({})) {
    socket.non_blocking(true, error);
    socket.write_some(asio::buffer(kTooBusy), error);
    return;
  }
  start_connection(std::move(socket), shared_from_this());
}

/// Of `address`, or of all if that is empty. False if none is idle.
bool Server::State::end_longest_idle(std::string_view address) {
  Connection* longest = nullptr;
  for (Connection* one : connections) {
    if (one->is_idle_from(address) && (!longest || one->idle_since() < longest->idle_since())) {
      longest = one;
    }
  }
  if (longest) {
    longest->end();
  }
  return longest != nullptr;
}

void Server::trust(TrustedProxies proxies) { state_->proxies = std::move(proxies); }

void Server::add_header(std::string name, std::string value) {
  state_->own_headers.emplace_back(std::move(name), std::move(value));
}

Result<std::uint16_t> Server::listen(const std::string& host, std::uint16_t port) {
  const auto fails = [&](const error_code& error) {
    return fail(ErrorCode::kUnavailable,
                "cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
  };
  error_code error;
  tcp::resolver resolver(state_->executor);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return fails(error);
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  tcp::acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(tcp::acceptor::max_listen_connections, error);
  }
  if (error) {
    return fails(error);
  }
  const auto accept_all = [](std::shared_ptr<State> state) -> asio::awaitable<void> {
    while (!state->stopping) {
      error_code failed;
      tcp::socket socket =
          co_await state->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
      if (failed && !state->stopping) {  // out of descriptors: some will come free
        asio::steady_timer pause(state->executor, kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
      } else if (!failed) {
        state->admit(std::move(socket));
      }
    }
  };
  asio::co_spawn(state_->executor, accept_all(state_), [](std::exception_ptr failure) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  });
  return acceptor.local_endpoint().port();
}

asio::awaitable<void> Server::stop() {
  const std::shared_ptr<State> state = state_;
  error_code ignored;
  state->stopping = true;
  state->acceptor.close(ignored);
  const auto end_connections = [&](bool all) {
    for (Connection* connection : std::set(state->connections)) {
      if (all || !connection->is_answering()) {
        connection->end();
      }
    }
  };
  const auto wait_until_gone = [&](std::chrono::milliseconds limit) -> asio::awaitable<void> {
    if (!state->connections.empty()) {
      state->all_gone.expires_after(limit);
      error_code cancelled;
      co_await state->all_gone.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
  };
  end_connections(false);
  co_await wait_until_gone(state->limits.drain_timeout);
  end_connections(true);
  co_await wait_until_gone(kCloseTimeout);
}

}  // namespace vigie
