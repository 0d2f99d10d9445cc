#include "engine/web/live_feed.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <mutex>

namespace vigie {

namespace asio = boost::asio;

struct LiveFeed::State {
  struct Event {
    MentionRef mention;  ///< of an alert: only its tenant
    std::uint64_t alert = 0;
  };

  State(asio::any_io_executor on, std::size_t capacity) : web(std::move(on)), ring(capacity) {}

  void add(const Event& event) { ring[end++ % ring.size()] = event; }
  void wake() {
    for (asio::steady_timer& timer : waiting) {
      timer.cancel();
    }
  }

  asio::any_io_executor web;
  mutable std::mutex mutex;  // guards the two below
  std::vector<Event> ring;
  std::uint64_t end = 0;
  std::atomic<bool> wake_is_posted{false};
  std::list<asio::steady_timer> waiting;  // web executor
  bool closed = false;                    // web executor
};

namespace {

template <class State>
void wake_soon(const std::shared_ptr<State>& state) {
  if (!state->wake_is_posted.exchange(true)) {
    asio::post(state->web, [state] {
      state->wake_is_posted.store(false);
      state->wake();
    });
  }
}

}  // namespace

LiveFeed::LiveFeed(asio::any_io_executor web, std::size_t capacity_events)
    : state_(std::make_shared<State>(std::move(web), capacity_events)) {}

LiveFeed::~LiveFeed() = default;

void LiveFeed::publish(std::span<const MentionRef> mentions) {
  {
    const std::scoped_lock lock(state_->mutex);
    for (const MentionRef& mention : mentions) {
      state_->add({mention, 0});
    }
  }
  wake_soon(state_);
}

void LiveFeed::publish_alert(TenantId tenant, std::uint64_t number) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->add({{tenant, 0, 0}, number});
  }
  wake_soon(state_);
}

std::uint64_t LiveFeed::end() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->end;
}

LiveFeed::Events LiveFeed::read(TenantId tenant, std::uint64_t place,
                                std::size_t max_mentions) const {
  const std::scoped_lock lock(state_->mutex);
  Events events;
  events.next = state_->end;
  const std::uint64_t size = state_->ring.size();
  const std::uint64_t oldest = state_->end > size ? state_->end - size : 0;
  if (place < oldest) {
    events.skipped_mentions = oldest - place;
    place = oldest;
  }
  for (; place < state_->end; ++place) {
    const State::Event& event = state_->ring[place % size];
    if (event.mention.tenant != tenant) {
      continue;
    }
    if (event.alert != 0) {
      events.alerts.push_back(event.alert);
    } else {
      events.mentions.push_back(event.mention);
    }
  }
  if (events.mentions.size() > max_mentions) {
    const auto surplus = events.mentions.size() - max_mentions;
    events.mentions.erase(events.mentions.begin(),
                          events.mentions.begin() + static_cast<std::ptrdiff_t>(surplus));
    events.skipped_mentions += surplus;
  }
  return events;
}

asio::awaitable<void> LiveFeed::wait(std::uint64_t place, std::chrono::milliseconds limit) {
  // The list is kept alive by the waiting coroutine, which may be destroyed after this feed.
  const std::shared_ptr<State> state = state_;
  if (state->closed || end() > place) {
    co_return;
  }
  struct Place {
    State& state;
    std::list<asio::steady_timer>::iterator timer;
    ~Place() { state.waiting.erase(timer); }
  };
  const Place mine{*state, state->waiting.emplace(state->waiting.end(), state->web, limit)};
  // A wake-up cancels the timer, and so does the end of the connection: the next wait of a
  // cancelled coroutine throws, so both may pass here.
  try {
    co_await mine.timer->async_wait(asio::use_awaitable);
  } catch (const boost::system::system_error&) {
  }
}

void LiveFeed::close() {
  state_->closed = true;
  state_->wake();
}

bool LiveFeed::is_closed() const { return state_->closed; }

}  // namespace vigie
