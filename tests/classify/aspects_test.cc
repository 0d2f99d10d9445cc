#include "engine/classify/aspects.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/parse/text_folder.h"
#include "tests/classify/knowledge.h"

namespace vigie {
namespace {

constexpr std::uint32_t kPool = 3, kParking = 8;

/// What a text says of "piscine" and "parking", from signed words given by hand.
class Aspects : public testing::Test {
 protected:
  std::vector<Aspect> of(const std::string& text,
                         const std::vector<std::pair<std::string, std::int32_t>>& signed_words) {
    TextFolder().fold({}, text, folded_);
    std::vector<TopicMark> marks;
    std::vector<WordPoints> words;
    std::vector<std::uint32_t> contrasts;
    for (std::uint32_t at = 0; at < folded_.tokens.size(); ++at) {
      const std::string word(folded_.word(folded_.tokens[at]));
      if (word == "piscine" || word == "parking") {
        marks.push_back({word == "piscine" ? kPool : kParking, at});
      }
      if (word == "mais") {
        contrasts.push_back(at);
      }
      for (const auto& [name, points] : signed_words) {
        if (word == name) {
          words.push_back({at, points, std::abs(points)});
        }
      }
    }
    std::vector<Aspect> aspects;
    find_aspects(folded_, marks, words, contrasts, -50, aspects);
    return aspects;
  }
  static void expect(const std::vector<Aspect>& aspects, Tone pool, Tone parking) {
    ASSERT_EQ(aspects.size(), 2u);
    EXPECT_EQ(aspects[0].topic, kPool);
    EXPECT_EQ(aspects[0].tone, pool);
    EXPECT_EQ(aspects[1].topic, kParking);
    EXPECT_EQ(aspects[1].tone, parking);
  }

 private:
  FoldedText folded_;
};

TEST_F(Aspects, AContrastPartsThem) {
  expect(of("La piscine est très belle, mais sale le parking !", {{"belle", 200}, {"sale", -200}}),
         Tone::kPositive, Tone::kNegative);
}

TEST_F(Aspects, ASentencePartsThemHoweverNearTheNextTopicStands) {
  expect(
      of("Le parking du bas de la rue est sale. Piscine belle.", {{"sale", -200}, {"belle", 200}}),
      Tone::kPositive, Tone::kNegative);
}

TEST_F(Aspects, ATopicOfWhichNothingIsSaidIsNeutral) {
  expect(of("Le parking est sale, sale, et la piscine ouvre lundi", {{"sale", -200}}),
         Tone::kNeutral, Tone::kNegative);
}

/// A verdict is the same for all towns: their own packs must not change what others see of it.
TEST(AspectsOfTowns, WhatATownsOwnRulesFoundTellsNothingApart) {
  TestKnowledge knowledge;
  ASSERT_TRUE(knowledge.ready()) << knowledge.problems();
  const std::uint32_t pool = knowledge.add_rule("loisirs.piscine", RuleKind::kTopic, 0),
                      parking = knowledge.add_rule("voirie.parking", RuleKind::kTopic, 0),
                      own = knowledge.add_rule("local.autreville.bain", RuleKind::kTopic, 0);
  const std::string_view text = "La piscine est belle, mais sale le parking";
  const std::vector<Aspect> shared = knowledge.classify(text, "fr", {pool, parking}).aspects;
  EXPECT_EQ(shared.size(), 2U);
  EXPECT_EQ(knowledge.classify(text, "fr", {pool, parking, own}).aspects, shared);
  EXPECT_TRUE(knowledge.classify(text, "fr", {pool, own}).aspects.empty());
}

TEST_F(Aspects, OneTopicOrALongTextIsNotTakenApart) {
  EXPECT_TRUE(of("La piscine est belle", {{"belle", 200}}).empty());
  std::string text = "piscine parking ";
  for (int i = 0; i < 400; ++i) {
    text += "et ";
  }
  EXPECT_TRUE(of(text, {}).empty());
}

}  // namespace
}  // namespace vigie
