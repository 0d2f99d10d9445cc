#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/classify/knowledge.h"
#include "tests/classify/random_model.h"

namespace vigie {
namespace {

std::int32_t weight_on(const Verdict& verdict, Axis axis) {
  std::int32_t sum = 0;
  for (const Evidence& evidence : verdict.evidence) {
    sum += evidence.axis == axis ? evidence.weight : 0;
  }
  return sum;
}

std::vector<Evidence> on(const Verdict& verdict, Axis axis) {
  std::vector<Evidence> evidence;
  std::ranges::copy_if(verdict.evidence, std::back_inserter(evidence),
                       [axis](const Evidence& one) { return one.axis == axis; });
  return evidence;
}

class Explained : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(knowledge_.ready()) << knowledge_.problems(); }
  TestKnowledge knowledge_;
};

TEST_F(Explained, EvidenceNamesTheWordAndItsBytes) {
  const std::string text = "Été pluvieux, mais un accueil chaleureux";
  const Verdict& verdict = knowledge_.classify(text);
  ASSERT_EQ(on(verdict, Axis::kTone).size(), 1u);
  const Evidence evidence = on(verdict, Axis::kTone).front();
  EXPECT_EQ(knowledge_.catalogue().names[evidence.name], "lexicon.fr.chaleureux");
  EXPECT_EQ(text.substr(evidence.span.start, evidence.span.end - evidence.span.start),
            "chaleureux");
}

TEST_F(Explained, WeightsAddUpOnRandomTexts) {
  static constexpr std::array<const char*, 20> kWords = {
      "merci", "honte",    "pas",       "très",   "mais", "magnifique",      "sale",
      "!",     "NUL",      "superrrbe", "un peu", "ne",   "jamais",          "😍",
      "😡",     "« beau »", "accueil",   ".",      "été",  "https://x.fr/nul"};
  const auto alarm = knowledge_.add_rule("test.alarm", RuleKind::kUrgency, 517);
  const auto calm = knowledge_.add_rule("test.calm", RuleKind::kUrgency, -131);
  const auto abuse = knowledge_.add_rule("test.abuse", RuleKind::kAbuse, 333);
  const auto tone = knowledge_.add_rule("test.tone", RuleKind::kTone, -77);
  const std::uint64_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string text = "un deux trois";
    for (std::uint64_t n = random() % 30; n > 0; --n) {
      text += ' ';
      text += kWords[random() % kWords.size()];
    }
    std::vector<std::uint32_t> rules;
    for (const std::uint32_t rule : {alarm, calm, abuse, tone}) {
      if (random() % 2 == 0) {
        rules.push_back(rule);
      }
    }
    const auto spans = static_cast<std::uint32_t>(1 + random() % 3);
    const Verdict& verdict =
        knowledge_.classify(text, random() % 2 == 0 ? "fr" : "en", rules, spans);
    ASSERT_EQ(weight_on(verdict, Axis::kTone), verdict.tone_sum) << seed << ": " << text;
    ASSERT_EQ(weight_on(verdict, Axis::kOpinion), verdict.opinion_sum) << seed << ": " << text;
    ASSERT_EQ(weight_on(verdict, Axis::kUrgency), verdict.urgency_sum) << seed << ": " << text;
    ASSERT_EQ(weight_on(verdict, Axis::kAbuse), verdict.abuse_sum) << seed << ": " << text;
    for (const Evidence& evidence : verdict.evidence) {
      ASSERT_LE(evidence.span.end, text.size()) << seed;
      if (evidence.name != kLearnedRest) {
        ASSERT_LT(evidence.span.start, evidence.span.end) << seed;
      }
    }
  }
}

TEST_F(Explained, ARuleWeighsOnceHoweverManyWordsItMarks) {
  const auto rule = knowledge_.add_rule("test.fire", RuleKind::kUrgency, 520);
  EXPECT_EQ(knowledge_.classify("un deux trois quatre", "fr", {rule}, 3).urgency_sum, 520);
  EXPECT_EQ(knowledge_.classify("un deux trois quatre", "fr", {rule}, 1).urgency_sum, 520);
}

