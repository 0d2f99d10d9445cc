#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/engine.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

/// The settings of the one connector this command runs, as if they stood in the configuration.
std::optional<Settings> file_settings(const IngestOptions& options,
                                      std::vector<Problem>& problems) {
  const std::string path =
      options.input == "-" ? "-" : std::filesystem::absolute(options.input).string();
  std::string yaml;
  JsonWriter json(yaml);  // YAML contains JSON
  json.begin_object();
  json.key("id").value("ingest").key("type").value("file").key("path").value(path);
  json.key("mode").value(options.mode);
  json.key("resume").value(false);  // what another run read says nothing about this one
  json.end_object();
  return Settings::parse(yaml, "vigie ingest", problems);
}

void show_progress(const ConnectorStatus::Snapshot& status, bool last) {
  if (status.total_bytes == 0) {
    return;
  }
  const auto percent = static_cast<int>(100 * status.done_bytes / status.total_bytes);
  std::fprintf(stderr, "\r%3d %% of %.1f MB%s", percent,
               static_cast<double>(status.total_bytes) / 1e6, last ? "\n" : "");
}

/// Until everything is read, or something cannot be: the connector would try again for ever.
ConnectorStatus::Snapshot wait_for_end(const Sources& sources) {
  constexpr std::chrono::milliseconds kLook{50};
  const auto now = [&] { return sources.status(0).snapshot(); };
  while (!sources.finished() && now().state != ConnectorStatus::State::kWaiting) {
    show_progress(now(), false);
    std::this_thread::sleep_for(kLook);
  }
  show_progress(now(), true);
  return now();
}

Result<std::uint64_t> dead_letters_so_far(const Store& store) {
  return store.dead_letters(1).map([](const std::vector<DeadLetter>& newest) {
    return newest.empty() ? std::uint64_t{0} : newest.front().number + 1;
  });
}

ExitCode report(const Metrics::Sorted& sorted, std::uint64_t unreadable) {
  const auto number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  std::fprintf(stderr, "%llu mentions kept, %llu dropped, %llu known already, %llu unreadable%s\n",
               number(sorted.kept), number(sorted.dropped), number(sorted.duplicates),
               number(unreadable), unreadable == 0 ? "" : ": vigie query --dead-letters");
  return unreadable == 0 ? kOk : kInputHadProblems;
}

}  // namespace

int ingest(const IngestOptions& options) {
  std::vector<Problem> problems;
  std::optional<Config> config = read_config(options.config, problems);
  const std::optional<Settings> settings = file_settings(options, problems);
  if (options.input != "-" && !std::filesystem::exists(options.input)) {
    problems.push_back({options.input, 0, 0, "is not there"});
  }
  if (config && !options.owned_by.empty() &&
      std::ranges::find(config->tenants, options.owned_by, &Tenant::id) == config->tenants.end()) {
    problems.push_back({"--owned-by", 0, 0, "there is no tenant '" + options.owned_by + "'"});
  }
  if (!config || !settings || !problems.empty()) {
    return usage(problems);
  }
  ConnectorConfig connector;
  connector.id = "ingest";
  connector.type = "file";
  connector.network = "ingest";
  connector.settings = *settings;
  if (!options.owned_by.empty()) {
    connector.owned_by = {options.owned_by};
  }
  config->connectors = {connector};

  Log log;
  Result<std::unique_ptr<Engine>> engine = Engine::make(std::move(*config), log);
  if (!engine) {
    return failed(engine.error());
  }
  const Result<std::uint64_t> before = dead_letters_so_far((*engine)->store());
  (*engine)->start();
  const ConnectorStatus::Snapshot end = wait_for_end((*engine)->sources());
  (*engine)->stop();
  const Result<std::uint64_t> after = dead_letters_so_far((*engine)->store());
  if (!before || !after) {
    return failed((before ? after : before).error());
  }
  const ExitCode code = report((*engine)->metrics().sorted_so_far(0), *after - *before);
  if (end.state == ConnectorStatus::State::kWaiting) {
    std::fprintf(stderr, "vigie: %s\n", end.detail.c_str());
    return kFailed;
  }
  return code;
}

}  // namespace vigie
