#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <thread>

#include "engine/ingest/doorbell.h"
#include "engine/ingest/inlet.h"
#include "engine/ingest/ring.h"

namespace vigie {
namespace {

/// What the ring itself costs, without a second thread: batches of `range` in and out.
void RingPushPop(benchmark::State& state) {
  Ring<std::uint64_t> ring(1024);
  std::vector<std::uint64_t> batch(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(ring.push(std::span(batch)));
    benchmark::DoNotOptimize(ring.pop(std::span(batch)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(RingPushPop)->Arg(1)->Arg(32)->Arg(256);

/// Two threads, batches of `range`, both sleeping on doorbells when they cannot go on: as ingest
/// and worker do.
void RingBetweenThreads(benchmark::State& state) {
  Ring<std::uint64_t> ring(1024);
  Doorbell filled, emptied;
  std::atomic<bool> stop{false};
  const auto size = static_cast<std::size_t>(state.range(0));
  std::jthread reader([&] {
    std::vector<std::uint64_t> room(size);
    while (!stop.load(std::memory_order_relaxed)) {
      const auto heard = filled.heard();
      if (ring.pop(std::span(room)) == 0) {
        filled.wait(heard, std::chrono::milliseconds(10));
        continue;
      }
      emptied.ring();
    }
  });
  std::vector<std::uint64_t> batch(size);
  for (auto _ : state) {
    std::span<std::uint64_t> left(batch);
    while (!left.empty()) {
      const auto heard = emptied.heard();
      const std::size_t sent = ring.push(left);
      left = left.subspan(sent);
      if (sent == 0) {
        emptied.wait(heard, std::chrono::milliseconds(10));
        continue;
      }
      filled.ring();
    }
  }
  stop = true;
  filled.ring();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(RingBetweenThreads)->Arg(1)->Arg(32)->Arg(256)->UseRealTime();

/// An envelope of `range` bytes through the inlet: what a connector pays for each.
void InletOffer(benchmark::State& state) {
  WorkerInbox worker(1024, 1);
  Inlet inlet({&worker}, 1);
  const auto origin = std::make_shared<const Origin>();
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  Envelope room;
  for (auto _ : state) {
    Envelope envelope;
    envelope.origin = origin;
    envelope.bytes = Payload(std::string_view(bytes));
    benchmark::DoNotOptimize(inlet.offer(envelope));
    worker.take(room);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(InletOffer)->Arg(900)->Arg(256 << 10);

}  // namespace
}  // namespace vigie

BENCHMARK_MAIN();
