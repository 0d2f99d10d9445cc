#pragma once

#include <cstdint>
#include <optional>

#include "engine/trend/surprise.h"

namespace vigie {

/// An incident of unusual volume has begun, or is over.
struct VolumeEvent {
  enum class Kind : std::uint8_t { kOpened, kClosed };
  Kind kind = Kind::kOpened;
  Time opened_at{};
  Surprise surprise;  ///< at its opening; at its end
};

/// Watches one tenant's volume. Opens by SurpriseLimits as soon as a mention makes it surprising,
/// closes with hysteresis: once all has been calm for half an hour, or after a day. What is
/// expected while it is open is what was expected when it opened.
///
/// Pure: told what is said and what time it is, in any order of days but forward. One thread.
class VolumeWatch {
 public:
  VolumeWatch(TownCalendar town, Baseline baseline) : town_(std::move(town)), baseline_(baseline) {}

  void learn(const Baseline& baseline) {
    baseline_ = baseline;
    usual_.reset();
  }
  const Baseline& baseline() const { return baseline_; }
  const TownCalendar& calendar() const { return town_; }
  /// For what is known before the first mention: see recall_volume().
  RecentVolume& recent() { return recent_; }
  /// After a start: somebody was told at `opened_at`, and not yet that it is over.
  void reopen(Time opened_at);
  bool is_open() const { return opened_at_.has_value(); }
  /// What just opened is nobody's business.
  void dismiss() { opened_at_.reset(); }

  /// A mention, published at `at`, heard of at `now`.
  std::optional<VolumeEvent> see(Time at, std::uint64_t author, Time now);
  /// Time goes by.
  std::optional<VolumeEvent> look(Time now);
  Surprise surprise();

 private:
  /// A storm is measured no oftener.
  static constexpr std::chrono::seconds kMeasureInterval{1};

  void advance(Time now);
  std::optional<VolumeEvent> open_if_surprising();
  std::optional<VolumeEvent> close_if_calm();

  TownCalendar town_;
  Baseline baseline_;
  RecentVolume recent_;
  std::optional<UsualNow> usual_;  ///< of the step under way
  Time measured_at_{};
  bool is_measured_ = true;  ///< nothing was said since
  std::optional<Time> opened_at_, calm_since_;
  double level_at_opening_ = 1;
};

/// Fills `recent` with what the store holds of the twelve hours before `now`: counts out of the
/// rollups, authors out of the last hour's mentions that were received by the end of its UTC day
/// (at most kMaxRecalled of those received by then are looked at: a replay may come in any order).
Result<void> recall_volume(const Store& store, TenantId tenant, Time now, RecentVolume& recent);
inline constexpr std::size_t kMaxRecalled = 10'000;

}  // namespace vigie
