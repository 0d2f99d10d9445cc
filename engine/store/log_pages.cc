#include "engine/store/log_pages.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/transaction_log.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

namespace vigie {

LogPages::~LogPages() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

void LogPages::synced() {
  if (written_bytes_.load(std::memory_order_relaxed) < kWorthwhileBytes) {
    return;
  }
  written_bytes_.store(0, std::memory_order_relaxed);
  std::unique_ptr<rocksdb::LogFile> log;
  if (!db_.GetCurrentWalFile(&log).ok()) {
    return;
  }
  if (log->LogNumber() != number_) {
    give_back();  // the end of the one before, which was synced, too
    turn_to(log->LogNumber(), (db_.GetName() + log->PathName()).c_str());
  }
  give_back();
  // What was written since may not be durable yet; what was seen the last time is.
  given_back_ = std::exchange(seen_, log->SizeFileBytes());
}

void LogPages::turn_to(std::uint64_t number, const char* path) {
  if (file_ >= 0) {
    ::close(file_);
  }
  number_ = number;
  file_ = ::open(path, O_RDONLY | O_CLOEXEC);
  given_back_ = seen_ = 0;
}

/// Pages that are not yet durable are not touched by it. Large ones may reach behind where they
/// begin: some of what was given back is asked for again.
void LogPages::give_back() {
  constexpr std::uint64_t kOverlap = 2U << 20;
  if (file_ >= 0) {
    const std::uint64_t from = given_back_ > kOverlap ? given_back_ - kOverlap : 0;
    ::posix_fadvise(file_, static_cast<off_t>(from), 0, POSIX_FADV_DONTNEED);
  }
}

}  // namespace vigie
