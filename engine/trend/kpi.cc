#include "engine/trend/kpi.h"

#include <algorithm>
#include <cmath>

namespace vigie {
namespace {

constexpr double kZ = 1.96;  ///< 95 %

}  // namespace

Figure net_sentiment(std::uint64_t positive, std::uint64_t negative, std::uint64_t all) {
  Figure figure{std::nullopt, all, std::nullopt, {}};
  if (all < kLeastForSentiment) {
    figure.reason = "fewer than 30 mentions";
    return figure;
  }
  const auto n = static_cast<double>(all);
  const double p = static_cast<double>(positive) / n, q = static_cast<double>(negative) / n;
  figure.value = 100 * (p - q);
  figure.error = kZ * 100 * std::sqrt(std::max(0.0, p + q - (p - q) * (p - q)) / n);
  return figure;
}

Figure share(std::uint64_t hits, std::uint64_t n) {
  if (n == 0) {
    return {std::nullopt, 0, std::nullopt, "there is nothing to take a share of"};
  }
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count;
  const double half =
      kZ * std::sqrt(p * (1 - p) / count + kZ * kZ / (4 * count * count)) / (1 + kZ * kZ / count);
  return {p, n, half, {}};
}

std::optional<double> quantile(std::vector<double> sample, double q) {
  if (sample.empty()) {
    return std::nullopt;
  }
  std::ranges::sort(sample);
  const double at = q * static_cast<double>(sample.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sample.size() - 1);
  return sample[below] + (at - std::floor(at)) * (sample[above] - sample[below]);
}

Figure median(const std::vector<double>& sample) {
  constexpr std::size_t kLeast = 6;
  Figure figure{quantile(sample, 0.5), sample.size(), std::nullopt, {}};
  if (sample.empty()) {
    figure.reason = "there is nothing to measure";
  } else if (sample.size() >= kLeast) {
    const auto n = static_cast<double>(sample.size());
    const double reach = kZ * std::sqrt(n) / 2;
    const double low = std::max(n / 2 - reach, 0.0), high = std::min(n / 2 + reach, n - 1);
    figure.error = (*quantile(sample, high / (n - 1)) - *quantile(sample, low / (n - 1))) / 2;
  }
  return figure;
}

}  // namespace vigie
