#include "engine/web/coverage_reader.h"

#include <algorithm>
#include <utility>

namespace vigie {

Result<std::vector<SourceCoverage>> read_coverage(const Store& store, Time from, Time to,
                                                  Time now) {
  const Result<Store::CoverageEnd> end = store.coverage_end();
  if (!end) {
    return tl::make_unexpected(end.error());
  }
  std::vector<SourceCoverage> all;
  for (const CoverageChange& last : end->last) {
    const auto changes = store.coverage(last.source, from, to);
    if (!changes) {
      return tl::make_unexpected(changes.error());
    }
    SourceCoverage one{last.source, coverage_intervals(*changes, from, to, now), {}};
    for (const CoverageInterval& interval : one.intervals) {
      one.sums.add(interval);
    }
    const bool is_watched = std::ranges::any_of(
        one.intervals, [](const auto& interval) { return interval.sight != Sight::kUnwatched; });
    if (is_watched) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

CoverageSums sum_of(const std::vector<SourceCoverage>& sources) {
  CoverageSums sums;
  for (const SourceCoverage& one : sources) {
    sums.add(one.sums);
  }
  return sums;
}

}  // namespace vigie
