// All threads of the pipeline at once, as the engine runs them.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine/pipeline/pipeline_threads.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

TEST(Threads, AcknowledgeWhatIsSyncedInTheOrderItCameIn) {
  constexpr std::size_t kWorkers = 3;
  constexpr std::uint64_t kEnvelopes = 2'000;
  MemoryDisk disk;
  std::vector<std::shared_ptr<const Receipt>> receipts;
  {
    TwoTowns engine(disk, kWorkers);
    const PipelineThreads threads(*engine.pipeline);
    std::uint64_t acknowledged = 0, changes = 0;
    for (std::uint64_t n = 1; n <= kEnvelopes; ++n) {
      while (engine.committed() + 50 < n) {  // a sender that waits for its answers
        std::this_thread::yield();
      }
      receipts.push_back(
          engine.send(post(std::to_string(n), "Rouen"), {.cursor = std::to_string(n)}));
      for (; acknowledged < engine.committed(); ++acknowledged) {
        EXPECT_EQ(receipts[acknowledged]->kept, 1U) << acknowledged;
      }
      if (n % 100 == 0) {  // somebody waits for it, and it for what is under way
        changes += engine.pipeline->change({[](Store&) {}, [] {}, {}});
      }
    }
    while (engine.committed() < kEnvelopes) {
      std::this_thread::yield();
    }
    EXPECT_EQ(changes, kEnvelopes / 100);
  }
  disk.lose_unsynced();
  const TwoTowns again(disk);
  EXPECT_EQ(again.texts(kRouen).size(), kEnvelopes);
  EXPECT_EQ(again.cursor(), std::to_string(kEnvelopes));
}

}  // namespace
}  // namespace vigie
