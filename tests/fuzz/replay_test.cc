// What fuzzing once found worth keeping, every time: tests/fuzz/corpus/TARGET/*.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"

namespace vigie {
namespace {

/// Of the input under way: a target stops the process, so the signal's handler says which it was.
char current[4096];

void say_which(int signal) {
  const auto said = ::write(STDERR_FILENO, current, std::strlen(current));
  std::signal(signal, SIG_DFL);
  if (said >= 0) {
    std::raise(signal);
  }
}

class Corpus : public testing::TestWithParam<std::string> {};

TEST_P(Corpus, Holds) {
  const std::string folder = VIGIE_SOURCE_DIR "/tests/fuzz/corpus/" + GetParam();
  std::signal(SIGABRT, say_which);
  std::signal(SIGSEGV, say_which);
  std::size_t replayed = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    const std::string words = "\nwhile trying " + file.path().string() + "\n";
    std::memcpy(current, words.c_str(), std::min(words.size() + 1, sizeof current - 1));
    // As long as it is and no byte longer, so that a sanitizer sees who reads beyond.
    const std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::ranges::copy(bytes, exact.get());
    fuzz::targets().at(GetParam())({exact.get(), bytes.size()});
    ++replayed;
  }
  std::signal(SIGABRT, SIG_DFL);
  std::signal(SIGSEGV, SIG_DFL);
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
