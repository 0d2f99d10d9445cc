// The whole engine against what the machine allows: distinct posts from memory through rings,
// workers and the writer into a synced store, side by side with the limit of bench/limit.h, round
// by round in one run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/corpus.h"
#include "bench/limit.h"
#include "connectors/registry.h"
#include "engine/app/data_folder.h"
#include "engine/app/library.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/pipeline_threads.h"

namespace {

using namespace vigie;

struct Options {
  std::size_t posts = 1'000'000, posts_per_envelope = 64, workers = 2, rounds = 3;
  std::size_t limit_stores = 0;  ///< 0: as many as `posts`
  std::uint64_t seed = 1;
  std::string folder = "build/bench-data";
  ReadWay way = ReadWay::kMemory;            ///< of the limit; the engine here reads memory
  StoreLayout layout = StoreLayout::kRocks;  ///< of the limit
  bool limit_only = false;
};

template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().text);
  }
  return std::move(*result);
}

struct Run {
  double seconds = 0, cpu_us = 0;  ///< CPU of the whole process, per post
  std::uint64_t stored = 0, disk_bytes = 0;
};

Config config_of(const Options& options) {
  Config config;
  config.data_directory = options.folder + "/engine";
  config.rules_directory = VIGIE_SOURCE_DIR "/rules";
  Tenant tenant;
  tenant.id = "bench";
  tenant.keep_all = true;
  tenant.retention_days = 36'500;
  tenant.packs = {"municipal_fr"};
  tenant.variables["commune"] = {"Techniville"};
  config.tenants = {tenant};
  return config;
}

/// Posts as a connector hands them over. They lie in memory beforehand: taking them is part neither
/// of the limit nor of the engine.
std::vector<Payload> make_payloads(const Options& options, const Corpus& corpus) {
  std::vector<Payload> payloads;
  for (std::size_t first = 0; first < options.posts; first += options.posts_per_envelope) {
    payloads.emplace_back(
        corpus.envelope(first, std::min(options.posts_per_envelope, options.posts - first)));
  }
  return payloads;
}

