#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace vigie {
namespace {

/// What a fuzzer once found worth keeping, every time: the entry point stops the process where
/// something is wrong.
TEST(QueryCorpus, IsReplayed) {
  std::size_t replayed = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(VIGIE_SOURCE_DIR "/tests/fuzz/corpus/query")) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
  }
  EXPECT_GE(replayed, 10U);
}

}  // namespace
}  // namespace vigie
