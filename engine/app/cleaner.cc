#include "engine/app/cleaner.h"

#include <pthread.h>

#include "engine/core/check.h"

namespace vigie {

void Cleaner::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "cleaner");
  const std::stop_callback cancel(stop, [this] { cancelled_ = true; });
  while (!stop.stop_requested()) {
    if (is_due()) {
      if (const Result<void> done = erasures_.finish(cancelled_); done) {
        log_.info("files_rewritten", "What was erased or has expired has left the files.");
      } else if (!cancelled_) {
        log_.error("files_not_rewritten", done.error().text);
      }
      cleaned_at_ = std::chrono::steady_clock::now();
    }
    std::unique_lock lock(mutex_);
    bell_.wait_for(lock, stop, kLook, [this] { return rung_; });
    rung_ = false;
  }
}

void Cleaner::wake() {
  const std::scoped_lock lock(mutex_);
  rung_ = true;
  bell_.notify_one();
}

bool Cleaner::is_due() const {
  const Result<bool> waits = erasures_.has_unfinished();
  check(waits.has_value(), "receipts can be read");
  const bool is_time = !cleaned_at_ || std::chrono::steady_clock::now() - *cleaned_at_ >= kInterval;
  return *waits || (store_.unscrubbed() != 0 && is_time);
}

}  // namespace vigie
