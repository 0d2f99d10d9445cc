#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/time_span.h"
#include "engine/trend/town_calendar.h"
#include "engine/trend/volume_history.h"

namespace vigie {

/// What is usual for a town at an hour of the week: the mean of the counts, and how much more than
/// Poisson they vary. A value, learnt once from eight weeks of rollups.
///
/// How (all of it per tenant; an hour's kind is HourKind):
///  1. Hours before the tenant's first mention are not looked at, nor hours of past incidents:
///     those handed in, and those whose count had a chance below kIncidentChance, with what lies
///     around them until a chance is above kCalmChance. Judged twice: against a trimmed mean of
///     their slot (20 %: Wilcox, Introduction to Robust Estimation and Hypothesis Testing, 3.3),
///     then against what was learnt without the first ones.
///  2. A slot's mean is that of its samples and, at half weight, of the hours before and after,
///     winsorised from above at kWinsor times their median, drawn to the mean of the same hour on
///     days of the same class (Monday to Friday, Saturday, Sunday and holidays) by a weight of two
///     weeks (shrinkage: a small town's 8 samples are few).
///  3. School holidays and term have slots of their own, where each has at least kLeastWeeks
///     samples.
///  4. The dispersion is a ratio of moments, Σ((y - μ)² - μ) / Σμ² over all windows of a length
///     (Cameron and Trivedi, 3.3), μ being what would have been expected then: with the Level of
///     the hours before. Drawn to kPriorDispersion where there is little to see.
class Baseline {
 public:
  static constexpr std::uint32_t kWeeks = 8;
  static constexpr std::uint32_t kWarmDays = 21;  ///< seen; fewer: cold
  static constexpr double kIncidentChance = 1e-4, kCalmChance = 0.05, kPriorDispersion = 0.25;
  /// Lengths of the windows that are tested, in steps: 10, 30 and 60 minutes.
  static constexpr std::array<std::uint32_t, 3> kWindows = {2, 6, 12};

  /// Knows nothing: cold.
  Baseline() = default;
  /// The first day that what is in force on `day` is learnt from; the last is the day before.
  static Day first_day(Day day) { return day - std::min(day, kWeeks * 7); }
  static Baseline learn(const VolumeHistory& history, const TownCalendar& town,
                        std::span<const TimeSpan> incidents = {});

  std::uint32_t days_seen() const { return days_seen_; }
  std::uint32_t hours_left_out() const { return hours_left_out_; }
  bool is_warm() const { return days_seen_ >= kWarmDays; }

  /// Expected counts of the steps up to `last`, latest first (`expected[back]`): the slots' means,
  /// led from one hour's middle to the next.
  void expect_steps(const TownCalendar& town, Step last, std::span<double> expected) const;
  /// For a window of kWindows[window] around `at`, with what is uncertain about the mean itself:
  /// α (1 + 1/n) + 1 / (n μ), n the effective number of hours behind a slot, μ a slot's mean.
  double dispersion(const TownCalendar& town, std::size_t window, Time at) const;

  /// What shares of the mentions are negative, alarming; how much the first varies from hour to
  /// hour (intra-class correlation by moments: Kleinman, JASA 1973).
  double negative_share() const { return negative_share_; }
  double negative_correlation() const { return negative_correlation_; }
  double alarming_share() const { return alarming_share_; }

 private:
  static constexpr std::size_t kSchools = 3;
  struct Hour {
    HourKind kind;
    double count = 0, negative = 0;
    bool looked_at = true;
  };

  static std::vector<Hour> hours_of(const VolumeHistory& history, const TownCalendar& town,
                                    std::span<const TimeSpan> incidents);
  static std::array<double, kSlots> trimmed_means(const std::vector<Hour>& hours);
  static void leave_out(std::vector<Hour>& hours, const std::array<double, kSlots>& usual,
                        double dispersion);
  void learn_means(const std::vector<Hour>& hours);
  void learn_dispersion(const VolumeHistory& history, const std::vector<Hour>& hours);
  void learn_shares(const VolumeHistory& history, const std::vector<Hour>& hours);
  double mean_of(const HourKind& kind) const {
    return means_[static_cast<std::size_t>(kind.school)][kind.slot];
  }
  double mean_at(const TownCalendar& town, Time at) const;

  std::uint32_t days_seen_ = 0, hours_left_out_ = 0;
  std::array<std::array<double, kSlots>, kSchools> means_{};  ///< per hour, by School
  std::array<double, kWindows.size()> dispersions_{kPriorDispersion, kPriorDispersion,
                                                   kPriorDispersion};
  double hours_behind_ = 1;  ///< a slot's mean
  double negative_share_ = 0.3, negative_correlation_ = 0.1, alarming_share_ = 0.05;
};

/// The baseline in force on the day of `at` (UTC): learnt from the eight weeks before that day.
/// Any thread.
Result<Baseline> read_baseline(const Store& store, TenantId tenant, const TownCalendar& town,
                               Time at, std::span<const TimeSpan> incidents = {});

}  // namespace vigie
