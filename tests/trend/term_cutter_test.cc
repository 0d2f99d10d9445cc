#include "engine/trend/term_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/parse/text_folder.h"

namespace vigie {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class TermCutterTest : public testing::Test {
 protected:
  std::vector<std::string> keys(std::string_view text) {
    std::vector<std::string> all;
    for (const Term& term : cut(text)) {
      all.push_back(term.key);
    }
    return all;
  }
  std::vector<std::string> surfaces(std::string_view text) {
    std::vector<std::string> all;
    for (const Term& term : cut(text)) {
      all.push_back(term.surface);
    }
    return all;
  }
  std::span<const Term> cut(std::string_view text) {
    Mention mention;
    mention.text = text;
    folder_.fold({}, text, folded_);
    return cutter_.cut(mention, folded_);
  }

  TextFolder folder_;
  FoldedText folded_;
  TermCutter cutter_{"fr", std::make_shared<WordShares>(
                               WordShares::parse("#texts\t100\nune\t60\npour\t40\n", "t").value())};
};

TEST_F(TermCutterTest, OneStemForAllFormsOfAWord) {
  for (const char* form :
       {"réparer", "répare", "réparé", "réparation", "réparateur", "réparateurs"}) {
    EXPECT_THAT(keys(form), ElementsAre("repar")) << form;
  }
}

TEST_F(TermCutterTest, WordsOfTheSameHashStayTwoWords) {
  ASSERT_EQ(hash_word("lesrie"), hash_word("lesrrie"));
  EXPECT_THAT(keys("lesrie"), ElementsAre("lesr"));
  EXPECT_THAT(keys("lesrrie"), ElementsAre("lesrr"));
  EXPECT_THAT(keys("lesrrie, lesrie"), ElementsAre("lesrr", "lesr", "lesrr lesr"));
}

TEST_F(TermCutterTest, ShowsWordsAsTheyAreWritten) {
  EXPECT_THAT(surfaces("on cherche une prise sécurisée"),
              ElementsAre("cherche", "prise", "cherche prise", "sécurisée", "prise sécurisée"));
}

TEST_F(TermCutterTest, NoNamesNoAccountsNoNumbersNoLinks) {
  for (const char* text : {
           "Martin Descombes",
           "merci Martin",
           "mme durand",
           "M. durand",
           "monsieur durand",
           "@marie_dupont",
           "@marie@social.example",
           "marie.dupont@exemple.fr",
           "#marie",
           "https://example.org/marie",
           "0612345678",
           "rue12",
           "MARTIN",
           "Élodie",
           "Œuvre",
       }) {
    for (const std::string& key : keys(text)) {
      EXPECT_EQ(key, "merc") << text;
    }
  }
  EXPECT_THAT(keys("vu avec mme durand hier"), Not(Contains(testing::HasSubstr("durand"))));
}

TEST_F(TermCutterTest, PairsStayWithinASentenceAndAroundFunctionWords) {
  EXPECT_THAT(keys("borne pour vélo"), Contains("born velo"));
  EXPECT_THAT(keys("borne. vélo"), Not(Contains("born velo")));
  EXPECT_THAT(keys("borne Dupont vélo"), Not(Contains("born velo"))) << "a name stood between";
}

TEST_F(TermCutterTest, ALongTextGivesABoundedNumberOfTerms) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += "mot" + std::string(1, static_cast<char>('a' + i % 26)) + " ";
  }
  EXPECT_LE(cut(text).size(), 2 * TermCutter::kMaxWords);
  EXPECT_THAT(cut(std::string(100'000, 'a')), IsEmpty());
  EXPECT_THAT(cut("مهرجان الفوانيس 🏮"), IsEmpty());
}

TEST(WordShares, SaysWhichLineIsWrong) {
  for (const auto& [content, line] : {std::pair("", ""),
                                      {"eau\t3\n", ":1:"},
                                      {"#texts\t10\neau\n", ":2:"},
                                      {"#texts\t10\neau\t11\n", ":2:"},
                                      {"#texts\t10\neau\t-1\n", ":2:"},
                                      {"#texts\t0\n", ":1:"}}) {
    const Result<WordShares> words = WordShares::parse(content, "fr.words");
    if (*line == '\0') {
      EXPECT_TRUE(words);
    } else {
      ASSERT_FALSE(words) << content;
      EXPECT_THAT(words.error().text, testing::HasSubstr(line));
    }
  }
}

}  // namespace
}  // namespace vigie
