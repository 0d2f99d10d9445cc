#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace vigie {

/// Wakes the one thread that sleeps when all its rings are empty. Sleeping is a futex wait, ringing
/// is one atomic add and, only while somebody sleeps, a system call.
///
///   const auto heard = bell.heard();
///   if (!did_something()) bell.wait(heard, limit);   // returns at once if it rang since `heard`
class Doorbell {
 public:
  /// How long a sleeper sleeps when nobody rings: only a bound, work wakes it at once.
  static constexpr std::chrono::milliseconds kIdleWait{250};

  std::uint32_t heard() const { return rings_.load(std::memory_order_acquire); }

  /// Any thread.
  void ring();

  /// The sleeper: until it rang after `heard`, or `limit` has passed, or spuriously.
  void wait(std::uint32_t heard, std::chrono::microseconds limit);

 private:
  std::atomic<std::uint32_t> rings_{0};
  std::atomic<std::uint32_t> sleepers_{0};
};

}  // namespace vigie
