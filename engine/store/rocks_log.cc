#include "engine/store/rocks_log.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

#include "engine/core/time.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxFileBytes = 8U << 20;

class RocksLog final : public rocksdb::Logger {
 public:
  explicit RocksLog(std::string path) : path_(std::move(path)) { open(); }
  ~RocksLog() override { close(); }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    const Time now = std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
    std::string line = format_time(now) + " ";
    const std::size_t stamp = line.size();
    std::va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    if (length <= 0) {
      return;
    }
    line.resize(stamp + static_cast<std::size_t>(length) + 1);
    std::vsnprintf(line.data() + stamp, static_cast<std::size_t>(length) + 1, format, arguments);
    line.back() = '\n';  // in place of the NUL
    write(line);
  }

 private:
  void write(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    if (written_ > kMaxFileBytes) {
      close();
      open();
    }
    if (file_ >= 0 && ::write(file_, line.data(), line.size()) > 0) {
      written_ += line.size();
    }
  }
  void open() {
    std::rename(path_.c_str(), (path_ + ".old").c_str());
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    written_ = 0;
  }
  void close() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }

  std::string path_;
  std::mutex mutex_;
  int file_ = -1;
  std::size_t written_ = 0;
};

class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocks_log(const std::string& folder) {
  return std::make_shared<RocksLog>(folder + "/LOG");
}

std::shared_ptr<rocksdb::Logger> make_silent_rocks_log() { return std::make_shared<SilentLog>(); }

}  // namespace vigie
