// Fresh posts against 100, 1,000 and 10,000 rules of ten towns: Vigie, and what others offer for
// the same. All fold first; the others look at the folded text, which spares them case and accents.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <re2/re2.h>
#include <re2/set.h>
#ifdef VIGIE_HYPERSCAN
#include <hs/hs.h>
#endif

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "bench/match_rules.h"
#include "engine/classify/classifier.h"
#include "engine/core/check.h"
#include "engine/core/json_writer.h"
#include "engine/core/verdict_json.h"
#include "engine/match/matcher.h"
#include "engine/parse/text_folder.h"

namespace {

using namespace vigie;

constexpr std::size_t kFreshPosts = 200'000;
constexpr std::int64_t kMaxSetBytes = 512 << 20;

const Corpus& corpus() {
  static const Corpus corpus(read_texts(), 1);
  return corpus;
}

const std::vector<std::string>& posts() {
  static const std::vector<std::string> posts = [] {
    std::vector<std::string> fresh;
    for (std::size_t i = 0; i < kFreshPosts; ++i) {
      fresh.push_back(corpus().text(i));
    }
    return fresh;
  }();
  return posts;
}

const MatchRules& rules_of(std::int64_t count, std::int64_t towns = 10) {
  static std::map<std::pair<std::int64_t, std::int64_t>, MatchRules> made;
  const auto known = made.find({count, towns});
  return known != made.end()
             ? known->second
             : made.emplace(std::pair(count, towns),
                            make_match_rules(static_cast<std::size_t>(count),
                                             static_cast<std::size_t>(towns), corpus()))
                   .first->second;
}

/// Folds post after post and hands each to `match`, which says how many rules hold.
template <class Match>
void run(benchmark::State& state, const std::vector<std::string>& texts, Match&& match) {
  TextFolder folder;
  FoldedText folded;
  std::size_t next = 0, hits = 0, hit_posts = 0;
  for (auto _ : state) {
    const std::string& text = texts[next++ % texts.size()];
    folder.fold({}, text, folded);
    const std::size_t found = match(text, folded);
    hits += found;
    hit_posts += found != 0 ? 1U : 0U;
  }
  state.SetItemsProcessed(state.iterations());
  const auto per_post = [](std::size_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
  };
  state.counters["hits/post"] = per_post(hits);
  state.counters["posts hit"] = per_post(hit_posts);
}

std::shared_ptr<const RuleSet> compile(const MatchRules& made, Catalogue& catalogue) {
  std::vector<Problem> problems;
  auto rules =
      RuleSet::compile({made.pack}, made.tenants, TextFolder::fold_phrase, catalogue, problems);
  check(rules != nullptr, "the rules compile");
  return rules;
}

void vigie_match(benchmark::State& state) {
  Catalogue catalogue;
  const auto heap = [] { return static_cast<double>(mallinfo2().uordblks); };
  const MatchRules& made = rules_of(state.range(0), state.range(1));
  const double before = heap();
  Matcher matcher(compile(made, catalogue));
  state.counters["MB of rules"] = (heap() - before) / 1e6;
  Matches matches;
  run(state, posts(), [&](const std::string& text, const FoldedText& folded) {
    Mention mention;
    mention.text = text;
    matcher.match(mention, folded, matches);
    return matches.matches.size();
  });
}
BENCHMARK(vigie_match)
    ->ArgNames({"rules", "towns"})
    ->Args({0, 1})
    ->ArgsProduct({{100, 1'000, 10'000}, {1, 10, 100}})
    ->Args({900, 1'000});  // of 90,000 compiled rules; 100,000 are the bound

/// The whole verdict with its evidence, by the shipped lexicons and models.
class Verdicts {
 public:
  explicit Verdicts(std::int64_t rules)
      : catalogue_(std::make_shared<Catalogue>()),
        matcher_(compile(rules_of(rules), *catalogue_)),
        classifier_(make_classifier()) {
    verdict_.language[0] = 'f';
    verdict_.language[1] = 'r';
  }

  std::size_t judge(const std::string& text, const FoldedText& folded) {
    Mention mention;
    mention.text = text;
    matcher_.match(mention, folded, matches_);
    classifier_.classify(folded, matches_, verdict_);
    return matches_.matches.size();
  }

  void write(const std::string& text, std::string& line) const {
    Mention mention;
    mention.text = text;
    line.clear();
    JsonWriter json(line);
    write_verdict_line(mention, verdict_, *catalogue_, {}, json);
  }

 private:
  Classifier make_classifier() const {
    std::vector<Problem> problems;
    const auto lexicons = read_lexicons(VIGIE_SOURCE_DIR "/rules/lexicons", TextFolder::fold_phrase,
                                        *catalogue_, problems);
    Result<Models> models = read_models(VIGIE_SOURCE_DIR "/rules/models");
    check(lexicons && models, "the shipped lexicons and models are sound");
    return Classifier(catalogue_, lexicons, std::make_shared<const Models>(std::move(*models)));
  }

  std::shared_ptr<Catalogue> catalogue_;
  Matcher matcher_;
  Classifier classifier_;
  Matches matches_;
  Verdict verdict_;
};

/// with_json: and its line.
void vigie_verdict(benchmark::State& state) {
  Verdicts verdicts(state.range(0));
  std::string line;
  run(state, posts(), [&](const std::string& text, const FoldedText& folded) {
    const std::size_t found = verdicts.judge(text, folded);
    if (state.range(1) != 0) {
      verdicts.write(text, line);
    }
    return found;
  });
}
BENCHMARK(vigie_verdict)->ArgNames({"rules", "with_json"})->Args({1'000, 0})->Args({1'000, 1});

/// The same of texts of one length: real posts one behind the other, cut at a word.
void vigie_length(benchmark::State& state) {
  Verdicts verdicts(1'000);
  std::vector<std::string> texts;
  const auto length = static_cast<std::size_t>(state.range(0));
  for (std::size_t next = 0; texts.size() < kFreshPosts / 10;) {
    std::string text;
    while (text.size() < length) {
      text += corpus().text(next++) + " ";
    }
    texts.push_back(text.substr(0, text.rfind(' ', length)));
  }
  run(state, texts, [&](const std::string& text, const FoldedText& folded) {
    return verdicts.judge(text, folded);
  });
}
BENCHMARK(vigie_length)->ArgName("bytes")->RangeMultiplier(2)->Range(64, 8'192);

#ifdef VIGIE_HYPERSCAN
void hyperscan(benchmark::State& state) {
  const MatchRules& made = rules_of(state.range(0));
  std::vector<const char*> expressions;
  std::vector<unsigned> numbers;
  for (const std::string& expression : made.expressions) {
    expressions.push_back(expression.c_str());
    numbers.push_back(static_cast<unsigned>(numbers.size()));
  }
  const std::vector<unsigned> flags(expressions.size(), HS_FLAG_SINGLEMATCH);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_scratch_t* scratch = nullptr;
  check(hs_compile_multi(expressions.data(), flags.data(), numbers.data(),
                         static_cast<unsigned>(expressions.size()), HS_MODE_BLOCK, nullptr,
                         &database, &error) == HS_SUCCESS,
        "Hyperscan takes the expressions");
  check(hs_alloc_scratch(database, &scratch) == HS_SUCCESS, "Hyperscan has scratch memory");
  run(state, posts(), [&](const std::string&, const FoldedText& folded) {
    std::size_t found = 0;
    const auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* found) {
      ++*static_cast<std::size_t*>(found);
      return 0;
    };
    hs_scan(database, folded.bytes.data(), static_cast<unsigned>(folded.bytes.size()), 0, scratch,
            count, &found);
    return found;
  });
  hs_free_scratch(scratch);
  hs_free_database(database);
}
BENCHMARK(hyperscan)->Arg(100)->Arg(1'000);
#endif

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_max_mem(kMaxSetBytes);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  return options;
}

void re2_set(benchmark::State& state) {
  re2::RE2::Set set(options(), re2::RE2::UNANCHORED);
  for (const std::string& expression : rules_of(state.range(0)).expressions) {
    check(set.Add(expression, nullptr) >= 0, "RE2 takes the expression");
  }
  check(set.Compile(), "RE2::Set compiles");
  std::vector<int> found;
  run(state, posts(), [&](const std::string&, const FoldedText& folded) {
    set.Match(folded.bytes, &found);
    return found.size();
  });
}
BENCHMARK(re2_set)->Arg(100)->Arg(1'000);

/// So slow that a run sees only some hundred posts.
void re2_one_by_one(benchmark::State& state) {
  std::vector<std::unique_ptr<re2::RE2>> all;
  for (const std::string& expression : rules_of(state.range(0)).expressions) {
    all.push_back(std::make_unique<re2::RE2>(expression, options()));
  }
  run(state, posts(), [&](const std::string&, const FoldedText& folded) {
    std::size_t found = 0;
    for (const auto& expression : all) {
      found += re2::RE2::PartialMatch(folded.bytes, *expression) ? 1U : 0U;
    }
    return found;
  });
}
BENCHMARK(re2_one_by_one)->Arg(100)->Arg(1'000);

void compile_rules(benchmark::State& state) {
  const MatchRules& made = rules_of(state.range(0));
  for (auto _ : state) {
    Catalogue catalogue;
    benchmark::DoNotOptimize(compile(made, catalogue));
  }
}
BENCHMARK(compile_rules)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
