#include "engine/ingest/inlet.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <thread>

namespace vigie {
namespace {

Envelope envelope(std::uint16_t connector, std::string_view bytes) {
  auto origin = std::make_shared<Origin>();
  origin->connector = connector;
  Envelope result;
  result.origin = origin;
  result.bytes = Payload(bytes);
  return result;
}

TEST(Inlet, CountsEachConnectorsEnvelopesFromOne) {
  WorkerInbox worker(8, 2);
  Inlet inlet({&worker}, 2);
  auto a = envelope(0, "a"), b = envelope(0, "b"), c = envelope(1, "c");
  EXPECT_EQ(inlet.offer(a), 1u);
  EXPECT_EQ(inlet.offer(b), 2u);
  EXPECT_EQ(inlet.offer(c), 1u);
}

TEST(Inlet, HandsEnvelopesToTheWorkersInTurn) {
  WorkerInbox first(8, 1), second(8, 1);
  Inlet inlet({&first, &second}, 1);
  for (int i = 0; i < 4; ++i) {
    auto one = envelope(0, "x");
    inlet.offer(one);
  }
  EXPECT_EQ(first.size(), 2u);
  EXPECT_EQ(second.size(), 2u);
  EXPECT_EQ(inlet.depth(), 4u);
  EXPECT_EQ(inlet.capacity(), 16u);
}

TEST(Inlet, WaitsForTheWorkerWhoseTurnItIs) {
  WorkerInbox slow(2, 1), quick(8, 1);
  Inlet inlet({&slow, &quick}, 1);
  for (int i = 0; i < 4; ++i) {
    auto one = envelope(0, "x");
    ASSERT_NE(inlet.offer(one), 0u);
  }
  auto fifth = envelope(0, "x");
  EXPECT_EQ(inlet.offer(fifth), 0u) << "or the results would come in another order";
  Envelope room;
  ASSERT_TRUE(slow.take(room));
  EXPECT_EQ(inlet.offer(fifth), 5u);
  EXPECT_EQ(quick.size(), 2u);
}

TEST(Inlet, TakesNothingWhileItIsHeldAndGoesOnWhereItWas) {
  WorkerInbox worker(8, 1);
  Inlet inlet({&worker}, 1);
  auto first = envelope(0, "x"), second = envelope(0, "y");
  EXPECT_EQ(inlet.offer(first), 1u);
  inlet.hold(true);
  EXPECT_EQ(inlet.offer(second), 0u);
  EXPECT_EQ(second.bytes.view(), "y");
  inlet.hold(false);
  EXPECT_EQ(inlet.offer(second), 2u);
}

TEST(Inlet, LeavesTheEnvelopeAndTheCountWhenItIsFull) {
  WorkerInbox worker(2, 1);
  Inlet inlet({&worker}, 1);
  for (int i = 0; i < 2; ++i) {
    auto one = envelope(0, "x");
    ASSERT_NE(inlet.offer(one), 0u);
  }
  auto third = envelope(0, "third");
  EXPECT_EQ(inlet.offer(third), 0u);
  EXPECT_EQ(third.bytes.view(), "third");
  Envelope room;
  ASSERT_TRUE(worker.take(room));
  EXPECT_EQ(inlet.offer(third), 3u) << "a refused envelope must not leave a hole in the sequence";
}

TEST(Inlet, IsBoundedInBytesToo) {
  WorkerInbox worker(64, 1);
  Inlet inlet({&worker}, 1);
  const std::string large(WorkerInbox::kMaxBytes + 1, 'x');
  auto first = envelope(0, large);
  EXPECT_EQ(inlet.offer(first), 1u) << "anything fits where nothing waits";
  auto second = envelope(0, "x");
  EXPECT_EQ(inlet.offer(second), 0u);
  Envelope room;
  ASSERT_TRUE(worker.take(room));
  EXPECT_EQ(inlet.offer(second), 2u);
}

/// How many envelopes of `bytes` the inlet takes of this connector before it refuses one.
std::size_t flood(Inlet& inlet, std::uint16_t connector, std::string_view bytes) {
  std::size_t taken = 0;
  for (auto one = envelope(connector, bytes); inlet.offer(one) != 0;) {
    one = envelope(connector, bytes);
    ++taken;
  }
  return taken;
}

TEST(Inlet, AFloodOfOneConnectorLeavesRoomForTheOthers) {
  WorkerInbox first(64, 4), second(64, 4);
  Inlet inlet({&first, &second}, 4);
  EXPECT_EQ(flood(inlet, 0, "x"), 66u) << "as much as it leaves free";
  EXPECT_EQ(flood(inlet, 1, "x"), 32u);
  for (int i = 0; i < 4; ++i) {
    auto calm = envelope(2, "x");
    EXPECT_NE(inlet.offer(calm), 0u) << "one that floods not finds room";
  }
  for (Envelope room; first.take(room) || second.take(room);) {
  }
  EXPECT_EQ(flood(inlet, 3, "x"), 66u) << "what is taken counts no more";
  EXPECT_NE(flood(inlet, 0, "x"), 0u);
}

TEST(Inlet, AFloodOfLargeOnesLeavesRoomToo) {
  WorkerInbox worker(64, 2);
  Inlet inlet({&worker}, 2);
  const std::string large(WorkerInbox::kMaxBytes / 16, 'x');
  EXPECT_EQ(flood(inlet, 0, large), 9u);
  EXPECT_EQ(flood(inlet, 1, large), 4u);
}

TEST(CommitLedger, ShowsWhatTheWriterWroteBeforeItPublished) {
  CommitLedger ledger(2);
  Receipt receipt;
  std::jthread writer([&] {
    receipt.kept = 7;
    ledger.publish(1, 42);
  });
  while (ledger.committed(1) != 42) {
    std::this_thread::yield();
  }
  EXPECT_EQ(receipt.kept, 7u);
  EXPECT_EQ(ledger.committed(0), 0u);
}

/// One ingest thread, two workers that sleep when idle: every envelope of every connector arrives
/// once.
TEST(Inlet, LosesNothingOverTwoSleepingWorkers) {
  constexpr std::uint64_t kEnvelopes = 60'000;
  constexpr std::size_t kConnectors = 3;
  WorkerInbox first(16, kConnectors), second(16, kConnectors);
  std::atomic<std::uint64_t> taken{0};
  std::array<std::map<std::size_t, std::vector<std::uint64_t>>, 2> seen;
  auto work = [&](WorkerInbox& inbox, std::map<std::size_t, std::vector<std::uint64_t>>& mine) {
    Envelope room;
    while (taken.load() < kEnvelopes) {
      const auto heard = inbox.bell().heard();
      if (!inbox.take(room)) {
        inbox.bell().wait(heard, std::chrono::milliseconds(50));
        continue;
      }
      mine[room.origin->connector].push_back(room.sequence);
      taken.fetch_add(1);
    }
  };
  std::jthread one([&] { work(first, seen[0]); });
  std::jthread two([&] { work(second, seen[1]); });
  Inlet inlet({&first, &second}, kConnectors);
  std::vector<std::shared_ptr<Origin>> origins;
  for (std::uint16_t i = 0; i < kConnectors; ++i) {
    origins.push_back(std::make_shared<Origin>());
    origins.back()->connector = i;
  }
  for (std::uint64_t i = 0; i < kEnvelopes; ++i) {
    Envelope next;
    next.origin = origins[i % kConnectors];
    next.bytes = Payload(std::string_view("mention"));
    while (inlet.offer(next) == 0) {
      std::this_thread::yield();
    }
  }
  one.join();
  two.join();
  for (std::size_t connector = 0; connector < kConnectors; ++connector) {
    std::vector<std::uint64_t> all;
    for (auto& worker : seen) {
      EXPECT_TRUE(std::ranges::is_sorted(worker[connector]));
      all.insert(all.end(), worker[connector].begin(), worker[connector].end());
    }
    std::ranges::sort(all);
    ASSERT_EQ(all.size(), kEnvelopes / kConnectors);
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(all[i], i + 1);
    }
  }
}

}  // namespace
}  // namespace vigie
