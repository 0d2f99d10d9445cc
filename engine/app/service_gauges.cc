#include "engine/app/service_gauges.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "engine/app/backup.h"

namespace vigie {
namespace {

using Disk = struct statvfs;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double seconds(std::optional<Time> at) {
  return at ? std::chrono::duration<double>(at->time_since_epoch()).count() : 0;
}

double resident_bytes() {
  std::ifstream sizes("/proc/self/statm");  // pages: of the program, and of it in memory
  double program = 0, resident = 0;
  return sizes >> program >> resident ? resident * static_cast<double>(::sysconf(_SC_PAGESIZE))
                                      : kUnknown;
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; file != end;
       file.increment(error)) {
    ++count;
  }
  return error ? kUnknown : count - 1;  // the folder itself is open
}

double most_files() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : kUnknown;
}

/// `blocks`: a field in units of f_frsize.
double disk_bytes(const std::string& directory, fsblkcnt_t Disk::*blocks) {
  Disk disk{};
  return ::statvfs(directory.c_str(), &disk) == 0
             ? static_cast<double>(disk.*blocks) * static_cast<double>(disk.f_frsize)
             : kUnknown;
}

}  // namespace

void register_service_gauges(const std::string& data_directory, Time started_at, Metrics& metrics) {
  metrics.gauge("process_start_time_seconds", "When the process was started.", {},
                [started_at] { return seconds(started_at); });
  metrics.gauge("process_resident_memory_bytes", "Memory of the process.", {}, resident_bytes);
  metrics.gauge("process_open_fds", "Files and sockets that are open.", {}, open_files);
  metrics.gauge("process_max_fds", "Files and sockets that may be open.", {}, most_files);
  metrics.gauge("vigie_data_free_bytes", "What the data folder's disk still takes.", {},
                [data_directory] { return disk_bytes(data_directory, &Disk::f_bavail); });
  metrics.gauge("vigie_data_disk_bytes", "Size of the data folder's disk.", {},
                [data_directory] { return disk_bytes(data_directory, &Disk::f_blocks); });
  metrics.gauge("vigie_backup_made_timestamp_seconds", "When all was backed up last; 0: never.", {},
                [data_directory] { return seconds(backup_times(data_directory).made); });
  metrics.gauge("vigie_backup_restored_timestamp_seconds",
                "When a backup beside the last one was put back last, to try it; 0: never.", {},
                [data_directory] { return seconds(backup_times(data_directory).restored); });
}

}  // namespace vigie
