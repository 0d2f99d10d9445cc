#include "engine/app/watchdog.h"

#include <utility>

namespace vigie {

Watchdog::Watchdog(std::vector<Thread> threads) {
  for (Thread& thread : threads) {
    const std::uint64_t beats = thread.pulse.beats();
    watched_.push_back({std::move(thread), beats});
    watched_.back().thread.ask();
  }
}

std::vector<std::string> Watchdog::still() {
  std::vector<std::string> names;
  for (const Watched& one : watched_) {
    if (one.thread.pulse.beats() == one.beats) {
      names.push_back(one.thread.name);
    }
  }
  for (Watched& one : watched_) {
    if (names.empty()) {
      one.beats = one.thread.pulse.beats();
    }
    one.thread.ask();
  }
  return names;
}

}  // namespace vigie
