#include "engine/ingest/signal.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace vigie {
namespace asio = boost::asio;

namespace {

/// Takes its timer out of the list however the wait ends, even when the coroutine is destroyed.
class Place {
 public:
  using Timers = std::list<asio::steady_timer>;
  Place(std::shared_ptr<Timers> waiting, const asio::any_io_executor& executor)
      : waiting_(std::move(waiting)), timer_(waiting_->emplace(waiting_->end(), executor)) {}
  ~Place() { waiting_->erase(timer_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  asio::steady_timer& timer() { return *timer_; }

 private:
  std::shared_ptr<Timers> waiting_;
  Timers::iterator timer_;
};

}  // namespace

asio::awaitable<void> Signal::next(std::chrono::milliseconds limit) {
  Place place(waiting_, executor_);
  place.timer().expires_after(limit);
  // The wait ends with operation_aborted both on notify() and on cancellation; the coroutine's
  // state tells them apart.
  co_await place.timer().async_wait(asio::as_tuple(asio::use_awaitable));
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

void Signal::notify() {
  for (asio::steady_timer& timer : *waiting_) {
    timer.cancel();
  }
}

}  // namespace vigie
