#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/store/store.h"

namespace vigie {

/// What a steering committee wants a key figure to be, by when, and who answers for it.
struct Objective {
  enum class Direction : std::uint8_t { kAtLeast, kAtMost };

  std::uint64_t number = 0;  ///< given when it is kept first, ascending from 1 within a tenant
  std::string kpi, part;     ///< a name of `/kpi`, and of one of its parts or ""
  double target = 0;         ///< in the figure's unit
  Direction direction = Direction::kAtLeast;
  std::string owner;  ///< a person or service of the town's
  Day due = 0;        ///< the last day, by the town's calendar
  bool is_closed = false;

  /// Who did what to it; the first made it.
  struct Change {
    std::string by;
    Time at{};
    std::string what;  ///< "made", "changed", "closed"
    double target = 0;
    Day due = 0;  ///< both as they were afterwards
  };
  std::vector<Change> history;

  static constexpr std::size_t kMaxOpen = 100, kMaxChanges = 100, kMaxNameBytes = 200;
  static constexpr double kLargest = 1e12;
};
std::string_view to_string(Objective::Direction direction);
std::optional<Objective::Direction> parse_direction(std::string_view text);

/// How an objective stands. The rule, without any extrapolation: the figure of the kPeriodDays
/// before now (after the last day: before its end) meets the target, or it does not.
enum class Progress : std::uint8_t {
  kOnTrack,  ///< meets it, the last day is still to come
  kBehind,   ///< does not meet it yet
  kReached,  ///< met it on the last day
  kMissed,   ///< did not
  kTooFew,   ///< there is no figure, or it is made of fewer than kLeastForProgress
};
inline constexpr std::uint64_t kLeastForProgress = 10;
inline constexpr std::uint32_t kPeriodDays = 28;
std::string_view to_string(Progress progress);

/// `n`: of how many the figure is made; of a count it does not matter. `is_over`: the last day is.
Progress progress_of(const Objective& objective, std::optional<double> value, std::uint64_t n,
                     bool is_count, bool is_over);

/// Why it cannot be wanted; empty if it can. `today`: by the town's calendar.
std::string objection_to(const Objective& objective, Day today);

/// By number; closed ones too. Notes "objective/" tenant "/" number of the store. Any thread.
Result<std::vector<Objective>> read_objectives(const Store& store, const std::string& tenant);
/// Takes the place of the one with its number. Durable when it returns.
void keep_objective(Store& store, const std::string& tenant, const Objective& objective);

}  // namespace vigie
