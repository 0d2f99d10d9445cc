#include "engine/app/disk_guard.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace vigie {

namespace fs = std::filesystem;

std::uint64_t DiskGuard::reserve_bytes(const Disk& disk) {
  return std::clamp(disk.size_bytes / kShareOfDisk, kLeastBytes, kMostBytes);
}

DiskGuard::Ruling DiskGuard::rule(const Disk& disk, const Ruling& now) {
  const std::uint64_t reserve = reserve_bytes(disk), free = disk.free_bytes;
  return {.holds = free < (now.holds ? reserve + reserve / 4 : reserve),
          .keeps_ballast = free >= (now.keeps_ballast ? reserve / 8 : reserve * 2)};
}

DiskGuard::DiskGuard(std::string folder)
    : folder_(std::move(folder)), ballast_(folder_ + "/ballast") {
  std::error_code none;
  fs::create_directories(folder_, none);
  now_.keeps_ballast = fs::exists(ballast_, none);
}

std::optional<DiskGuard::Disk> DiskGuard::step() {
  const std::optional<Disk> disk = look();
  if (!disk) {
    return std::nullopt;
  }
  const Ruling before = std::exchange(now_, rule(*disk, now_));
  if (before.keeps_ballast && !now_.keeps_ballast) {
    ::unlink(ballast_.c_str());
  } else if (!before.keeps_ballast && now_.keeps_ballast) {
    make_ballast(reserve_bytes(*disk) / 2);
  }
  return disk;
}

std::optional<DiskGuard::Disk> DiskGuard::look() const {
  struct statvfs found {};
  if (::statvfs(folder_.c_str(), &found) != 0) {
    return std::nullopt;
  }
  return Disk{.size_bytes = std::uint64_t{found.f_blocks} * found.f_frsize,
              .free_bytes = std::uint64_t{found.f_bavail} * found.f_frsize};
}

/// Where the file system cannot reserve room there is none: the reserve must do.
void DiskGuard::make_ballast(std::uint64_t bytes) const {
  const int file = ::open(ballast_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return;
  }
  if (::fallocate(file, 0, 0, static_cast<off_t>(bytes)) != 0) {
    ::unlink(ballast_.c_str());
  }
  ::close(file);
}

}  // namespace vigie
