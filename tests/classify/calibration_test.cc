#include "engine/classify/calibration.h"

#include <gtest/gtest.h>

#include <limits>

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

TEST(Calibration, WordsThatDisagreeLeaveLessConfidence) {
  EXPECT_GT(tone_confidence({400, 400, 400, false}), tone_confidence({400, 400, 1200, false}));
  EXPECT_GT(tone_confidence({0, 0, 0, false}), tone_confidence({0, 0, 800, false}));
  EXPECT_GT(tone_confidence({-400, -400, 600, false}), tone_confidence({-400, -400, 600, true}));
}

}  // namespace
}  // namespace vigie
