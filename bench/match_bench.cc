// Fold and match of fresh posts against 100, 1,000 and 10,000 rules.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/corpus.h"
#include "engine/core/check.h"
#include "engine/match/matcher.h"
#include "engine/parse/text_folder.h"

namespace {

using namespace vigie;

constexpr std::size_t kFreshPosts = 200'000;

/// Two-word phrases of real posts and words of other posts beside them: rules that hit now and
/// then.
Pack pack_of(std::size_t rules, const Corpus& corpus) {
  Pack pack;
  pack.name = pack.file = "bench";
  for (std::size_t i = 0; i < rules; ++i) {
    const std::vector<std::string> one = TextFolder::fold_phrase(corpus.text(~i));
    const std::vector<std::string> two = TextFolder::fold_phrase(corpus.text(~i - rules));
    if (one.size() < 4 || two.size() < 4) {
      continue;
    }
    const auto phrase = [](std::string text) {
      Condition condition;
      condition.text = std::move(text);
      return condition;
    };
    Condition near;
    near.op = Condition::Op::kNear;
    near.distance = 5;
    near.children = {phrase(one[0]), phrase(two[1])};
    Rule rule;
    rule.id = "r" + std::to_string(i);
    rule.topic = "t" + std::to_string(i % 50);
    rule.condition.op = Condition::Op::kAny;
    rule.condition.children = {phrase(one[1] + " " + one[2]), phrase(two[2] + " " + two[3]), near};
    pack.rules.push_back(std::move(rule));
  }
  return pack;
}

void fold_and_match(benchmark::State& state) {
  static const Corpus corpus(read_texts(), 1);
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> fresh;
    for (std::size_t i = 0; i < kFreshPosts; ++i) {
      fresh.push_back(corpus.text(i));
    }
    return fresh;
  }();
  Tenant tenant;
  tenant.id = "bench";
  tenant.packs = {"bench"};
  Catalogue catalogue;
  std::vector<Problem> problems;
  const auto rules = RuleSet::compile({pack_of(static_cast<std::size_t>(state.range(0)), corpus)},
                                      {tenant}, TextFolder::fold_phrase, catalogue, problems);
  check(rules != nullptr, "the rules compile");
  Matcher matcher(rules);
  TextFolder folder;
  FoldedText folded;
  Matches matches;
  std::size_t next = 0, hits = 0;
  for (auto _ : state) {
    Mention mention;
    mention.text = texts[next++ % texts.size()];
    folder.fold({}, mention.text, folded);
    matcher.match(mention, folded, matches);
    hits += matches.matches.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["hits/post"] =
      benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}
BENCHMARK(fold_and_match)->Arg(0)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kNanosecond);

void compile_rules(benchmark::State& state) {
  const Corpus corpus(read_texts(), 1);
  const Pack pack = pack_of(static_cast<std::size_t>(state.range(0)), corpus);
  Tenant tenant;
  tenant.id = "bench";
  tenant.packs = {"bench"};
  for (auto _ : state) {
    Catalogue catalogue;
    std::vector<Problem> problems;
    benchmark::DoNotOptimize(
        RuleSet::compile({pack}, {tenant}, TextFolder::fold_phrase, catalogue, problems));
  }
}
BENCHMARK(compile_rules)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
