#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/trend/baseline.h"
#include "engine/trend/recent_volume.h"

namespace vigie {

/// What many tools do: the count of a window against the mean of the same hour of the week over
/// eight weeks, by how many standard deviations it lies above (z-score) or by how many times it is
/// more (ratio). They get the same windows, authors, moments and eight weeks as the surprise; past
/// incidents are not excluded, holidays not known.
class SimpleRule {
 public:
  enum class Kind : std::uint8_t { kZScore, kRatio };
  SimpleRule(Kind kind, double limit) : kind_(kind), limit_(limit) {}

  void learn(const VolumeHistory& history, const TownCalendar& town);
  /// Whether it opens; while it is open, false until it has been below half of its limit for half
  /// an hour.
  bool see(const RecentVolume& recent, const TownCalendar& town);

 private:
  struct Usual {
    double mean = 0, deviation = 0;
  };
  double excess(const RecentVolume& recent, const HourKind& kind, std::size_t window) const;

  Kind kind_;
  double limit_;
  std::array<std::array<Usual, Baseline::kWindows.size()>, kSlots> usual_{};
  bool is_open_ = false;
  Time high_at_{};
};

}  // namespace vigie
