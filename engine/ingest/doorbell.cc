#include "engine/ingest/doorbell.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace vigie {

// Why no ring is lost: the sleeper announces itself (sleepers_) before the kernel compares rings_
// with `heard`; the ringer adds to rings_ before it looks at sleepers_. Both are sequentially
// consistent, so either the ringer sees the sleeper and wakes it, or the kernel sees the new count
// and does not sleep.

void Doorbell::ring() {
  rings_.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) != 0) {
    ::syscall(SYS_futex, &rings_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
}

void Doorbell::wait(std::uint32_t heard, std::chrono::microseconds limit) {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec relative{};
  relative.tv_sec = seconds.count();
  relative.tv_nsec = std::chrono::nanoseconds(limit - seconds).count();
  ::syscall(SYS_futex, &rings_, FUTEX_WAIT_PRIVATE, heard, &relative, nullptr, 0);
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace vigie
