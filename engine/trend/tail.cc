#include "engine/trend/tail.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace vigie {
namespace {

/// A double is exact enough: tails are compared with powers of ten.
using Plain = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

/// Below this a count is as good as Poisson.
constexpr double kLeastDispersion = 1e-9;

double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

}  // namespace

double count_tail(std::uint64_t count, double mean, double dispersion) {
  if (count == 0) {
    return 1;
  }
  const auto k = static_cast<double>(count);
  if (dispersion < kLeastDispersion) {
    return boost::math::gamma_p(k, mean, Plain());
  }
  const double size = 1 / dispersion;
  return boost::math::ibeta(k, size, mean / (mean + size), Plain());
}

double share_tail(std::uint64_t hits, std::uint64_t n, double share, double correlation) {
  const double strength = 1 / correlation - 1;
  const double a = share * strength, b = (1 - share) * strength, all = static_cast<double>(n);
  double tail = 0;
  for (std::uint64_t i = hits; i <= n; ++i) {
    const auto k = static_cast<double>(i);
    const double choices = std::lgamma(all + 1) - std::lgamma(k + 1) - std::lgamma(all - k + 1);
    tail += std::exp(choices + log_beta(k + a, all - k + b) - log_beta(a, b));
  }
  return std::min(tail, 1.0);
}

}  // namespace vigie
