#pragma once

#include <chrono>
#include <cstdint>

namespace vigie {

/// How a wait grows with each failure in a row.
struct BackOff {
  std::chrono::milliseconds first{0}, longest{0};
  bool doubles = true;  ///< else it grows by `first` each time
};

/// What is counted of failures in a row: more change nothing.
inline constexpr std::uint32_t kMostFailures = 1'000;

/// The wait after so many failures: first, 2 first, 4 first (or 3 first), … up to longest; 0 after
/// none.
std::chrono::milliseconds wait_after(const BackOff& back_off, std::uint32_t failures);

/// `wait`, and up to a tenth more, by `jitter` in [0, 1): so that a thousand who wait for the same
/// moment do not come at once.
std::chrono::milliseconds spread(std::chrono::milliseconds wait, double jitter);

}  // namespace vigie
