#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/coverage.h"
#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

/// What was seen of one source in a stretch of time.
struct SourceCoverage {
  std::string source;
  std::vector<CoverageInterval> intervals;
  CoverageSums sums;
};

/// All sources that were watched in [from, to). `now`: what comes later is not known.
Result<std::vector<SourceCoverage>> read_coverage(const Store& store, Time from, Time to, Time now);

/// Of all sources together.
CoverageSums sum_of(const std::vector<SourceCoverage>& sources);

}  // namespace vigie