/// Random weights: about half of the texts are ones whose learned words would calm.
TEST(ExplainedByLearnedWords, NoneSpeaksAgainstAFirmRule) {
  constexpr std::int32_t kWeight = 700;
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  int held = 0, raised = 0;
  for (int round = 0; round < 50; ++round) {
    TestKnowledge knowledge(Models(random_model(random()), plain_model()));
    ASSERT_TRUE(knowledge.ready()) << knowledge.problems();
    const auto firm = knowledge.add_rule("test.firm", RuleKind::kUrgency, kWeight);
    const auto open = knowledge.add_rule("test.open", RuleKind::kUrgency, kWeight, false);
    const auto calm = knowledge.add_rule("test.calm", RuleKind::kUrgency, -kWeight);
    std::string text = "mot";
    for (int word = 0; word < 6; ++word) {
      text += ' ' + std::to_string(random() % 1000);
    }
    const std::int32_t learned = knowledge.classify(text, "fr", {open}).urgency_sum - kWeight;
    const Verdict& verdict = knowledge.classify(text, "fr", {firm});
    ASSERT_EQ(verdict.urgency_sum, kWeight + std::max(learned, 0)) << seed << ": " << text;
    ASSERT_EQ(weight_on(verdict, Axis::kUrgency), verdict.urgency_sum) << seed << ": " << text;
    ASSERT_EQ(knowledge.classify(text, "fr", {firm, calm}).urgency_sum, std::max(learned, 0));
    ASSERT_EQ(knowledge.classify(text, "fr", {calm}).urgency_sum, std::max(learned - kWeight, 0));
    ++(learned < 0 ? held : raised);
  }
  EXPECT_GT(held, 5) << seed;
  EXPECT_GT(raised, 5) << seed;
}

TEST_F(Explained, CopiesOfARuleForTwoTenantsCountOnce) {
  const auto one = knowledge_.add_rule("test.threat", RuleKind::kUrgency, 400);
  const auto two = knowledge_.add_rule("test.threat", RuleKind::kUrgency, 400);
  EXPECT_EQ(knowledge_.classify("un deux trois", "fr", {one, two}).urgency_sum, 400);
}

TEST_F(Explained, WatchAndTopicRulesShowTheirWordsWithoutWeight) {
  const auto watch = knowledge_.add_rule("test.watch", RuleKind::kWatch, 0);
  const auto topic = knowledge_.add_rule("test.topic", RuleKind::kTopic, 0);
  const Verdict& verdict = knowledge_.classify("un deux trois", "fr", {topic, watch});
  EXPECT_EQ(on(verdict, Axis::kWatch).size(), 1u);
  ASSERT_EQ(on(verdict, Axis::kTopic).size(), 1u);
  EXPECT_EQ(on(verdict, Axis::kTopic).front().weight, 0);
}

TEST_F(Explained, WhatCalmsIsSilentWhereNothingAlarms) {
  const auto calm = knowledge_.add_rule("test.calm", RuleKind::kUrgency, -450);
  const auto alarm = knowledge_.add_rule("test.alarm", RuleKind::kUrgency, 520);
  EXPECT_TRUE(on(knowledge_.classify("un deux trois", "fr", {calm}), Axis::kUrgency).empty());
  const Verdict& softened = knowledge_.classify("un deux trois", "fr", {calm, alarm});
  EXPECT_EQ(softened.urgency_sum, 70);
  EXPECT_EQ(softened.urgency, Urgency::kLow);
}

TEST_F(Explained, SameTextSameVerdictWhateverCameBefore) {
  const Verdict first = knowledge_.classify("Bravo, mais quelle honte 😡");
  knowledge_.classify("Magnifique !!! merci merci");
  const Verdict& again = knowledge_.classify("Bravo, mais quelle honte 😡");
  EXPECT_EQ(first.evidence, again.evidence);
  EXPECT_EQ(first.tone_score, again.tone_score);
  EXPECT_EQ(first.tone_confidence, again.tone_confidence);
}

TEST_F(Explained, OneWordOverAndOverStaysBounded) {
  std::string text;
  while (text.size() < (256 << 10)) {
    text += "honte ";
  }
  const Verdict& verdict = knowledge_.classify(text);
  EXPECT_EQ(verdict.tone, Tone::kNegative);
  EXPECT_EQ(verdict.tone_score, -1000);
  EXPECT_LE(on(verdict, Axis::kTone).size(), 256u);
  EXPECT_EQ(weight_on(verdict, Axis::kTone), verdict.tone_sum);
}

TEST_F(Explained, TenThousandEmojiStayBounded) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += "😡";
  }
  const Verdict& verdict = knowledge_.classify(text);
  EXPECT_EQ(verdict.tone, Tone::kNegative);
  EXPECT_LE(on(verdict, Axis::kTone).size(), 256u);
}

TEST_F(Explained, NothingButContrastAndNegationIsNeutral) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "mais pas très ";
  }
  EXPECT_EQ(knowledge_.classify(text).tone, Tone::kNeutral);
  EXPECT_EQ(knowledge_.classify("").tone, Tone::kNeutral);
}

}  // namespace
}  // namespace vigie
