#include "engine/classify/lexicon.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

/// A directory with two lexicons written by the test.
class LexiconFiles : public testing::Test {
 protected:
  LexiconFiles() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::path(testing::TempDir()) / (std::string("vigie_") + test->name());
    std::filesystem::create_directories(directory_);
    write("en", "good\ttone\t200\n");
  }
  ~LexiconFiles() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& language, const std::string& text) {
    std::ofstream(directory_ / (language + ".tsv")) << text;
  }
  std::shared_ptr<const Lexicons> read() {
    return read_lexicons(directory_.string(), TextFolder::fold_phrase, catalogue_, problems_);
  }

  std::filesystem::path directory_;
  Catalogue catalogue_;
  std::vector<Problem> problems_;
};

TEST_F(LexiconFiles, AllProblemsComeWithTheirLine) {
  write("fr",
        "# a comment\n"
        "beau\ttone\t300\n"
        "laid tone -300\n"
        "joli\ttune\t300\n"
        "gros\ttone\tmuch\n"
        "vaste\ttone\t1001\n"
        "BEAU\ttone\t200\n"
        "!!!\ttone\t200\n");
  EXPECT_EQ(read(), nullptr);
  ASSERT_EQ(problems_.size(), 6u) << to_string(problems_);
  for (std::size_t i = 0; i < problems_.size(); ++i) {
    EXPECT_EQ(problems_[i].line, static_cast<int>(i) + 3);
    EXPECT_TRUE(problems_[i].file.ends_with("fr.tsv"));
  }
  EXPECT_NE(problems_[4].text.find("line 2"), std::string::npos);
}

TEST_F(LexiconFiles, AMissingLexiconIsAProblem) {
  EXPECT_EQ(read(), nullptr);
  ASSERT_EQ(problems_.size(), 1u);
}

TEST_F(LexiconFiles, TheLongestPhraseWins) {
  write("fr", "usine\ttone\t10\nusine à gaz\ttone\t-300\n");
  const auto lexicons = read();
  ASSERT_NE(lexicons, nullptr) << to_string(problems_);
  FoldedText folded;
  TextFolder().fold({}, "usine. Usine à gaz, usine à papier", folded);
  const Lexicon& french = lexicons->of("fr");
  EXPECT_EQ(french.find(folded, 0)->weight, 10);
  EXPECT_EQ(french.find(folded, 1)->weight, -300);
  EXPECT_EQ(french.find(folded, 4)->weight, 10);
  EXPECT_EQ(french.find(folded, 2), nullptr);
}

TEST_F(LexiconFiles, APhraseDoesNotGoOnInTheNextSentence) {
  write("fr", "sans faute\ttone\t300\n");
  const auto lexicons = read();
  ASSERT_NE(lexicons, nullptr) << to_string(problems_);
  FoldedText folded;
  TextFolder().fold({}, "On fera sans. Faute de quoi…", folded);
  EXPECT_EQ(lexicons->of("fr").find(folded, 2), nullptr);
}

TEST_F(LexiconFiles, LinesMayEndAsOnWindows) {
  write("fr", "beau\ttone\t300\r\n\r\nlaid\ttone\t-300\r\n");
  EXPECT_NE(read(), nullptr) << to_string(problems_);
}

TEST(Lexicons, TheShippedOnesAreSound) {
  Catalogue catalogue;
  std::vector<Problem> problems;
  const auto lexicons = read_lexicons(VIGIE_SOURCE_DIR "/rules/lexicons", TextFolder::fold_phrase,
                                      catalogue, problems);
  EXPECT_NE(lexicons, nullptr) << to_string(problems);
  EXPECT_GT(catalogue.names.size(), 5000u);
}

}  // namespace
}  // namespace vigie
