#include "engine/app/disk_guard.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/temp_folder.h"

namespace vigie {
namespace {

constexpr std::uint64_t kMega = 1U << 20;
using Disk = DiskGuard::Disk;
using Ruling = DiskGuard::Ruling;

Disk with_free(std::uint64_t free_mega) {
  return {.size_bytes = 100'000 * kMega, .free_bytes = free_mega * kMega};
}

TEST(DiskGuard, ReservesAShareWithinBounds) {
  EXPECT_EQ(DiskGuard::reserve_bytes({.size_bytes = 64 * kMega}), 256 * kMega);
  EXPECT_EQ(DiskGuard::reserve_bytes({.size_bytes = 9'600 * kMega}), 300 * kMega);
  EXPECT_EQ(DiskGuard::reserve_bytes({.size_bytes = 1'000'000 * kMega}), 512 * kMega);
}

TEST(DiskGuard, HoldsBelowTheReserveAndGoesOnAQuarterAboveIt) {
  EXPECT_FALSE(DiskGuard::rule(with_free(512), {}).holds);
  EXPECT_TRUE(DiskGuard::rule(with_free(511), {}).holds);
  EXPECT_TRUE(DiskGuard::rule(with_free(639), {.holds = true}).holds);
  EXPECT_FALSE(DiskGuard::rule(with_free(640), {.holds = true}).holds);
}

TEST(DiskGuard, GivesTheBallastUpWhenNextToNothingIsLeftAndStillHoldsThen) {
  const Ruling kept{.holds = true, .keeps_ballast = true};
  EXPECT_TRUE(DiskGuard::rule(with_free(64), kept).keeps_ballast);
  EXPECT_FALSE(DiskGuard::rule(with_free(63), kept).keeps_ballast);
  const Ruling after = DiskGuard::rule(with_free(63 + 256), {.holds = true});
  EXPECT_TRUE(after.holds);
  EXPECT_FALSE(after.keeps_ballast) << "made again, it would take what was given";
}

TEST(DiskGuard, MakingTheBallastHoldsNothing) {
  EXPECT_FALSE(DiskGuard::rule(with_free(1023), {}).keeps_ballast);
  EXPECT_TRUE(DiskGuard::rule(with_free(1024), {}).keeps_ballast);
  const Ruling after = DiskGuard::rule(with_free(1024 - 256), {.keeps_ballast = true});
  EXPECT_TRUE(after.keeps_ballast);
  EXPECT_FALSE(after.holds);
}

TEST(DiskGuard, LooksAtTheDiskThatTheDataIsOnAndMakesTheFolder) {
  const TempFolder folder;
  const std::string data = folder.path() / "data";
  DiskGuard guard(data);
  const auto disk = guard.step();
  ASSERT_TRUE(disk);
  EXPECT_GT(disk->size_bytes, 0U);
  EXPECT_TRUE(std::filesystem::is_directory(data));
  std::filesystem::remove_all(data);
  EXPECT_FALSE(guard.step()) << "who cannot be asked changes nothing";
}

}  // namespace
}  // namespace vigie
