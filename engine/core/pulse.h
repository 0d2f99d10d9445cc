#pragma once

#include <atomic>
#include <cstdint>

namespace vigie {

/// One thread counts the turns of its loop; whoever looks on sees by a count that moves that it
/// goes on. Alone in its cache line: beating disturbs nobody.
class alignas(64) Pulse {
 public:
  /// The one thread that is watched.
  void beat() {
    beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Any thread.
  std::uint64_t beats() const { return beats_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> beats_{0};
};

}  // namespace vigie
