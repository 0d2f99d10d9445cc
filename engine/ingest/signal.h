#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>

namespace vigie {

/// What coroutines of one thread wait for: a condition variable whose mutex is that thread. Whoever
/// waits checks its condition, then awaits next(); nothing can be missed in between, because
/// notify() runs on the same thread. Other threads reach it through asio::post on the executor.
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  /// Until the next notify(), `limit` at most. Throws boost::system::system_error
  /// (operation_aborted) when the waiting coroutine is cancelled, as every wait of Asio does.
  boost::asio::awaitable<void> next(std::chrono::milliseconds limit);
  /// Wakes all who wait now.
  void notify();

 private:
  boost::asio::any_io_executor executor_;
  /// One per waiting coroutine. Shared with them: a coroutine that never ends is destroyed with its
  /// io_context, which may outlive this signal.
  using Waiting = std::list<boost::asio::steady_timer>;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace vigie
