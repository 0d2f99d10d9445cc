#include "engine/store/log_pages.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/transaction_log.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace vigie {

LogPages::~LogPages() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

void LogPages::synced() {
  if (written_bytes_.load(std::memory_order_relaxed) < kPiece) {
    return;
  }
  written_bytes_.store(0, std::memory_order_relaxed);
  std::unique_ptr<rocksdb::LogFile> log;
  if (!db_.GetCurrentWalFile(&log).ok()) {
    return;
  }
  if (log->LogNumber() != number_) {
    give_back(0);  // the end of the one before, which was synced, too
    turn_to(log->LogNumber(), (db_.GetName() + log->PathName()).c_str());
  }
  // What was written since may not be durable yet; what was seen the last time is.
  if (seen_ > given_back_) {
    give_back(seen_ - given_back_);
    given_back_ = seen_;
  }
  seen_ = log->SizeFileBytes() / kPiece * kPiece;
}

void LogPages::turn_to(std::uint64_t number, const char* path) {
  if (file_ >= 0) {
    ::close(file_);
  }
  number_ = number;
  file_ = ::open(path, O_RDONLY | O_CLOEXEC);
  given_back_ = seen_ = 0;
}

void LogPages::give_back(std::uint64_t length) {
  if (file_ >= 0) {
    ::posix_fadvise(file_, static_cast<off_t>(given_back_), static_cast<off_t>(length),
                    POSIX_FADV_DONTNEED);
  }
}

}  // namespace vigie
