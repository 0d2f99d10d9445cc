// What fuzzing once found worth keeping, every time: tests/fuzz/corpus/TARGET/*.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"
#include "tests/last_words.h"

namespace vigie {
namespace {

class Corpus : public testing::TestWithParam<std::string> {};

TEST_P(Corpus, Holds) {
  const std::string folder = VIGIE_SOURCE_DIR "/tests/fuzz/corpus/" + GetParam();
  LastWords last_words;
  std::size_t replayed = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    last_words.are("while trying " + file.path().string() + "\n");
    // As long as it is and no byte longer, so that a sanitizer sees who reads beyond.
    const std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::ranges::copy(bytes, exact.get());
    fuzz::targets().at(GetParam())({exact.get(), bytes.size()});
    ++replayed;
  }
  EXPECT_GE(replayed, 3U) << folder;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, attempt] : fuzz::targets()) {
    all.emplace_back(name);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

TEST(FuzzTargets, EveryCorpusHasOne) {
  for (const auto& folder :
       std::filesystem::directory_iterator(VIGIE_SOURCE_DIR "/tests/fuzz/corpus")) {
    EXPECT_TRUE(fuzz::targets().contains(folder.path().filename().string())) << folder.path();
  }
}

}  // namespace
}  // namespace vigie
