#pragma once

#include <cstdint>

namespace vigie {

/// P(X >= count) of a negative binomial count of the mean `mean` and the variance
/// mean + dispersion · mean² (NB2 of Cameron and Trivedi, Regression Analysis of Count Data):
/// I_x(count, 1 / dispersion) with x = mean / (mean + 1 / dispersion), the regularized incomplete
/// beta function (Johnson, Kemp, Kotz, Univariate Discrete Distributions, 5.6). Poisson where
/// `dispersion` is 0. `mean` > 0.
double count_tail(std::uint64_t count, double mean, double dispersion);

/// P(X >= hits) of a beta-binomial count: `hits` of `n` when each is one with a chance that itself
/// varies, of the mean `share` (0 < share < 1) and the intra-class correlation `correlation`
/// (0 < correlation < 1): a = share · (1 / correlation - 1), b alike (Johnson, Kemp, Kotz, 6.2.2).
double share_tail(std::uint64_t hits, std::uint64_t n, double share, double correlation);

}  // namespace vigie
