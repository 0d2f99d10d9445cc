#include "engine/classify/evaluation.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigie {
namespace {

TEST(Evaluation, AClassNobodyCalledHasNoPrecisionAndOneWithoutRowsDoesNotCount) {
  Confusion confusion(3);
  confusion.add(0, 0);
  confusion.add(0, 0);
  confusion.add(1, 0);
  EXPECT_EQ(confusion.rows(0), 2u);
  EXPECT_EQ(confusion.called(0), 3u);
  EXPECT_DOUBLE_EQ(confusion.share(1, 0), 1);
  EXPECT_DOUBLE_EQ(confusion.precision(1), 0);
  EXPECT_DOUBLE_EQ(confusion.recall(2), 0);
  EXPECT_DOUBLE_EQ(confusion.f1(0), 0.8);
  EXPECT_DOUBLE_EQ(confusion.macro_f1(), 0.4) << "the mean of two classes, not of three";
  EXPECT_DOUBLE_EQ(Confusion(3).macro_f1(), 0);
}

TEST(Evaluation, WhoIsAlwaysRightIsSoInEveryResample) {
  std::vector<Judged> rows;
  for (std::uint32_t i = 0; i < 30; ++i) {
    rows.push_back({i % 2, i % 2, 1});
  }
  EXPECT_DOUBLE_EQ(macro_f1_interval(rows, 2).low, 1);
  EXPECT_DOUBLE_EQ(macro_f1_interval(rows, 2).high, 1);
  EXPECT_DOUBLE_EQ(macro_f1_interval({}, 2).high, 0);
}

/// Of one class with n rows, a share p of them right: its F1 is 2p / (1 + p), and p spreads by
/// sqrt(p (1 - p) / n).
TEST(Evaluation, TheIntervalIsAsWideAsChance) {
  std::vector<Judged> rows;
  for (std::uint32_t i = 0; i < 400; ++i) {
    rows.push_back({0, i % 2, 1});
  }
  const auto f1 = [](double share) { return 2 * share / (1 + share); };
  const Interval interval = macro_f1_interval(rows, 2);
  EXPECT_NEAR(interval.low, f1(0.5 - 1.96 * 0.025), 0.012);
  EXPECT_NEAR(interval.high, f1(0.5 + 1.96 * 0.025), 0.012);
  const Interval again = macro_f1_interval(rows, 2);
  EXPECT_EQ(interval.low, again.low);
  EXPECT_EQ(interval.high, again.high);
}

TEST(Evaluation, ConfidenceIsWrongByItsDistanceFromTheShareOfRightAnswers) {
  std::vector<Judged> rows;
  for (std::uint32_t i = 0; i < 10; ++i) {
    rows.push_back({0, i < 8 ? 0U : 1U, 0.8});  // right as often as it says
  }
  EXPECT_NEAR(calibration_error(rows), 0, 1e-9);
  for (std::uint32_t i = 0; i < 10; ++i) {
    rows.push_back({0, 1, 1.0});  // always sure, never right
  }
  EXPECT_NEAR(calibration_error(rows), 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(calibration_error({}), 0);
}

}  // namespace
}  // namespace vigie
