// A folder of the database that has lost something: whoever opens it is told, and nothing more is
// lost by that.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "engine/store/rocks_key_value.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 100;

/// Rows in a table, then as many in the log.
void fill(const std::string& path) {
  for (const char* half : {"a", "b"}) {
    const auto store = open_rocks(path);  // what the log held becomes a table
    ASSERT_TRUE(store) << store.error().text;
    for (int n = 0; n < kRows; ++n) {
      WriteBatch row;
      row.put(Family::kCursors, half + std::to_string(n), "x");
      ASSERT_TRUE((*store)->write(row));
    }
    ASSERT_TRUE((*store)->sync());
  }
}

std::map<std::string, std::uintmax_t> files(const std::string& path) {
  std::map<std::string, std::uintmax_t> found;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".sst") || name.ends_with(".log")) {
      found[name] = entry.file_size();
    }
  }
  return found;
}

std::string log_of(const std::string& path) {
  for (const auto& [name, size] : files(path)) {
    if (name.ends_with(".log") && size != 0) {
      return path + "/" + name;
    }
  }
  return {};
}

std::string manifest_of(const std::string& path) {
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("MANIFEST-")) {
      return name;
    }
  }
  return {};
}

int rows(const KeyValue& store) {
  int found = 0;
  const auto at = store.iterate(Family::kCursors);
  for (at->seek({}); at->valid(); at->next()) {
    ++found;
  }
  return at->status() ? found : -1;
}

RocksOptions reading() {
  RocksOptions options;
  options.read_only = true;
  return options;
}

TEST(DamagedFolder, WithoutItsCurrentIsNotBegunAnewHoweverOftenItIsTried) {
  const TempFolder folder;
  fill(folder.path());
  const auto before = files(folder.path());
  fs::rename(folder.path() / "CURRENT", folder.path() / "lost");
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_FALSE(open_rocks(folder.path()));
    EXPECT_FALSE(open_rocks(folder.path(), reading()));
  }
  EXPECT_EQ(files(folder.path()), before);
  fs::rename(folder.path() / "lost", folder.path() / "CURRENT");
  EXPECT_TRUE(open_rocks(folder.path()));
}

TEST(DamagedFolder, OneWhoseMakingWasInterruptedIsMade) {
  const TempFolder folder;
  { ASSERT_TRUE(open_rocks(folder.path())); }
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("MANIFEST-")) {
      fs::remove(entry);
    }
  }
  EXPECT_TRUE(open_rocks(folder.path()));
}

TEST(DamagedFolder, ALogThatLostItsEndIsToldToReadersAndWritersAlike) {
  const TempFolder folder;
  fill(folder.path());
  const std::string log = log_of(folder.path());
  ASSERT_FALSE(log.empty());
  fs::resize_file(log, fs::file_size(log) / 2);
  for (const RocksOptions& options : {reading(), RocksOptions()}) {
    const auto opened = open_rocks(folder.path(), options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().text;
  }
}

TEST(DamagedFolder, AMissingLogIsToldToReadersAndWritersAlike) {
  const TempFolder folder;
  fill(folder.path());
  fs::remove(log_of(folder.path()));
  for (const RocksOptions& options : {reading(), RocksOptions()}) {
    const auto opened = open_rocks(folder.path(), options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().text;
  }
}

/// A store whose logs became tables while it ran, and were removed.
void fill_with_tables(const std::string& path) {
  std::atomic<bool> no{false};
  const auto store = open_rocks(path);
  ASSERT_TRUE(store);
  for (const char* part : {"a", "b", "c"}) {
    for (int n = 0; n < kRows; ++n) {
      WriteBatch row;
      row.put(Family::kCursors, part + std::to_string(n), "x");
      ASSERT_TRUE((*store)->write(row));
    }
    if (std::string_view(part) != "c") {
      ASSERT_TRUE((*store)->scrub({}, no));
    }
    ASSERT_TRUE((*store)->sync());
  }
}

class DamagedManifest : public testing::Test {
 protected:
  DamagedManifest() {
    fill_with_tables(folder.path());
    manifest = folder.path() / manifest_of(folder.path());
    std::ifstream file(manifest, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(file), {});
  }
  void expect_told(const std::string& content, const std::string& what) {
    std::ofstream(manifest, std::ios::binary | std::ios::trunc) << content;
    const auto opened = open_rocks(folder.path(), reading());
    EXPECT_FALSE(opened) << what << ", and " << rows(**opened) << " of " << 3 * kRows << " rows";
  }

  const TempFolder folder;
  fs::path manifest;
  std::string whole;
};

TEST_F(DamagedManifest, ThatLostItsEndIsTold) {
  for (std::size_t length = 0; length < whole.size(); length += 3) {
    expect_told(whole.substr(0, length), std::to_string(length) + " bytes are left");
  }
}

TEST_F(DamagedManifest, OfWhichABitChangedIsTold) {
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at / 3 % 8)));
    expect_told(damaged, "byte " + std::to_string(at));
  }
}

TEST_F(DamagedManifest, ThatHasAChangeTornByAPowerCutBehindWhatWasSyncedIsNot) {
  std::ofstream(manifest, std::ios::binary | std::ios::trunc) << whole << whole.substr(0, 40);
  const auto opened = open_rocks(folder.path(), reading());
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(rows(**opened), 3 * kRows);
}

TEST_F(DamagedManifest, OfAFolderThatAnEarlierVigieWroteIsNotKnownAndOpens) {
  fs::resize_file(folder.path() / "HIGH_WATER", sizeof(std::uint64_t));
  const auto opened = open_rocks(folder.path());
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(rows(**opened), 3 * kRows);
}

}  // namespace
}  // namespace vigie
