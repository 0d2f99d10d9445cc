#include "engine/classify/regression.h"

#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr int kMaxIterations = 60, kMaxUnscaledIterations = 120;
constexpr double kPrecision = 1e-4;
/// Of a row's curvature by its output, which is a quarter where it is largest.
constexpr double kUsualCurvature = 0.07;
/// Of weights that neither a pull nor a row holds.
constexpr double kLeastCurvature = 1e-3;

struct Problem {
  const Regression& regression;
  std::span<const DesignRow> rows;
  std::vector<double> pulls;   ///< on each weight
  std::vector<double> scales;  ///< what the solver sees of a weight, times this, is the weight
  std::vector<double> weights = std::vector<double>(pulls.size());
};

/// Adds the loss of one row; `slope` becomes its derivative by each output.
double loss_of(const Regression& regression, const DesignRow& row, const double* outputs,
               double* slope) {
  if (regression.outputs == 1) {
    const double sign = row.label == 1 ? 1 : -1, margin = sign * outputs[0];
    const double miss = 1 / (1 + std::exp(margin));
    slope[0] = -sign * miss * row.weight;
    return row.weight *
           (margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin);
  }
  const double logits[3] = {outputs[1] - outputs[0], 0, outputs[1] + outputs[0]};
  const double highest = std::max({logits[0], logits[1], logits[2]});
  double odds[3], sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    sum += odds[i] = std::exp(logits[i] - highest);
  }
  const double low = odds[0] / sum - (row.label == 0), high = odds[2] / sum - (row.label == 2);
  slope[0] = row.weight * (high - low);
  slope[1] = row.weight * (high + low);
  return row.weight * (highest + std::log(sum) - logits[row.label]);
}

std::vector<double> pulls_of(const Regression& regression) {
  const std::size_t outputs = regression.outputs,
                    count = (regression.sparse + regression.dense) * outputs,
                    dense_at = regression.sparse * outputs, bias_at = count - outputs,
                    other_dense_at = dense_at + regression.vectors * outputs;
  std::vector<double> pulls(count);
  for (std::size_t i = 0; i < bias_at; ++i) {
    const double factor = regression.pull_factors.empty() || i >= dense_at
                              ? 1.0
                              : static_cast<double>(regression.pull_factors[i / outputs]);
    pulls[i] = i < dense_at         ? regression.pull * factor
               : i < other_dense_at ? regression.vector_pull
                                    : regression.dense_pull;
  }
  return pulls;
}

/// So that the loss curves alike along every weight: few features occur in most rows and most in
/// few, and unscaled the solver would stop long before the least.
std::vector<double> scales_of(const Regression& regression, std::span<const DesignRow> rows,
                              const std::vector<double>& pulls) {
  std::vector<double> squares(regression.sparse + regression.dense);
  for (const DesignRow& row : rows) {
    const auto add = [&](std::size_t column, double value) {
      squares[column] += row.weight * value * value;
    };
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      add(row.columns[i], static_cast<double>(row.values[i]));
    }
    for (std::size_t i = 0; i < row.dense.size(); ++i) {
      add(regression.sparse + i, static_cast<double>(row.dense[i]));
    }
  }
  std::vector<double> scales(pulls.size());
  for (std::size_t i = 0; i < scales.size(); ++i) {
    scales[i] = 1 / std::sqrt(pulls[i] + kUsualCurvature * squares[i / regression.outputs] +
                              kLeastCurvature);
  }
  return scales;
}

double evaluate(void* instance, const double* scaled, double* gradient, int count, double) {
  auto& [regression, rows, pulls, scales, weights] = *static_cast<Problem*>(instance);
  const std::size_t outputs = regression.outputs, all = static_cast<std::size_t>(count);
  const std::size_t dense_at = regression.sparse * outputs;
  double loss = 0;
  for (std::size_t i = 0; i < all; ++i) {
    weights[i] = scaled[i] * scales[i];
    loss += pulls[i] * weights[i] * weights[i] / 2;
    gradient[i] = pulls[i] * weights[i];
  }
  for (const DesignRow& row : rows) {
    double values[2] = {row.offset, 0}, slope[2] = {0, 0};
    const auto visit = [&](const auto& use) {
      for (std::size_t i = 0; i < row.columns.size(); ++i) {
        use(row.columns[i] * outputs, static_cast<double>(row.values[i]));
      }
      for (std::size_t i = 0; i < row.dense.size(); ++i) {
        use(dense_at + i * outputs, static_cast<double>(row.dense[i]));
      }
    };
    visit([&](std::size_t at, double value) {
      for (std::size_t output = 0; output < outputs; ++output) {
        values[output] += weights[at + output] * value;
      }
    });
    loss += loss_of(regression, row, values, slope);
    visit([&](std::size_t at, double value) {
      for (std::size_t output = 0; output < outputs; ++output) {
        gradient[at + output] += slope[output] * value;
      }
    });
  }
  for (std::size_t i = 0; i < regression.left_out.size(); ++i) {
    if (regression.left_out[i]) {
      gradient[dense_at + i] = 0;
    }
  }
  for (std::size_t i = 0; i < all; ++i) {
    gradient[i] *= scales[i];
  }
  return loss;
}

}  // namespace

Result<RegressionWeights> fit(const Regression& regression, std::span<const DesignRow> rows) {
  const std::size_t count = (regression.sparse + regression.dense) * regression.outputs;
  const std::size_t padded = (count + 15) / 16 * 16;  // liblbfgs with SSE wants whole blocks
  double* const weights = lbfgs_malloc(static_cast<int>(padded));
  check(weights != nullptr, "memory for the weights");
  std::fill_n(weights, padded, 0.0);
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.max_iterations = regression.scaled ? kMaxIterations : kMaxUnscaledIterations;
  parameters.epsilon = kPrecision;
  std::vector<double> pulls = pulls_of(regression);
  std::vector<double> scales =
      regression.scaled ? scales_of(regression, rows, pulls) : std::vector<double>(count, 1.0);
  Problem problem{regression, rows, std::move(pulls), std::move(scales)};
  const int status =
      lbfgs(static_cast<int>(count), weights, nullptr, evaluate, nullptr, &problem, &parameters);
  RegressionWeights result(weights, weights + count);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] *= problem.scales[i];
  }
  lbfgs_free(weights);
  const bool ended_well = status == LBFGS_SUCCESS || status == LBFGS_ALREADY_MINIMIZED ||
                          status == LBFGSERR_MAXIMUMITERATION;
  if (!ended_well || !std::ranges::all_of(result, [](double one) { return std::isfinite(one); })) {
    return tl::make_unexpected(
        Error{ErrorCode::kInvalidInput, "the weights cannot be fitted (liblbfgs " +
                                            std::to_string(status) + "): is a pull too small?"});
  }
  return result;
}

void predict(const Regression& regression, const RegressionWeights& weights, const DesignRow& row,
             std::span<double> outputs) {
  std::ranges::fill(outputs, 0.0);
  outputs[0] = row.offset;
  const std::size_t dense_at = regression.sparse * regression.outputs;
  for (std::size_t output = 0; output < regression.outputs; ++output) {
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      outputs[output] += weights[row.columns[i] * regression.outputs + output] *
                         static_cast<double>(row.values[i]);
    }
    for (std::size_t i = 0; i < row.dense.size(); ++i) {
      outputs[output] +=
          weights[dense_at + i * regression.outputs + output] * static_cast<double>(row.dense[i]);
    }
  }
}

}  // namespace vigie
