#include <gtest/gtest.h>

#include "tests/classify/knowledge.h"

namespace vigie {
namespace {

class Tones : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(knowledge_.ready()) << knowledge_.problems(); }
  Tone tone(std::string_view text, std::string_view language = "fr") {
    return knowledge_.classify(text, language).tone;
  }
  std::int32_t sum(std::string_view text, std::string_view language = "fr") {
    return knowledge_.classify(text, language).tone_sum;
  }
  std::uint16_t confidence(std::string_view text) {
    return knowledge_.classify(text).tone_confidence;
  }
  TestKnowledge knowledge_;
};

TEST_F(Tones, PraiseIsPositiveComplaintIsNegativeNoticeIsNeutral) {
  EXPECT_EQ(tone("Le nouveau parc est magnifique"), Tone::kPositive);
  EXPECT_EQ(tone("Ce trottoir est une honte"), Tone::kNegative);
  EXPECT_EQ(tone("La séance commence à 18 h 30, salle B"), Tone::kNeutral);
}

TEST_F(Tones, NegationTurnsPraiseAround) {
  EXPECT_EQ(tone("L'accueil n'est pas agréable"), Tone::kNegative);
  EXPECT_EQ(tone("Jamais vraiment agréable, cette place"), Tone::kNegative);
  EXPECT_EQ(tone("not helpful", "en"), Tone::kNegative);
  EXPECT_EQ(tone("It doesn't look good", "en"), Tone::kNegative);
}

TEST_F(Tones, NegationReachesTheWordRightBeforePas) {
  EXPECT_LT(sum("on aime pas"), 0);
  EXPECT_GT(sum("on aime"), 0);
}

TEST_F(Tones, NegationEndsWithItsSentence) {
  EXPECT_EQ(tone("Il ne pleut pas. Magnifique journée"), Tone::kPositive);
}

TEST_F(Tones, DeniedBlameIsLessThanPraise) {
  const std::int32_t denied = sum("ce n'est jamais sale");
  EXPECT_GT(denied, 0);
  EXPECT_LT(denied, sum("c'est propre"));
}

TEST_F(Tones, IntensifiersScaleTheNextSignedWord) {
  EXPECT_GT(sum("très agréable"), sum("agréable"));
  EXPECT_LT(sum("un peu agréable"), sum("agréable"));
  EXPECT_LT(sum("vraiment sale"), sum("sale"));
}

TEST_F(Tones, WhatComesAfterMaisCountsMore) {
  EXPECT_EQ(tone("Le parc est joli mais les toilettes sont dégueulasses"), Tone::kNegative);
  EXPECT_GT(sum("les toilettes sont sales mais le parc est magnifique"),
            sum("le parc est magnifique mais les toilettes sont sales"));
}

TEST_F(Tones, MaisAtASentenceStartSpeaksOfTheSentenceBefore) {
  EXPECT_LT(sum("Le parc est joli. Mais il ferme tôt"), sum("Le parc est joli. Il ferme tôt"));
}

TEST_F(Tones, EmojiAndEmoticonsAreWords) {
  EXPECT_EQ(tone("La nouvelle place 😍"), Tone::kPositive);
  EXPECT_EQ(tone("La nouvelle place 😡"), Tone::kNegative);
  EXPECT_EQ(tone("La nouvelle place :("), Tone::kNegative);
  EXPECT_EQ(tone("Je passe demain ❤️"), Tone::kPositive);
}

TEST_F(Tones, CapitalsStretchedLettersAndExclamationStrengthen) {
  EXPECT_GT(sum("le parc est SUPERBE aujourd'hui"), sum("le parc est superbe aujourd'hui"));
  EXPECT_LT(sum("c'est nuuuul"), sum("c'est nul"));
  EXPECT_GT(sum("C'est superbe !"), sum("C'est superbe"));
}

TEST_F(Tones, ATextAllInCapitalsIsNotStrongerForIt) {
  EXPECT_EQ(sum("LE PARC EST SUPERBE"), sum("le parc est superbe"));
}

TEST_F(Tones, IronyLowersConfidenceAndNeverTurnsTheTone) {
  EXPECT_LT(confidence("Bravo, encore une panne, c'est nul"),
            confidence("Encore une panne, c'est nul"));
  const std::uint16_t plain = confidence("Le parc est superbe, les allées sont sales");
  EXPECT_LT(confidence("Le parc est « superbe », les allées sont sales"), plain);
  EXPECT_EQ(sum("Le parc est « superbe »"), sum("Le parc est superbe"));
}

TEST_F(Tones, SincereThanksKeepTheirConfidence) {
  EXPECT_FALSE(knowledge_.classify("Merci beaucoup, très bon accueil").uncertain);
}

TEST_F(Tones, UnknownLanguageIsUncertain) {
  EXPECT_TRUE(knowledge_.classify("Le parc est magnifique", "").uncertain);
  EXPECT_TRUE(knowledge_.classify("Der Park ist wunderbar", "de").uncertain);
  EXPECT_FALSE(knowledge_.classify("Le parc est magnifique", "fr").uncertain);
  EXPECT_FALSE(knowledge_.classify("The park is wonderful", "en").uncertain);
}

TEST_F(Tones, WordsOfALinkOrAHandleHaveNoTone) {
  EXPECT_EQ(sum("voir https://example.org/magnifique/honte"), 0);
  EXPECT_EQ(sum("demande à @magnifique"), 0);
}

TEST_F(Tones, AccentsAndCaseDoNotMatter) {
  EXPECT_EQ(sum("deplorable"), sum("Déplorable"));
  EXPECT_NE(sum("deplorable"), 0);
}

}  // namespace
}  // namespace vigie
