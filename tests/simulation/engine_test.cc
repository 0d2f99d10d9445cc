// The engine's promise, in thousands of small worlds that fail.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "tests/last_words.h"
#include "tests/simulation/engine_world.h"

namespace vigie {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t fallback) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? fallback : std::strtoull(value, nullptr, 10);
}

/// VIGIE_WORLDS: how many; VIGIE_SEED: the first. One that failed is lived again by
/// VIGIE_SEED=… VIGIE_WORLDS=1.
TEST(EngineWorld, KeepsItsPromiseWhateverFails) {
  const std::uint64_t first = number_of("VIGIE_SEED", 1), worlds = number_of("VIGIE_WORLDS", 300);
  EngineWorld::Tally all;
  std::uint64_t lived = 0;
  LastWords last_words;
  const std::clock_t start = std::clock();
  for (std::uint64_t seed = first; seed < first + worlds && !HasFailure(); ++seed) {
    const std::string name = "VIGIE_SEED=" + std::to_string(seed) + " VIGIE_WORLDS=1";
    last_words.are("in the world of " + name + "\n");
    SCOPED_TRACE(name);
    EngineWorld world(seed);
    world.live();
    all.add(world.tally());
    ++lived;
  }
  const double minutes = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / 60;
  std::cout << lived << " worlds from seed " << first << " ("
            << static_cast<int>(static_cast<double>(lived) / minutes)
            << " a minute of one processor): " << all.lives << " lives, " << all.cuts
            << " power cuts in the middle of a write, " << all.mentions << " posts, "
            << all.acknowledged << " acknowledged, " << all.refused << " offers refused, "
            << all.alerts << " alerts, " << all.deliveries << " delivered (" << all.doubled
            << " once more, explained), " << all.dead << " listed as dead, " << all.reloads
            << " reloads\n";
  EXPECT_GT(all.lives, lived) << "nothing ever crashed";
}

}  // namespace
}  // namespace vigie
