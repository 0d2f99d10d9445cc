#include "engine/classify/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vigie {
namespace {

TEST(Calibration, TheWeightOfACueIsItsScoreUpToCritical) {
  for (const std::int32_t weight : {0, 1, 250, 500, 799, 800}) {
    EXPECT_EQ(calibrate_urgency(weight), weight);
    EXPECT_EQ(calibrate_abuse(weight), weight);
  }
}

TEST(Calibration, ScoresNeverFallAsSumsRiseAndStayInBounds) {
  for (std::int32_t sum = -6000; sum < 6000; ++sum) {
    EXPECT_LE(calibrate_tone(sum), calibrate_tone(sum + 1));
    EXPECT_LE(calibrate_urgency(sum), calibrate_urgency(sum + 1));
  }
  constexpr std::int32_t kFar = 1'000'000'000;
  EXPECT_EQ(calibrate_tone(kFar), 1000);
  EXPECT_EQ(calibrate_tone(-kFar), -1000);
  EXPECT_EQ(calibrate_urgency(kFar), 1000);
  EXPECT_EQ(calibrate_urgency(-kFar), 0);
}

TEST(Calibration, ToneIsSymmetric) {
  for (std::int32_t sum = 0; sum < 5000; sum += 7) {
    EXPECT_EQ(calibrate_tone(sum), -calibrate_tone(-sum));
  }
}

TEST(Calibration, LevelsBeginAtTheirPublishedScores) {
  EXPECT_EQ(urgency_of(249), Urgency::kLow);
  EXPECT_EQ(urgency_of(250), Urgency::kMedium);
  EXPECT_EQ(urgency_of(500), Urgency::kHigh);
  EXPECT_EQ(urgency_of(800), Urgency::kCritical);
}

TEST(Calibration, AToneIsNeutralUntilAnOpinionIsVoiced) {
  EXPECT_EQ(tone_of(0, -1), Tone::kNeutral);
  EXPECT_EQ(tone_of(139, -139), Tone::kNeutral);
  EXPECT_EQ(tone_of(140, -139), Tone::kPositive);
  EXPECT_EQ(tone_of(-140, -139), Tone::kNegative);
  EXPECT_EQ(tone_of(-1, 50), Tone::kNegative);
}

/// Softmax of logits opinion - tone, 0, opinion + tone, at 200 points a logit.
double probability(std::int32_t tone, std::int32_t opinion) {
  const double low = std::exp((opinion - tone) / 200.0), high = std::exp((opinion + tone) / 200.0);
  return std::max({low, 1.0, high}) / (low + 1 + high);
}

TEST(Calibration, ConfidenceIsTheProbabilityOfTheLabel) {
  for (std::int32_t tone = -900; tone <= 900; tone += 30) {
    for (std::int32_t opinion = -900; opinion <= 900; opinion += 30) {
      EXPECT_NEAR(tone_confidence(tone, opinion, 100) / 1000.0, probability(tone, opinion), 0.015)
          << tone << ' ' << opinion;
    }
  }
  EXPECT_LT(tone_confidence(400, 0, 50), tone_confidence(400, 0, 100));
  EXPECT_EQ(tone_confidence(1'000'000'000, -1'000'000'000, 100), 500) << "no sum is too large";
}

}  // namespace
}  // namespace vigie
