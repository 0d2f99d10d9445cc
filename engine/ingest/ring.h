#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/core/check.h"

namespace vigie {

/// A bounded lock-free queue for exactly one writing and one reading thread.
///
/// 1. `head_` counts everything ever read, `tail_` everything ever written; slot = count mod
/// capacity (a power of two).
/// 2. Only the writer stores `tail_` (release, after the slots are filled); only the reader stores
/// `head_` (release,
///    after the slots are moved out). Each loads the other's counter with acquire: that pair is the
///    only synchronisation, and all it needs.
/// 3. Each side keeps a private copy of the other's counter and looks again only when the copy says
/// full or empty, so
///    in steady flow the two threads do not touch each other's cache line.
/// 4. Batches are the fast path: one release store for many items.
template <class T>
class Ring {
 public:
  /// `capacity` items, rounded up to a power of two.
  explicit Ring(std::size_t capacity)
      : slots_(std::bit_ceil(std::max<std::size_t>(capacity, 2))), mask_(slots_.size() - 1) {}

  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  std::size_t capacity() const { return slots_.size(); }

  /// Writer thread: moves `item` in, or leaves it untouched and says false when full.
  bool push(T& item) { return push(std::span<T>(&item, 1)) == 1; }

  /// Writer thread: moves in as many of `items` as fit, from the front; says how many.
  std::size_t push(std::span<T> items) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (slots_.size() - (tail - head_seen_) < items.size()) {
      head_seen_ = head_.load(std::memory_order_acquire);
    }
    const std::size_t count = std::min(items.size(), slots_.size() - (tail - head_seen_));
    for (std::size_t i = 0; i < count; ++i) {
      slots_[(tail + i) & mask_] = std::move(items[i]);
    }
    tail_.store(tail + count, std::memory_order_release);
    return count;
  }

  /// Reader thread: moves up to `room.size()` items out, oldest first; says how many.
  std::size_t pop(std::span<T> room) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (tail_seen_ - head < room.size()) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
    }
    const std::size_t count = std::min(room.size(), tail_seen_ - head);
    for (std::size_t i = 0; i < count; ++i) {
      room[i] = std::exchange(slots_[(head + i) & mask_], T{});
    }
    head_.store(head + count, std::memory_order_release);
    return count;
  }

  /// Any thread, approximate while others work: for gauges.
  std::size_t size() const {
    const std::size_t head = head_.load(std::memory_order_acquire);
    return tail_.load(std::memory_order_acquire) - head;
  }

 private:
  static constexpr std::size_t kCacheLineBytes = 64;

  std::vector<T> slots_;
  std::size_t mask_;
  alignas(kCacheLineBytes) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;  ///< the writer's copy of head_
  alignas(kCacheLineBytes) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;  ///< the reader's copy of tail_
};

}  // namespace vigie
