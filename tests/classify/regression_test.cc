#include "engine/classify/regression.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>
#include <random>
#include <vector>

namespace vigie {
namespace {

/// Rows of yes and no, each with two of twelve columns, a dense value, and what is known
/// beforehand.
class Answers {
 public:
  static constexpr std::uint32_t kColumns = 12;

  Answers() {
    std::normal_distribution<double> normal;
    for (std::uint32_t i = 0; i < 300; ++i) {
      const std::uint32_t first = i % (kColumns - 1),
                          second = first + 1 + i % (kColumns - 1 - first);
      columns_.push_back({first, second});
      values_.push_back({static_cast<float>(normal(random_)), static_cast<float>(normal(random_))});
      dense_.push_back({static_cast<float>(normal(random_)), 1});
      const double logit = values_.back()[0] + 2 * dense_.back()[0] + normal(random_);
      rows_.push_back({columns_.back(), values_.back(), dense_.back(), logit > 0.5 ? 1U : 0U,
                       i % 4 == 0 ? 2.5 : 0.5, i % 5 == 0 ? 1.5 : 0.0});
    }
    regression_.sparse = kColumns;
    regression_.dense = 2;
    regression_.pull = 3;
    regression_.dense_pull = 0.5;
  }

  /// As it is defined, row by row.
  double loss(const RegressionWeights& weights) const {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size() - 1; ++i) {
      sum +=
          (i < kColumns ? regression_.pull : regression_.dense_pull) * weights[i] * weights[i] / 2;
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      double logit = rows_[i].offset + weights[kColumns + 1];
      logit += weights[kColumns] * static_cast<double>(dense_[i][0]);
      for (std::size_t j = 0; j < 2; ++j) {
        logit += weights[columns_[i][j]] * static_cast<double>(values_[i][j]);
      }
      const double yes = 1 / (1 + std::exp(-logit));
      sum -= rows_[i].weight * std::log(rows_[i].label == 1 ? yes : 1 - yes);
    }
    return sum;
  }

  Regression& regression() { return regression_; }
  const std::vector<DesignRow>& rows() const { return rows_; }

 private:
  std::mt19937 random_{5};
  std::deque<std::array<std::uint32_t, 2>> columns_;
  std::deque<std::array<float, 2>> values_, dense_;
  std::vector<DesignRow> rows_;
  Regression regression_;
};

TEST(Regression, OfYesAndNoEndsWhereNoSlopeIsLeft) {
  Answers answers;
  const Result<RegressionWeights> fitted = fit(answers.regression(), answers.rows());
  ASSERT_TRUE(fitted);
  for (std::size_t i = 0; i < fitted->size(); ++i) {
    RegressionWeights less = *fitted, more = *fitted;
    less[i] -= 1e-4;
    more[i] += 1e-4;
    EXPECT_NEAR((answers.loss(more) - answers.loss(less)) / 2e-4, 0, 0.05) << i;
    less[i] -= 0.02;
    more[i] += 0.02;
    EXPECT_GT(answers.loss(less), answers.loss(*fitted)) << i;
    EXPECT_GT(answers.loss(more), answers.loss(*fitted)) << i;
  }
}

TEST(Regression, UnscaledAFewWeightsAreFoundAllTheSame) {
  Answers answers;
  const RegressionWeights scaled = *fit(answers.regression(), answers.rows());
  answers.regression().scaled = false;
  const RegressionWeights unscaled = *fit(answers.regression(), answers.rows());
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    EXPECT_NEAR(scaled[i], unscaled[i], 5e-3) << i;
  }
}

TEST(Regression, WithoutRowsAllWeightsAreZero) {
  Answers answers;
  const Result<RegressionWeights> fitted = fit(answers.regression(), {});
  ASSERT_TRUE(fitted);
  EXPECT_EQ(*fitted, RegressionWeights(Answers::kColumns + 2));
}

TEST(Regression, AStrongerPullLeavesSmallerWeights) {
  const auto size = [](double pull) {
    Answers answers;
    answers.regression().pull = pull;
    double sum = 0;
    const Result<RegressionWeights> fitted = fit(answers.regression(), answers.rows());
    for (std::uint32_t i = 0; i < Answers::kColumns; ++i) {
      sum += std::fabs((*fitted)[i]);
    }
    return sum;
  };
  EXPECT_LT(size(100), 0.5 * size(1));
}

TEST(Regression, AColumnThatIsPulledLessWeighsMoreThanOneAsTelling) {
  const std::array<std::uint32_t, 2> both = {0, 1};
  const std::array<float, 2> yes = {1, 1}, no = {-1, -1};
  const std::array<float, 1> one = {1};
  std::vector<DesignRow> rows;
  for (std::uint32_t i = 0; i < 40; ++i) {
    rows.push_back({both, i % 2 == 0 ? yes : no, one, i % 2 == 0 ? 1U : 0U});
  }
  Regression regression;
  regression.sparse = 2;
  regression.dense = 1;
  const RegressionWeights alike = *fit(regression, rows);
  EXPECT_NEAR(alike[0], alike[1], 1e-6);
  regression.pull_factors = {1, 4};  // for the same slope four times the weight
  const RegressionWeights weights = *fit(regression, rows);
  EXPECT_NEAR(weights[0], 4 * weights[1], 0.02);
}

TEST(Regression, AColumnInAThousandfoldUnitLeadsToTheSameOutputs) {
  const auto outputs = [](float unit) {
    std::deque<std::array<float, 1>> values, dense;
    const std::array<std::uint32_t, 1> column = {0};
    std::vector<DesignRow> rows;
    std::mt19937 random{3};
    std::normal_distribution<double> normal;
    for (std::uint32_t i = 0; i < 200; ++i) {
      const double value = normal(random);
      values.push_back({static_cast<float>(value) * unit});
      dense.push_back({1});
      rows.push_back({column, values.back(), dense.back(), value + normal(random) > 0 ? 1U : 0U});
    }
    Regression regression;
    regression.sparse = regression.dense = 1;
    regression.pull = 0.5 * static_cast<double>(unit) * static_cast<double>(unit);
    const RegressionWeights weights = *fit(regression, rows);
    std::vector<double> first(1);
    predict(regression, weights, rows.front(), first);
    return first.front();
  };
  EXPECT_NEAR(outputs(1), outputs(1000), 1e-3);
}

TEST(Regression, WhatIsKnownBeforehandIsNotLearnedAgain) {
  const std::array<std::uint32_t, 0> columns{};
  const std::array<float, 1> one = {1};
  std::vector<DesignRow> rows;
  for (std::uint32_t i = 0; i < 100; ++i) {  // three yes to one no: a logit of log 3
    rows.push_back({columns, {}, one, i % 4 == 0 ? 0U : 1U, 1, std::log(3.0)});
  }
  Regression regression;
  regression.dense = 1;
  EXPECT_NEAR(fit(regression, rows)->front(), 0, 1e-3);
  for (DesignRow& row : rows) {
    row.offset = 0;
  }
  EXPECT_NEAR(fit(regression, rows)->front(), std::log(3.0), 1e-3);
}

}  // namespace
}  // namespace vigie
