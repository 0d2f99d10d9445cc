// What reading costs, over real posts where they are there: folding by the plain and by the vector
// way; canonical mentions against a plain simdjson loop that takes the same fields and checks
// nothing.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/parse/canonical.h"
#include "engine/parse/text_folder.h"

namespace {

/// NDJSON lines, unpacked by zcat: real posts, or made ones where those are not there.
const std::vector<std::string>& lines() {
  static const std::vector<std::string> lines = [] {
    std::vector<std::string> read;
    const std::string command =
        "zcat " VIGIE_SOURCE_DIR "/../shared/data/replay_fr/posts_100k.ndjson.gz 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::vector<char> line(1 << 16);
    while (pipe && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get())) {
      read.emplace_back(line.data());
    }
    for (int i = 0; read.size() < 10000; ++i) {
      read.push_back(R"({"id":")" + std::to_string(i) +
                     R"(","source":"x","text":"Fuite d'eau près de l'école, rue de l'Église… )" +
                     R"(personne ne répond ! Déjà la deuxième fois cette année. #Techniville"})"
                     "\n");
    }
    return read;
  }();
  return lines;
}

/// The texts, cut out roughly: folding does not mind an escape left in.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> cut;
    for (const std::string& line : lines()) {
      const std::size_t start = line.find("\"text\": \"");
      const std::size_t from = start == line.npos ? line.find("\"text\":\"") + 8 : start + 9;
      const std::string text = line.substr(from, line.rfind('"') - from);
      if (text.size() >= 197 && text.size() <= 237) {
        cut.push_back(text);
      }
    }
    while (cut.size() < 1000) {
      cut.push_back(lines()[cut.size()].substr(0, 130));
    }
    return cut;
  }();
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

/// Envelopes of 256 lines.
const std::vector<vigie::Envelope>& envelopes() {
  static const std::vector<vigie::Envelope> envelopes = [] {
    std::vector<vigie::Envelope> made;
    for (std::size_t i = 0; i + 256 <= lines().size(); i += 256) {
      std::string bytes;
      for (std::size_t line = i; line < i + 256; ++line) {
        bytes += lines()[line];
      }
      made.emplace_back().bytes = vigie::Payload(bytes);
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
    std::string_view rest = envelopes()[next].bytes.view();
    for (; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
      const std::size_t size = rest.find('\n');
      auto document =
          parser.iterate(rest.data(), size, size + vigie::Payload::kPaddingBytes).value_unsafe();
      vigie::Mention mention;
      for (auto field : document.get_object()) {
        const std::string_view key = field.unescaped_key().value_unsafe();
        std::string_view& into = key == "id"       ? mention.id
                                 : key == "source" ? mention.source
                                 : key == "lang"   ? mention.language
                                                   : mention.text;
        into = field.value().get_string().value_unsafe();
      }
      counter.mention(mention);
    }
    next = (next + 1) % envelopes().size();
  }
  benchmark::DoNotOptimize(counter.text_bytes);
  report(state, counter);
}
BENCHMARK(ReadPlainSimdjson);

}  // namespace

BENCHMARK_MAIN();
