#include "engine/quality/confusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace vigie {
namespace {

/// `drawn` of `of` mentions that the engine called so.
void add(WeeklySample& sample, Tone tone, Urgency urgency, std::uint64_t drawn, std::uint64_t of) {
  sample.population[stratum_of(tone, urgency)] = of;
  for (std::uint64_t i = 0; i < drawn; ++i) {
    sample.mentions.push_back({{0, 1, sample.mentions.size() + 1}, tone, urgency});
  }
}
Judgement say(std::uint32_t place, Tone tone, bool urgent = false, std::string by = "marie") {
  return {place, std::move(by), tone, urgent, Time{}};
}

TEST(Wilson, IsHisInterval) {
  // R. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263.
  const Estimate estimate = wilson(81.0 / 263, 263);
  EXPECT_NEAR(estimate.low, 0.2553, 1e-4);
  EXPECT_NEAR(estimate.high, 0.3662, 1e-4);
  EXPECT_NEAR(wilson(0, 20).high, 0.1611, 1e-4) << "does not vanish at 0";
}

TEST(Confusion, WeighsEachMentionByWhatItStandsFor) {
  WeeklySample sample;
  add(sample, Tone::kNegative, Urgency::kHigh, 2, 2);  // places 0, 1: one each
  add(sample, Tone::kNeutral, Urgency::kLow, 4, 400);  // places 2 to 5: a hundred each
  const std::vector<Judgement> judgements = {
      say(0, Tone::kNegative, true), say(1, Tone::kNeutral),         say(2, Tone::kNeutral),
      say(3, Tone::kNeutral),        say(4, Tone::kNegative, false), say(5, Tone::kNeutral)};
  const SampleResult result = evaluate(sample, judgements);
  EXPECT_EQ(result.judged, 6U);
  EXPECT_EQ(result.covered, 1);
  EXPECT_THAT(result.tone.mentions[0], testing::ElementsAre(1, 1, 0));
  EXPECT_THAT(result.tone.mentions[1], testing::ElementsAre(100, 300, 0));
  EXPECT_NEAR(result.tone.classes[0].precision->value, 0.5, 1e-12);
  EXPECT_NEAR(result.tone.classes[0].recall->value, 1.0 / 101, 1e-12)
      << "most negative ones of the week are missed, though half of the judged ones were found";
  EXPECT_NEAR(result.tone.accuracy->value, 301.0 / 402, 1e-12);
  EXPECT_LT(result.tone.accuracy->effective_n, 4.1) << "two of six judgements hardly count";
  EXPECT_FALSE(result.tone.classes[2].precision) << "the engine never said positive";
  EXPECT_FALSE(result.tone.classes[2].recall) << "nobody said positive";
  EXPECT_NEAR(result.urgency.classes[1].precision->value, 0.5, 1e-12);
  EXPECT_NEAR(result.urgency.classes[1].recall->value, 1, 1e-12);
}

TEST(Confusion, SaysWhatIsNotJudgedYet) {
  WeeklySample sample;
  add(sample, Tone::kNegative, Urgency::kHigh, 2, 10);
  add(sample, Tone::kNeutral, Urgency::kLow, 2, 30);
  const SampleResult nothing = evaluate(sample, {});
  EXPECT_FALSE(nothing.tone.accuracy);
  EXPECT_EQ(nothing.covered, 0);
  const SampleResult some = evaluate(sample, std::vector{say(2, Tone::kNeutral)});
  EXPECT_NEAR(some.covered, 0.75, 1e-12);
  EXPECT_THAT(some.tone.mentions[1], testing::ElementsAre(0, 30, 0));
  EXPECT_EQ(evaluate(sample, std::vector{say(4, Tone::kNeutral)}).judged, 0U)
      << "not of the sample";
}

TEST(Agreement, IsCohensKappa) {
  // The example of Wikipedia's and many textbooks: 20 and 15 agreed, 5 and 10 not: kappa 0.4.
  WeeklySample sample;
  add(sample, Tone::kNeutral, Urgency::kLow, 50, 50);
  std::vector<Judgement> judgements;
  const auto both = [&](std::uint32_t place, bool one, bool other) {
    judgements.push_back(say(place, Tone::kNeutral, one, "alice"));
    judgements.push_back(say(place, Tone::kNeutral, other, "bob"));
  };
  for (std::uint32_t i = 0; i < 50; ++i) {
    both(i, i < 25, i < 20 || (i >= 25 && i < 35));
  }
  const SampleResult result = evaluate(sample, judgements);
  EXPECT_EQ(result.urgency_agreement.mentions, 50U);
  EXPECT_NEAR(result.urgency_agreement.observed, 0.7, 1e-12);
  ASSERT_TRUE(result.urgency_agreement.kappa);
  EXPECT_NEAR(*result.urgency_agreement.kappa, 0.4, 1e-12);
  EXPECT_FALSE(result.tone_agreement.kappa) << "both always said the same: chance would, too";
  EXPECT_EQ(result.judged, 50U) << "two judgements are one mention";
  EXPECT_NEAR(result.tone.accuracy->effective_n, 50, 1e-9) << "they do not make the interval less";
}

/// A week whose truth is known: the machine's sentiment is biased, the estimate from the sample is
/// not, and its error holds what it says.
TEST(NetSentimentAsJudged, IsUnbiasedAndItsErrorHolds) {
  constexpr int kRounds = 1'000;
  std::mt19937 random(11);
  const auto chance = [&](double share) {
    return std::uniform_real_distribution<double>()(random) < share;
  };
  double sum = 0;
  int held = 0;
  for (int round = 0; round < kRounds; ++round) {
    WeeklySample sample;
    add(sample, Tone::kNegative, Urgency::kLow, 20, 200);
    add(sample, Tone::kNeutral, Urgency::kLow, 30, 600);
    add(sample, Tone::kPositive, Urgency::kLow, 10, 200);
    std::vector<Judgement> judgements;
    for (std::uint32_t place = 0; place < 60; ++place) {
      const Tone said = sample.mentions[place].tone;
      // A third of the neutral ones are negative in truth, a fifth of the others neutral.
      const Tone truth = said == Tone::kNeutral ? (chance(1.0 / 3) ? Tone::kNegative : said)
                         : chance(0.2)          ? Tone::kNeutral
                                                : said;
      judgements.push_back(say(place, truth));
    }
    const SampleResult result = evaluate(sample, judgements);
    ASSERT_TRUE(result.net_sentiment);
    sum += result.net_sentiment->value;
    held += std::abs(result.net_sentiment->value - -20) <= result.net_sentiment->error;
  }
  EXPECT_NEAR(sum / kRounds, -20, 0.7) << "the machine's own would be 0";
  EXPECT_GE(held, kRounds * 0.92);
  EXPECT_LE(held, kRounds * 0.98);
}

TEST(NetSentimentAsJudged, IsNotSaidOfFewOrOfHalfAWeek) {
  WeeklySample sample;
  add(sample, Tone::kNegative, Urgency::kLow, 29, 200);
  add(sample, Tone::kPositive, Urgency::kLow, 4, 4);
  std::vector<Judgement> judgements;
  for (std::uint32_t place = 0; place < 29; ++place) {
    judgements.push_back(say(place, Tone::kNegative));
  }
  EXPECT_FALSE(evaluate(sample, judgements).net_sentiment);
  judgements.push_back(say(29, Tone::kPositive));
  EXPECT_TRUE(evaluate(sample, judgements).net_sentiment);
  sample.population[stratum_of(Tone::kPositive, Urgency::kHigh)] = 1;
  EXPECT_FALSE(evaluate(sample, judgements).net_sentiment) << "a stratum is not judged";
}

}  // namespace
}  // namespace vigie
