#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/clock.h"
#include "engine/core/connector_status.h"
#include "engine/core/coverage.h"
#include "engine/core/usage.h"
#include "engine/store/store.h"

namespace vigie {

/// Looks how each source is doing and writes down what must be told later: when it was blind, and
/// what went over the network. One thread steps; any may ask who is blind.
///
/// What a killed process had not written yet is lost: changes of the last kLookInterval, traffic of
/// the last kWriteInterval. The time since the last sign of life, at most kWriteInterval longer
/// than the engine stood still, counts as blind.
class SourceKeeper {
 public:
  static constexpr std::chrono::seconds kLookInterval{1}, kWriteInterval{10};
  /// Who has been blind for less is not spoken of: sources come and go for seconds.
  static constexpr std::chrono::minutes kWorthTelling{1};

  struct Watched {
    std::string id;
    const ConnectorStatus* status;
    const TrafficMeter* meter;
    std::shared_ptr<const void> owner = {};  ///< of both, where they may go while we look
  };

  /// The engine begins: what is known of its last life is read, the time between is noted.
  static Result<std::unique_ptr<SourceKeeper>> begin(Store& store, std::vector<Watched> sources,
                                                     const Clock& clock);

  /// From the next step on these are the sources. Any thread.
  void watch(std::vector<Watched> sources);

  /// To be called every kLookInterval.
  void step();
  /// The engine ends: writes what is left.
  void finish();

  /// Sources that have been blind for kWorthTelling. Any thread.
  std::vector<BlindSource> blind_now() const;

 private:
  SourceKeeper(Store& store, std::vector<Watched> sources, const Clock& clock, CoverageBook book);
  std::vector<CoverageChange> look(Time now);
  void take_next(Time now, std::vector<CoverageChange>& changes);
  void write_traffic(Day day);

  Store& store_;
  std::vector<Watched> sources_;
  std::map<const TrafficMeter*, Traffic> written_;  ///< of the sources
  const Clock& clock_;
  Time written_at_{};
  mutable std::mutex mutex_;  // guards the book, and what comes next
  CoverageBook book_;
  std::optional<std::vector<Watched>> next_;
};

}  // namespace vigie
