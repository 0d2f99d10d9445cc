// What the store costs per mention once it is judged: apply, commit and the syncs of a busy engine,
// reading back, and how long the writer has no time for others when a day outlived its time.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/corpus.h"
#include "engine/core/check.h"
#include "engine/store/rocks_key_value.h"
#include "engine/store/store.h"

namespace {

using namespace vigie;

constexpr std::size_t kPerBatch = 256;

std::unique_ptr<Store> fresh_store() {
  const std::string folder = std::filesystem::temp_directory_path() / "vigie_store_bench";
  std::filesystem::remove_all(folder);
  auto key_value = open_rocks(folder);
  check(key_value.has_value(), "the bench's folder can be opened");
  StoreOptions options;
  options.tenants = {"bench"};
  options.retention_days = {1};
  auto store = Store::open(std::move(*key_value), options);
  check(store.has_value(), "the bench's store can be opened");
  return std::move(*store);
}

/// One envelope's findings, as a worker hands them over.
Findings findings(std::uint64_t first, const Corpus& corpus, const Store& store,
                  const std::shared_ptr<const Catalogue>& catalogue) {
  Findings made;
  auto origin = std::make_shared<Origin>();
  origin->connector_id = "bench";
  made.origin = std::move(origin);
  made.catalogue = catalogue;
  const auto append = [&](std::string_view bytes) {
    const Piece piece{static_cast<std::uint32_t>(made.arena.size()),
                      static_cast<std::uint32_t>(bytes.size())};
    made.arena += bytes;
    return piece;
  };
  for (std::uint64_t i = 0; i < kPerBatch; ++i) {
    const std::string id = std::to_string(1'400'000'000'000'000'000 + first + i);
    const std::string text = corpus.text(first + i);
    Record record;
    record.mention.id = id;
    record.mention.source = "bench";
    record.mention.text = text;
    record.mention.created_at = record.received_at =
        Time(std::chrono::seconds(1'790'000'000) + std::chrono::milliseconds(7 * (first + i)));
    Finding finding;
    finding.mention = static_cast<std::uint32_t>(i);
    finding.id_hash = store.id_hasher()("bench", id);
    finding.created_at = finding.received_at = record.received_at;
    finding.has_author = record.has_author = true;
    record.author = {static_cast<unsigned char>(i), static_cast<unsigned char>(first >> 8)};
    finding.author = record.author;
    finding.source = append("bench");
    finding.id = append(id);
    std::string bytes;
    encode_record(record, bytes);
    finding.record = append(bytes);
    made.findings.push_back(finding);
  }
  return made;
}

void write_mentions(benchmark::State& state) {
  const Corpus corpus(read_texts(), 1);
  const auto store = fresh_store();
  const auto catalogue = std::make_shared<const Catalogue>();
  std::uint64_t first = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Findings batch = findings(first, corpus, *store, catalogue);
    first += kPerBatch;
    state.ResumeTiming();
    for (const Finding& finding : batch.findings) {
      store->apply(batch, finding);
    }
    store->commit();
    if (first % (64 * kPerBatch) == 0) {
      store->sync();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(first));
  state.counters["bytes/mention"] =
      static_cast<double>(store->stats().disk_bytes) / static_cast<double>(first);
}
BENCHMARK(write_mentions)->MeasureProcessCPUTime()->UseRealTime()->MinTime(3.0);

/// With so many mentions, all of one day; gives it.
Day fill(Store& store, std::uint64_t mentions) {
  const Corpus corpus(read_texts(), 1);
  const auto catalogue = std::make_shared<const Catalogue>();
  Day day = 0;
  for (std::uint64_t first = 0; first < mentions; first += kPerBatch) {
    const Findings batch = findings(first, corpus, store, catalogue);
    for (const Finding& finding : batch.findings) {
      store.apply(batch, finding);
    }
    store.commit();
    day = day_of(batch.findings.back().received_at);
  }
  store.sync();
  return day;
}

constexpr std::uint64_t kRead = 50'000;

void read_mentions(benchmark::State& state) {
  const auto store = fresh_store();
  fill(*store, kRead);
  std::size_t read = 0;
  for (auto _ : state) {
    const Result<void> done = store->scan(0, std::nullopt, 0, [&](const StoredMention& stored) {
      benchmark::DoNotOptimize(stored.record.mention.text.size());
      return ++read % kRead != 0;
    });
    check(done.has_value(), "the store can be read");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(read));
}
BENCHMARK(read_mentions)->Unit(benchmark::kMillisecond);

void read_facts(benchmark::State& state) {
  const auto store = fresh_store();
  fill(*store, kRead);
  std::size_t read = 0;
  for (auto _ : state) {
    const Result<void> done = store->scan_facts(0, std::nullopt, 0, [&](const MentionFact& fact) {
      benchmark::DoNotOptimize(fact.followers);
      return ++read % kRead != 0;
    });
    check(done.has_value(), "the store can be read");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(read));
}
BENCHMARK(read_facts)->Unit(benchmark::kMillisecond);

void expire_a_day(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const auto store = fresh_store();
    const Day day = fill(*store, static_cast<std::uint64_t>(state.range(0)));
    state.ResumeTiming();
    store->expire(day + 2);
    state.PauseTiming();
    check(store->stats().mentions == 0, "a day that has outlived its time is gone");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(expire_a_day)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(2)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
