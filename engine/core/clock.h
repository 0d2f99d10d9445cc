#pragma once

#include <atomic>

#include "engine/core/time.h"

namespace vigie {

/// What time it is, for everything that stamps, expires or waits. Any thread may ask.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  }
};

/// A clock that is told the time: by a replay (from the mentions' own dates) or by a test.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start.time_since_epoch().count()) {}
  Time now() const override { return Time(microseconds(now_.load(std::memory_order_acquire))); }
  void set(Time time) { now_.store(time.time_since_epoch().count(), std::memory_order_release); }
  void advance(microseconds by) { now_.fetch_add(by.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace vigie
