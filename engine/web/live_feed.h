#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/store/store.h"

namespace vigie {

/// What has just become durable, for the screens that watch: a ring of the last events, only their
/// numbers. The writer leaves them here at the cost of a lock and at most one post per wake-up, and
/// never waits; each watcher keeps its own place in the ring, so a slow one costs nothing and
/// learns how many it missed.
class LiveFeed {
 public:
  static constexpr std::size_t kDefaultCapacityEvents = 1 << 16;

  /// `web`: the executor on which everything but publishing happens.
  explicit LiveFeed(boost::asio::any_io_executor web,
                    std::size_t capacity_events = kDefaultCapacityEvents);
  ~LiveFeed();

  /// Any thread.
  void publish(std::span<const MentionRef> mentions);
  void publish_alert(TenantId tenant, std::uint64_t number);

  /// Where the next event will be.
  std::uint64_t end() const;

  struct Events {
    std::vector<MentionRef> mentions;    ///< the newest ones, oldest first
    std::vector<std::uint64_t> alerts;   ///< their numbers, oldest first
    std::uint64_t skipped_mentions = 0;  ///< older ones that there were too many of
    std::uint64_t next = 0;              ///< the place to read from next
  };
  /// The tenant's events from `place` on. Events that the ring no longer holds count as
  /// skipped mentions, whosever they were.
  Events read(TenantId tenant, std::uint64_t place, std::size_t max_mentions) const;

  /// Web executor: returns when there is an event at `place` or later, when `limit` has passed, or
  /// when the feed is closed. Throws operation_aborted when cancelled.
  boost::asio::awaitable<void> wait(std::uint64_t place, std::chrono::milliseconds limit);

  /// Web executor: ends all watching.
  void close();
  bool is_closed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace vigie
