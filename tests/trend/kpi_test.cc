#include "engine/trend/kpi.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/trend/drift.h"

namespace vigie {
namespace {

TEST(Kpi, NetSentimentHasItsErrorAndIsHiddenWhenFew) {
  const Figure figure = net_sentiment(50, 30, 100);
  EXPECT_DOUBLE_EQ(*figure.value, 20);
  EXPECT_NEAR(*figure.error, 1.96 * 100 * std::sqrt((0.8 - 0.04) / 100), 1e-9);
  EXPECT_EQ(figure.n, 100U);
  EXPECT_FALSE(net_sentiment(10, 5, 29).value);
  EXPECT_FALSE(net_sentiment(10, 5, 29).reason.empty());
  EXPECT_TRUE(net_sentiment(10, 5, 30).value);
}

TEST(Kpi, AShareIsNeverCertain) {
  EXPECT_DOUBLE_EQ(*share(1, 4).value, 0.25);
  EXPECT_GT(*share(0, 20).error, 0.05);
  EXPECT_LT(*share(0, 2000).error, 0.005);
  EXPECT_FALSE(share(0, 0).value);
}

TEST(Kpi, QuantilesLieBetweenTheOrderStatistics) {
  EXPECT_FALSE(quantile({}, 0.5));
  EXPECT_DOUBLE_EQ(*quantile({3, 1, 2}, 0.5), 2);
  EXPECT_DOUBLE_EQ(*quantile({4, 1, 2, 3}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(*quantile({0, 10}, 0.9), 9);
  EXPECT_FALSE(median({1, 2, 3}).error);
  std::vector<double> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(i);
  }
  EXPECT_NEAR(*median(many).error, 9.8, 1);
}

/// Montgomery, Introduction to Statistical Quality Control, 9.2.1: μ = 10, σ = 1, λ = 0.1 and
/// L = 2.7 there; the formula is checked here with ours.
TEST(Drift, LimitsWidenToTheirAsymptote) {
  const DriftChart chart{10, 1};
  const auto points = chart.draw(std::vector<double>(60, 10.0));
  const double lambda = DriftChart::kLambda, l = DriftChart::kL;
  EXPECT_NEAR(points[0].upper - 10, l * lambda, 1e-9);
  EXPECT_NEAR(points[59].upper - 10, l * std::sqrt(lambda / (2 - lambda)), 1e-6);
  EXPECT_FALSE(points[59].is_out);
}

TEST(Drift, ASlowRiseIsSeenThoughNoDaySurprises) {
  std::vector<DayCount> past, period, steady;
  for (std::uint32_t day = 0; day < 56; ++day) {
    past.push_back({day % 7, (day % 7 < 5 ? 100.0 : 60.0) + (day % 3) * 10.0});
  }
  for (std::uint32_t day = 0; day < 14; ++day) {
    steady.push_back(past[day]);
    period.push_back({day % 7, past[day].count * 1.25});
  }
  const auto rising = drift(past, period), calm = drift(past, steady);
  ASSERT_EQ(rising.size(), 14U);
  EXPECT_TRUE(rising.back().is_out);
  EXPECT_FALSE(rising.front().is_out);
  for (const DriftPoint& point : calm) {
    EXPECT_FALSE(point.is_out);
  }
  EXPECT_TRUE(drift(std::vector<DayCount>(past.begin(), past.begin() + 10), period).empty());
}

}  // namespace
}  // namespace vigie
