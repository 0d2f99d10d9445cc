#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/connector_status.h"
#include "engine/core/time.h"

namespace vigie {

/// How much of its source a connector sees. `partial`: the source gives only a part (state
/// `limited`). `unwatched`: nobody expects it to see anything: a file that is read to its end, a
/// source that left the configuration.
enum class Sight : std::uint8_t { kClear, kPartial, kBlind, kUnwatched };
std::string_view to_string(Sight sight);

/// `starting` is blind, too: nothing has been heard yet.
Sight sight_of(ConnectorStatus::State state);

/// From `at` on, until the next change of the same source, a source was so.
struct CoverageChange {
  /// What a source is in beside the states of a ConnectorStatus: the engine did not run; the source
  /// was not in the configuration.
  static constexpr std::string_view kStopped = "stopped", kRemoved = "removed";

  std::string source;  ///< a connector's id
  Time at{};
  Sight sight = Sight::kBlind;
  std::string state;
  std::string reason;  ///< a sentence, empty while all is well
  bool operator==(const CoverageChange&) const = default;
};

/// Whether a town sees by this source. What a town set for itself in the screens is called
/// TOWN.NAME (ids of the configuration have no dot) and is no other's affair.
bool concerns(std::string_view source, std::string_view tenant);

/// A source that shows nothing now.
struct BlindSource {
  std::string source;
  Time since{};
  bool operator==(const BlindSource&) const = default;
};

/// Decides what has to be written down of how sources are doing, so that it can be told later when
/// each of them was blind. Pure: knows no clock and no disk.
///
/// 1. A change is written when a source's state changes, not when only its words do.
/// 2. The engine itself was alive at `last_seen`. What lies between that and the next start, or
///    between two looks that are kLongestGap apart (a machine that slept), was seen by nobody:
///    every source is `stopped` then.
/// 3. Times of one source ascend, whatever the clock does.
class CoverageBook {
 public:
  static constexpr std::chrono::seconds kLongestGap{30};
  static constexpr std::size_t kMaxReasonBytes = 300;

  /// What was written before: each source's last change, and when the engine was last alive
  /// (nothing: never).
  CoverageBook(std::vector<CoverageChange> last, std::optional<Time> last_seen);

  /// The engine starts with these sources. What is to be written: the gap, and who has gone.
  std::vector<CoverageChange> begin(std::span<const std::string> sources);
  /// Others take the place of the sources of begin(), from `now` on. What is to be written: who has
  /// gone.
  std::vector<CoverageChange> watch(std::span<const std::string> sources, Time now);
  /// How the sources are at `now`, in their order. What is to be written.
  std::vector<CoverageChange> look(std::span<const ConnectorStatus::Snapshot> now_are, Time now);
  /// Those of the sources that are blind, whatever the reasons since.
  std::vector<BlindSource> blind() const;

 private:
  void note(const std::string& source, Time at, Sight sight, std::string_view state,
            std::string_view reason, std::vector<CoverageChange>& changes);
  void note_gap(std::vector<CoverageChange>& changes);
  void note_gone(Time at, std::vector<CoverageChange>& changes);

  std::map<std::string, CoverageChange> last_;  ///< by source
  std::map<std::string, Time> blind_since_;
  std::optional<Time> last_seen_;
  std::vector<std::string> sources_;
};

/// A stretch of time in which a source was in one state.
struct CoverageInterval {
  Time from{}, to{};
  Sight sight = Sight::kBlind;
  std::string state, reason;
  bool operator==(const CoverageInterval&) const = default;
};

/// How long a source was seen, in a stretch of time. What is `unwatched`, or before the source was
/// first known, counts for nothing.
struct CoverageSums {
  microseconds clear{0}, partial{0}, blind{0};

  void add(const CoverageInterval& interval);
  void add(const CoverageSums& sums);
  microseconds expected() const { return clear + partial + blind; }
  /// Of what was expected; nothing if that is nothing.
  std::optional<double> share(microseconds of) const;
};

/// One source's intervals within [from, to), ascending, without holes from its first change on.
/// `changes`: its own, ascending, with the last one before `from`. `alive_until`: what is later is
/// not known.
std::vector<CoverageInterval> coverage_intervals(std::span<const CoverageChange> changes, Time from,
                                                 Time to, Time alive_until);

}  // namespace vigie
