#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "engine/app/erasure_desk.h"
#include "engine/app/log.h"
#include "engine/store/store.h"

namespace vigie {

/// Sees to it that what retention and erasures removed leaves the files, too: after an erasure at
/// once, after retention within kInterval. Has a thread of its own, because it takes as long as
/// reading and writing the store.
class Cleaner {
 public:
  static constexpr std::chrono::minutes kInterval{60}, kLook{1};

  /// All parts outlive it.
  Cleaner(Store& store, ErasureDesk& erasures, Log& log)
      : store_(store), erasures_(erasures), log_(log) {}

  /// Until a stop is asked for, which ends a rewriting that is under way: the next start goes on.
  void run(const std::stop_token& stop);
  /// Any thread: an erasure is waiting.
  void wake();

 private:
  bool is_due() const;

  Store& store_;
  ErasureDesk& erasures_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable_any bell_;
  bool rung_ = false;
  std::atomic<bool> cancelled_{false};
  std::optional<std::chrono::steady_clock::time_point> cleaned_at_;
};

}  // namespace vigie
