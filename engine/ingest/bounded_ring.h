#pragma once

#include <atomic>
#include <cstddef>

#include "engine/ingest/doorbell.h"
#include "engine/ingest/ring.h"

namespace vigie {

/// How many envelopes wait for a worker, and how many of its results for the writer, where the
/// configuration says nothing else.
inline constexpr std::size_t kInboxEnvelopes = 256, kOutboxEnvelopes = 128;

/// A Ring that is bounded in bytes too, and rings its reader's bell. `T::size_bytes()` says how
/// much an item weighs. The ring orders the items; the budget is a count beside it, which may be
/// behind by what the reader is just taking: it holds memory in bounds, nothing else.
template <class T>
class BoundedRing {
 public:
  BoundedRing(std::size_t capacity_items, std::size_t max_bytes, Doorbell& reader)
      : ring_(capacity_items), max_bytes_(max_bytes), reader_(reader) {}

  /// Writer thread: false and `item` untouched if there is no room. Anything fits when it is empty.
  bool put(T& item) {
    const std::size_t bytes = item.size_bytes(), waiting = bytes_.load(std::memory_order_relaxed);
    if (waiting != 0 && waiting + bytes > max_bytes_) {
      return false;
    }
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (!ring_.push(item)) {
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
    reader_.ring();
    return true;
  }
  /// Reader thread: false if there is nothing.
  bool take(T& item) {
    if (ring_.pop({&item, 1}) == 0) {
      return false;
    }
    bytes_.fetch_sub(item.size_bytes(), std::memory_order_relaxed);
    return true;
  }
  /// Any thread, approximate.
  std::size_t size() const { return ring_.size(); }
  std::size_t capacity() const { return ring_.capacity(); }
  /// What waits, and how much may. Any thread, approximate.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t max_bytes() const { return max_bytes_; }

 private:
  Ring<T> ring_;
  std::size_t max_bytes_;
  Doorbell& reader_;
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace vigie
