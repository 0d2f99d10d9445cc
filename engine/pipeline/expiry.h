#pragma once

#include <functional>
#include <utility>

#include "engine/core/trusted_day.h"
#include "engine/store/store.h"

namespace vigie {

/// Removes what has expired, once a day, by a clock that is trusted (core/trusted_day.h); which day
/// that was last is a note of the store. One thread.
class Expiry {
 public:
  /// `doubted`: told once of each day that is so far ahead that nothing is removed by it yet.
  Expiry(Store& store, std::function<void(Day)> doubted);

  /// Whether there was something to do.
  bool step(Day today);

 private:
  Store& store_;
  std::function<void(Day)> doubted_;
  TrustedDay trusted_;
  std::optional<Day> told_;
  Day last_ = 0;
};

/// The day of the last removal; nothing: there was none. Any thread.
Result<std::optional<Day>> last_expiry(const Store& store);

}  // namespace vigie
