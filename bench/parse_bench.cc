// What reading costs, over real texts: folding by the plain and by the vector way; canonical
// mentions against a plain simdjson loop that checks nothing.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/corpus.h"
#include "bench/plain_reader.h"
#include "engine/parse/canonical.h"
#include "engine/parse/text_folder.h"

namespace {

const std::vector<std::string>& texts() {
  static const std::vector<std::string> texts = vigie::read_texts();
  return texts;
}

void fold(benchmark::State& state, vigie::FoldAscii way) {
  const vigie::TextFolder folder(way);
  vigie::FoldedText folded;
  std::size_t next = 0, bytes = 0, words = 0;
  for (auto _ : state) {
    const std::string& text = texts()[next];
    next = next + 1 == texts().size() ? 0 : next + 1;
    folder.fold({}, text, folded);
    benchmark::DoNotOptimize(folded.tokens.data());
    bytes += text.size();
    words += folded.tokens.size();
  }
  const auto posts = static_cast<double>(state.iterations());
  state.counters["bytes_per_post"] = static_cast<double>(bytes) / posts;
  state.counters["words_per_post"] = static_cast<double>(words) / posts;
}

void FoldPlain(benchmark::State& state) { fold(state, vigie::fold_ascii_scalar); }
void FoldVector(benchmark::State& state) { fold(state, vigie::fold_ascii_avx2); }
BENCHMARK(FoldPlain);
BENCHMARK(FoldVector);

/// Forty of 256 posts each.
const std::vector<vigie::Envelope>& envelopes() {
  static const std::vector<vigie::Envelope> envelopes = [] {
    const vigie::Corpus corpus(texts(), 1);
    std::vector<vigie::Envelope> made;
    for (std::size_t i = 0; i < 40; ++i) {
      made.emplace_back().bytes = vigie::Payload(corpus.envelope(i * 256, 256));
    }
    return made;
  }();
  return envelopes;
}

struct Counter final : vigie::MentionSink {
  void mention(const vigie::Mention& mention) override {
    ++mentions;
    text_bytes += mention.text.size();
  }
  void reject(vigie::RejectReason, std::string_view, std::string_view) override { ++rejects; }
  std::size_t mentions = 0, rejects = 0, text_bytes = 0;
};

void report(benchmark::State& state, const Counter& counter) {
  state.counters["rejects"] = static_cast<double>(counter.rejects);
  state.counters["seconds_per_mention"] =
      benchmark::Counter(static_cast<double>(counter.mentions),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void ReadCanonical(benchmark::State& state) {
  const auto mapping = vigie::make_canonical_mapping(vigie::Requirement::kIngest);
  Counter counter;
  std::size_t next = 0;
  for (auto _ : state) {
    mapping->map(envelopes()[next], counter);
    next = (next + 1) % envelopes().size();
  }
  benchmark::DoNotOptimize(counter.text_bytes);
  report(state, counter);
}
BENCHMARK(ReadCanonical);

void ReadPlainSimdjson(benchmark::State& state) {
  simdjson::ondemand::parser parser;
  Counter counter;
  std::size_t next = 0;
  for (auto _ : state) {
    vigie::read_posts(envelopes()[next].bytes.view(), parser, [&](const vigie::Post& post) {
      ++counter.mentions;
      counter.text_bytes += post.text.size();
    });
    next = (next + 1) % envelopes().size();
  }
  benchmark::DoNotOptimize(counter.text_bytes);
  report(state, counter);
}
BENCHMARK(ReadPlainSimdjson);

}  // namespace

BENCHMARK_MAIN();
