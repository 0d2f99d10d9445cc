#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// A row of the design matrix: sparse columns, then dense ones.
struct DesignRow {
  std::span<const std::uint32_t> columns;
  std::span<const float> values;
  std::span<const float> dense;  ///< as many in every row; the last is 1 and is not pulled to zero
  std::uint32_t label = 0;
  double weight = 1;
  double offset = 0;  ///< added to the first output: what is known beforehand
};

/// What is fitted: `outputs` linear functions. With 1, the classes are no (0) and yes (1), and its
/// value is the logit of yes. With 2 (polarity p, opinion o), the classes are 0, 1, 2 with logits
/// o - p, 0, o + p.
struct Regression {
  std::size_t outputs = 1, sparse = 0, dense = 0;
  std::size_t vectors = 0;  ///< so many of the dense columns come first, with their own pull
  /// Dense weights that stay 0: [column * outputs + output]; empty: none.
  std::vector<bool> left_out;
  /// What the pull on each sparse column's weights is multiplied by; empty: 1.
  std::vector<float> pull_factors;
  /// Steps are taken in each weight's own scale, and end near the least. Else the common weights
  /// come first and the many rare ones are left early, which holds small collections back.
  bool scaled = true;
  double pull = 1, dense_pull = 1,
         vector_pull = 1;  ///< L2: half of it times the square of each weight
};

/// Weights, outputs side by side: [column * outputs + output], the dense columns last.
using RegressionWeights = std::vector<double>;

/// Minimises the negative log-likelihood of the labels plus the pull, by L-BFGS (liblbfgs), from
/// zero. kInvalidInput if that does not end well.
Result<RegressionWeights> fit(const Regression& regression, std::span<const DesignRow> rows);

/// The outputs for one row.
void predict(const Regression& regression, const RegressionWeights& weights, const DesignRow& row,
             std::span<double> outputs);

}  // namespace vigie
