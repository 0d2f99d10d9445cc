#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/store/store.h"

namespace vigie {

/// Where what people want changed (corrections, work) waits for the writer, the one thread that
/// may change mentions and what belongs to them.
class ChangeDesk {
 public:
  static constexpr std::size_t kMaxWaiting = 256;

  struct Change {
    /// On the writer's thread, between two batches; what it leaves in the batch under way is
    /// committed.
    std::function<void(Store&)> apply;
    /// Once it is durable, on the writer's thread. Must be cheap.
    std::function<void()> done;
    /// In place of `apply`, if mentions go: it tells of each of them.
    std::function<void(Store&, const Store::Deleted&)> purge = {};
  };

  /// Any thread; wake the writer afterwards. False, and never `done`: too many wait.
  bool put(Change change) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() == kMaxWaiting) {
      return false;
    }
    waiting_.push_back(std::move(change));
    has_some_.store(true, std::memory_order_release);
    return true;
  }
  /// The writer: all that wait, in the order they came.
  std::vector<Change> take() {
    if (!has_some_.load(std::memory_order_acquire)) {
      return {};
    }
    const std::scoped_lock lock(mutex_);
    has_some_.store(false, std::memory_order_relaxed);
    return std::exchange(waiting_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Change> waiting_;
  std::atomic<bool> has_some_{false};  ///< so that the writer need not lock to see that none wait
};

}  // namespace vigie