/// Until everything is durable.
Run run_engine(const Options& options, std::vector<Payload> payloads) {
  const Config config = config_of(options);
  std::filesystem::remove_all(config.data_directory);
  std::filesystem::create_directories(config.data_directory);
  std::vector<Problem> problems;
  const auto knowledge = read_knowledge(config.rules_directory, config.tenants, problems);
  if (!knowledge) {
    throw std::runtime_error(to_string(problems));
  }
  const std::unique_ptr<Store> store = must(open_store(config, StoreAccess::kReadWrite));
  const KnowledgeShelf shelf(knowledge);
  const TenantPolicy policy(config.tenants);
  const Pseudonymiser pseudonyms({TenantKey{}});
  const SystemClock clock;
  Metrics metrics({.connectors = {"bench"}, .tenants = {"bench"}, .receivers = {}});
  const MappingFactories formats = mappings();
  const std::unique_ptr<AlertRaiser> alerts =
      must(AlertRaiser::recall(*store, policy, clock, metrics));
  const std::unique_ptr<StoryTeller> stories = must(StoryTeller::recall(*store, policy));
  Pipeline pipeline({.store = *store,
                     .mappings = formats,
                     .policy = policy,
                     .pseudonyms = pseudonyms,
                     .shelf = shelf,
                     .clock = clock,
                     .metrics = metrics,
                     .alerts = *alerts,
                     .stories = *stories,
                     .connectors = 1,
                     .workers = options.workers});
  auto origin = std::make_shared<Origin>();
  origin->connector_id = origin->network = "bench";
  origin->format = "canonical";

  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  const PipelineThreads threads(pipeline);
  for (Payload& payload : payloads) {
    Envelope envelope;
    envelope.origin = origin;
    envelope.bytes = std::move(payload);
    envelope.received_at = clock.now();
    while (pipeline.inlet().offer(envelope) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // of what waits for 100
    }
  }
  while (pipeline.ledger().committed(0) != payloads.size()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Run run;
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.cpu_us = (cpu_seconds() - cpu) * 1e6 / static_cast<double>(options.posts);
  run.stored = store->stats().mentions;
  run.disk_bytes = store->stats().disk_bytes;
  return run;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int run(const Options& options) {
  const Corpus corpus(read_texts(), options.seed);
  const double cores = std::min(2U, std::max(1U, std::thread::hardware_concurrency()));
  std::printf("%zu posts, seed %llu, %zu a batch; figures for %.0f cores\n", options.posts,
              static_cast<unsigned long long>(options.seed), options.posts_per_envelope, cores);
  std::vector<double> ratios, bare_ratios;
  for (std::size_t round = 1; round <= options.rounds; ++round) {
    std::vector<Payload> payloads = make_payloads(options, corpus);
    std::vector<std::string_view> envelopes;
    std::ranges::transform(payloads, std::back_inserter(envelopes), &Payload::view);
    const Limit limit = measure_limit(
        envelopes, options.posts, options.limit_stores == 0 ? options.posts : options.limit_stores,
        options.folder + "/limit", options.way, options.layout);
    std::printf(
        "round %zu  limit: read %.2f + sign %.2f + parse %.2f + fold %.2f + match %.2f + classify "
        "%.2f + "
        "store %.2f = %.2f us CPU/post, %.0f posts/s; nothing judged %.2f us\n",
        round, limit.read_us, limit.sign_us, limit.parse_us, limit.fold_us, limit.match_us,
        limit.classify_us, limit.store_us, limit.total_us(), cores * 1e6 / limit.total_us(),
        limit.bare_us());
    std::fflush(stdout);
    if (options.limit_only) {
      continue;
    }
    const Run engine = run_engine(options, std::move(payloads));
    if (engine.stored != options.posts) {
      std::printf("FAIL %llu posts are stored\n", static_cast<unsigned long long>(engine.stored));
      return 1;
    }
    const double per_s = static_cast<double>(options.posts) / engine.seconds;
    ratios.push_back(per_s * limit.total_us() / (cores * 1e6));
    bare_ratios.push_back(per_s * limit.bare_us() / (cores * 1e6));
    std::printf(
        "round %zu  engine: %.0f posts/s, %.2f us CPU/post, %.0f bytes/post on disk: %.1f %% of "
        "the limit (%.1f %% by CPU time); nothing judged %.1f %% (%.1f %%)\n",
        round, per_s, engine.cpu_us,
        static_cast<double>(engine.disk_bytes) / static_cast<double>(options.posts),
        100 * ratios.back(), 100 * limit.total_us() / engine.cpu_us, 100 * bare_ratios.back(),
        100 * limit.bare_us() / engine.cpu_us);
    std::fflush(stdout);
  }
  std::filesystem::remove_all(options.folder);
  if (!ratios.empty()) {
    std::printf("median: %.1f %% of the limit, %.1f %% of it without judging\n",
                100 * median(ratios), 100 * median(bare_ratios));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Vigie from end to end against the limit of the machine.");
  app.add_option("--posts", options.posts)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--posts-per-envelope", options.posts_per_envelope)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--workers", options.workers)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--folder", options.folder, "on the disk that is to be measured")
      ->capture_default_str();
  app.add_flag("--limit-only", options.limit_only);
  app.add_option("--limit-stores", options.limit_stores,
                 "posts that the limit stores, if not as many");
  const std::map<std::string, ReadWay> ways = {
      {"memory", ReadWay::kMemory}, {"pipe", ReadWay::kPipe}, {"socket", ReadWay::kSocket}};
  app.add_option("--read", options.way, "where the limit's posts come from; the engine's are here")
      ->transform(CLI::CheckedTransformer(ways));
  const std::map<std::string, StoreLayout> layouts = {{"rocks", StoreLayout::kRocks},
                                                      {"log", StoreLayout::kSegmentLog}};
  app.add_option("--layout", options.layout, "how the limit stores; the engine: RocksDB")
      ->transform(CLI::CheckedTransformer(layouts));
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
