#include "engine/guidance/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace vigie {
namespace {

Objective wanted(Objective::Direction direction = Objective::Direction::kAtLeast) {
  Objective objective;
  objective.kpi = "net_sentiment";
  objective.target = 10;
  objective.direction = direction;
  objective.owner = "Cabinet";
  objective.due = 20'800;
  return objective;
}

TEST(Objective, StandsAsItsFigureDoesAndNothingIsExtrapolated) {
  const Objective least = wanted(), most = wanted(Objective::Direction::kAtMost);
  EXPECT_EQ(progress_of(least, 10.0, 50, false, false), Progress::kOnTrack) << "met exactly";
  EXPECT_EQ(progress_of(least, 9.9, 50, false, false), Progress::kBehind);
  EXPECT_EQ(progress_of(least, 10.0, 50, false, true), Progress::kReached);
  EXPECT_EQ(progress_of(least, 9.9, 50, false, true), Progress::kMissed);
  EXPECT_EQ(progress_of(most, 10.1, 50, false, true), Progress::kMissed);
  EXPECT_EQ(progress_of(most, 10.0, 50, false, true), Progress::kReached);
}

TEST(Objective, OfTooFewIsNotSaidToBeReached) {
  EXPECT_EQ(progress_of(wanted(), 99.0, kLeastForProgress - 1, false, true), Progress::kTooFew);
  EXPECT_EQ(progress_of(wanted(), std::nullopt, 1'000, false, true), Progress::kTooFew);
  EXPECT_EQ(progress_of(wanted(Objective::Direction::kAtMost), 3.0, 3, true, true),
            Progress::kReached)
      << "a count of three is a count";
}

TEST(Objective, ThatCannotBeWantedIsRefused) {
  const Day today = 20'790;
  EXPECT_EQ(objection_to(wanted(), today), "");
  EXPECT_EQ(objection_to(wanted(), 20'800), "") << "the last day itself";
  EXPECT_THAT(objection_to(wanted(), 20'801), testing::HasSubstr("passed"));
  for (const double target :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1e13}) {
    Objective one = wanted();
    one.target = target;
    EXPECT_THAT(objection_to(one, today), testing::HasSubstr("target")) << target;
  }
  Objective nobodys = wanted();
  nobodys.owner = " \t";
  EXPECT_THAT(objection_to(nobodys, today), testing::HasSubstr("owner"));
  Objective restless = wanted();
  restless.history.resize(Objective::kMaxChanges + 1);
  EXPECT_THAT(objection_to(restless, today), testing::HasSubstr("too often"));
}

}  // namespace
}  // namespace vigie
