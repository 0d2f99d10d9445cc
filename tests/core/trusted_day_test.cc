#include "engine/core/trusted_day.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Day kToday = 20'785;
constexpr TrustedDay::Moment kStart{};

TEST(TrustedDay, IsTheClocksWhereDayFollowsUponDay) {
  TrustedDay day(kToday);
  for (Day n = 0; n < 400; ++n) {
    EXPECT_EQ(day.look(kToday + n, kStart + hours(24) * n), kToday + n);
  }
}

TEST(TrustedDay, OfANewStoreIsTheClocks) {
  TrustedDay day(std::nullopt);
  EXPECT_EQ(day.look(kToday, kStart), kToday);
}

TEST(TrustedDay, AJumpOfYearsIsDoubtedForADayAndThenBelieved) {
  TrustedDay day(kToday);
  EXPECT_EQ(day.look(kToday + 1000, kStart), std::nullopt);
  EXPECT_EQ(day.doubted(), kToday + 1000);
  EXPECT_EQ(day.look(kToday + 1001, kStart + hours(24) - minutes(1)), std::nullopt);
  EXPECT_EQ(day.look(kToday + 1001, kStart + hours(24)), kToday + 1001);
  EXPECT_EQ(day.doubted(), std::nullopt);
}

TEST(TrustedDay, AClockThatComesBackIsBelievedAtOnceAndItsNextJumpDoubtedAnew) {
  TrustedDay day(kToday);
  EXPECT_EQ(day.look(kToday + 1000, kStart), std::nullopt);
  EXPECT_EQ(day.look(kToday, kStart + hours(1)), kToday);
  EXPECT_EQ(day.look(kToday + 1000, kStart + hours(2)), std::nullopt);
  EXPECT_EQ(day.look(kToday + 1000, kStart + hours(25)), std::nullopt);
  EXPECT_EQ(day.look(kToday + 1001, kStart + hours(26)), kToday + 1001);
}

TEST(TrustedDay, AClockThatJumpsAgainAndAgainIsNeverBelieved) {
  TrustedDay day(kToday);
  for (Day n = 1; n < 100; ++n) {
    EXPECT_EQ(day.look(kToday + 100 * n, kStart + hours(23) * n), std::nullopt) << n;
  }
}

TEST(TrustedDay, AWeekendOffIsUsual) {
  TrustedDay day(kToday);
  EXPECT_EQ(day.look(kToday + TrustedDay::kUsualGapDays, kStart), kToday + 4);
  EXPECT_EQ(day.look(kToday + 4 + TrustedDay::kUsualGapDays + 1, kStart), std::nullopt);
}

}  // namespace
}  // namespace vigie
