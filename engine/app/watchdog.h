#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/pulse.h"

namespace vigie {

/// Whether the engine's threads go on. Not those of deliveries, which wait for receivers, nor those
/// that work for minutes at a person's word (a backup, a study). Used by one thread.
class Watchdog {
 public:
  struct Thread {
    std::string name;
    const Pulse& pulse;
    /// Makes a thread beat that has nothing to do; called at each look.
    std::function<void()> ask = [] {};
  };
  explicit Watchdog(std::vector<Thread> threads);

  /// Names of those that have not beaten since the last look at which all had. Nobody: all is well,
  /// and the next look asks anew.
  std::vector<std::string> still();

 private:
  struct Watched {
    Thread thread;
    std::uint64_t beats;  ///< when all was well last
  };
  std::vector<Watched> watched_;
};

}  // namespace vigie
