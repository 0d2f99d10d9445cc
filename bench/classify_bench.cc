// What a verdict costs once a mention is folded and matched: tone word by word, the rules'
// evidence, the learned weights, calibration.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "engine/classify/classifier.h"
#include "engine/core/check.h"
#include "engine/parse/text_folder.h"

namespace {

struct Work {
  Work() {
    std::vector<vigie::Problem> problems;
    lexicons = vigie::read_lexicons(VIGIE_SOURCE_DIR "/rules/lexicons",
                                    vigie::TextFolder::fold_phrase, *catalogue, problems);
    vigie::check(lexicons != nullptr, "the shipped lexicons are sound");
    vigie::Result<vigie::Models> read = vigie::read_models(VIGIE_SOURCE_DIR "/rules/models");
    vigie::check(read.has_value(), "the shipped models are sound");
    models = std::make_shared<const vigie::Models>(std::move(*read));
    const vigie::TextFolder folder;
    texts = vigie::read_texts();
    folded.resize(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      folder.fold({}, texts[i], folded[i]);
    }
  }
  std::shared_ptr<vigie::Catalogue> catalogue = std::make_shared<vigie::Catalogue>();
  std::shared_ptr<const vigie::Lexicons> lexicons;
  std::shared_ptr<const vigie::Models> models;
  std::vector<std::string> texts;
  std::vector<vigie::FoldedText> folded;
};

const Work& work() {
  static const Work work;
  return work;
}

/// `matched`: rules that each text fulfils, two spans each.
void classify(benchmark::State& state) {
  const Work& given = work();
  auto catalogue = std::make_shared<vigie::Catalogue>(*given.catalogue);
  vigie::Matches matches;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(state.range(0)); ++i) {
    vigie::RuleInfo rule;
    rule.name = i;
    rule.kind = i % 2 == 0 ? vigie::RuleKind::kTopic : vigie::RuleKind::kUrgency;
    rule.weight = 100;
    catalogue->rules.push_back(rule);
    matches.matches.push_back({i, 2 * i, 2});
    matches.spans.push_back({{vigie::Field::kText, 3 * i, 3 * i + 2}, 0, 0});
    matches.spans.push_back({{vigie::Field::kText, i, i + 1}, 0, 0});
  }
  vigie::Classifier classifier(catalogue, given.lexicons, given.models);
  vigie::Verdict verdict;
  verdict.language[0] = 'f';
  verdict.language[1] = 'r';
  std::size_t next = 0, bytes = 0, evidence = 0;
  for (auto _ : state) {
    classifier.classify(given.folded[next], matches, verdict);
    benchmark::DoNotOptimize(verdict.tone_score);
    bytes += given.texts[next].size();
    evidence += verdict.evidence.size();
    next = next + 1 == given.texts.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["evidence"] =
      benchmark::Counter(static_cast<double>(evidence), benchmark::Counter::kAvgIterations);
}
BENCHMARK(classify)->ArgName("matched")->Arg(0)->Arg(4)->Arg(16);

}  // namespace

BENCHMARK_MAIN();
