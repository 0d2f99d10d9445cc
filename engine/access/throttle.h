#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/core/clock.h"

namespace vigie {

/// Makes guessing slow: after a few failures under one key (an account, an address) each further
/// one doubles the time until the next try; whoever waits longer than asked is forgotten. One
/// thread.
class Throttle {
 public:
  struct Limits {
    std::uint32_t free_failures = 5;
    std::chrono::seconds first_wait{1}, longest_wait{900};
    std::size_t max_keys = 10'000;  ///< beyond: the one that failed longest ago is forgotten
    std::chrono::seconds forget_after{900};  ///< without a failure since the wait was over
  };
  Throttle(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  /// How long until `key` may try again; 0: now.
  std::chrono::seconds wait(std::string_view key) const;
  void failed(std::string_view key);
  void succeeded(std::string_view key);

 private:
  struct Failures {
    std::uint32_t count = 0;
    Time last{};
  };
  std::chrono::seconds penalty(const Failures& failures) const;

  const Clock& clock_;
  Limits limits_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace vigie
