#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vigie {

/// A figure as people may trust it. `value` is nothing where none can be given; `reason` says why.
struct Figure {
  std::optional<double> value;
  std::uint64_t n = 0;          ///< of what it was made
  std::optional<double> error;  ///< half of the 95 % interval, in the value's unit
  std::string_view reason = {};
};

/// 100 (P - N) / n, from -100 to 100; error 1.96 · 100 · √((p + q - (p - q)²) / n), p and q the
/// shares of positive and negative (variance of a difference of two multinomial shares). No value
/// under kLeastForSentiment.
Figure net_sentiment(std::uint64_t positive, std::uint64_t negative, std::uint64_t all);
inline constexpr std::uint64_t kLeastForSentiment = 30;

/// hits / n; error: half of Wilson's interval (E. B. Wilson, JASA 22, 1927), which does not vanish
/// at 0 and 1. No value where n is 0.
Figure share(std::uint64_t hits, std::uint64_t n);

/// The q-quantile of a sample, linear between its order statistics (Hyndman and Fan, The American
/// Statistician 50, 1996, type 7). Nothing of nothing.
std::optional<double> quantile(std::vector<double> sample, double q);

/// A median with the distribution-free 95 % interval of its order statistics, n/2 ± 0.98 √n
/// (Conover, Practical Nonparametric Statistics, 3.2); no error under 6.
Figure median(const std::vector<double>& sample);

}  // namespace vigie
