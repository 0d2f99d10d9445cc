#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vigie {

/// Has mentions refused before the disk is full, and taken again once there is room. What stays
/// free is for what was accepted already: the store's memory becomes files, alerts go out, people
/// work. A part of it is held by a file, the ballast, so that a store can be opened although
/// somebody else filled the disk to its last byte. One thread.
class DiskGuard {
 public:
  /// A share of the disk's size, within bounds: at least what the store may have to write at once,
  /// its memory as files and a log that is begun.
  static constexpr std::uint64_t kShareOfDisk = 32;
  static constexpr std::uint64_t kLeastBytes = 256U << 20, kMostBytes = 512U << 20;

  /// What is to be done, given what is free.
  struct Ruling {
    bool holds = false;  ///< no mentions are taken
    bool keeps_ballast = false;
  };
  struct Disk {
    std::uint64_t size_bytes = 0, free_bytes = 0;
  };
  static std::uint64_t reserve_bytes(const Disk& disk);
  /// Mentions are refused below the reserve and taken again a quarter above it. The ballast is
  /// given up when next to nothing is left, and made again where there is plenty.
  static Ruling rule(const Disk& disk, const Ruling& now);

  /// `folder`: of the data, which is made unless it is there.
  explicit DiskGuard(std::string folder);

  /// Before the store is opened, and once a second. Nothing if the disk cannot be asked: then all
  /// stays as it was.
  std::optional<Disk> step();
  bool holds() const { return now_.holds; }

 private:
  std::optional<Disk> look() const;
  void make_ballast(std::uint64_t bytes) const;

  std::string folder_, ballast_;
  Ruling now_;
};

}  // namespace vigie
