// What the kernel keeps of the files that are written: memory that others want, and that a virtual
// machine may first have to ask its host for.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/store/rocks_key_value.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

/// Bytes of the folder's files with this ending: all, and those in the page cache; and whether the
/// last page of one that is written to is there.
struct Cached {
  std::size_t written = 0, cached = 0;
  bool has_an_end = false;
};
Cached look(const std::string& folder, std::string_view ending) {
  Cached sum;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().string().ends_with(ending)) {
      continue;
    }
    const int file = ::open(entry.path().c_str(), O_RDONLY);
    struct stat state {};
    if (file < 0 || ::fstat(file, &state) != 0 || state.st_size == 0) {
      ::close(file);  // an old log may go while the folder is looked through
      continue;
    }
    const auto size = static_cast<std::size_t>(state.st_size);
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    std::vector<unsigned char> resident((size + page - 1) / page);
    EXPECT_EQ(::mincore(at, size, resident.data()), 0);
    ::munmap(at, size);
    const auto kept =
        std::ranges::count_if(resident, [](unsigned char one) { return (one & 1) != 0; });
    sum.written += size;
    sum.cached += static_cast<std::size_t>(kept) * page;
    sum.has_an_end |= (resident.back() & 1) != 0;
  }
  return sum;
}

bool is_of_memory(const std::string& folder) {
  struct statfs system;
  EXPECT_EQ(::statfs(folder.c_str(), &system), 0);
  return system.f_type == TMPFS_MAGIC;
}
bool takes_direct_io(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_DIRECT);
  ::close(file);
  return file >= 0;
}

TEST(CachedPages, AreNotKeptOfWhatIsWrittenAndNotRead) {
  const TempFolder folder;
  if (is_of_memory(folder.path()) || !takes_direct_io(folder.write("probe", "x"))) {
    GTEST_SKIP() << "this file system is memory, or has no O_DIRECT";
  }
  RocksOptions options;
  options.write_buffer_bytes = 8U << 20;
  const auto store = open_rocks(folder.path(), options);
  ASSERT_TRUE(store) << store.error().text;
  constexpr int kWrites = 600;
  for (int n = 0; n < kWrites; ++n) {
    WriteBatch batch;
    batch.put(Family::kMentions, std::to_string(10'000 + n), std::string(64U << 10, 'm'));
    ASSERT_TRUE((*store)->write(batch));
    if (n % 10 == 0) {
      ASSERT_TRUE((*store)->sync());
      EXPECT_TRUE(look(folder.path(), ".log").has_an_end) << "the next write would read it";
    }
  }
  ASSERT_TRUE((*store)->sync());
  const Cached logs = look(folder.path(), ".log"), tables = look(folder.path(), ".sst");
  EXPECT_GT(logs.written, 4U << 20);
  EXPECT_LT(logs.cached, 4U << 20);
  EXPECT_GT(tables.written, 16U << 20);
  EXPECT_LT(tables.cached, 1U << 20);
}

}  // namespace
}  // namespace vigie
