#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "connectors/file_cursor.h"
#include "connectors/registry.h"
#include "engine/app/commands.h"
#include "engine/app/complain.h"
#include "engine/app/engine.h"
#include "engine/app/progress.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

constexpr const char* kConnector = "ingest";

std::string quoted(const std::string& text) {
  std::string json;
  JsonWriter(json).value(text);
  return json;
}

std::string path_of(const IngestOptions& options) {
  return options.input == "-" ? "-" : std::filesystem::absolute(options.input).string();
}

/// The settings of the one connector this command runs, as if they stood in the configuration: the
/// mapping, and below it what the call says.
std::optional<Settings> file_settings(const IngestOptions& options,
                                      std::vector<Problem>& problems) {
  std::string yaml;
  if (!options.mapping.empty()) {
    std::ifstream file(options.mapping, std::ios::binary);
    yaml.assign(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad()) {
      problems.push_back({options.mapping, 0, 0, "cannot be read"});
    }
  }
  yaml += "\nid: " + std::string(kConnector) + "\ntype: file\npath: " + quoted(path_of(options)) +
          "\nmode: " + options.mode + "\nforget_at_end: true\n";
  return Settings::parse(yaml, options.mapping.empty() ? "vigie ingest" : options.mapping,
                         problems);
}

/// Whether a run that was killed has read a part of the same.
bool goes_on(const Store& store, const IngestOptions& options) {
  const Result<std::optional<std::string>> cursor = store.cursor(kConnector);
  const auto at = cursor && *cursor ? parse_file_cursor(**cursor) : std::nullopt;
  std::error_code error;
  return at && at->path == std::filesystem::weakly_canonical(path_of(options), error);
}

void show_progress(const ConnectorStatus::Snapshot& status, std::optional<Progress>& progress) {
  constexpr std::uint64_t kUnitBytes = 1000;
  if (status.total_bytes == 0) {
    return;
  }
  if (!progress) {
    progress.emplace(status.total_bytes / kUnitBytes, "kB");
  }
  progress->reach(status.done_bytes / kUnitBytes);
}

/// Until everything is stored, or something cannot be read: the connector would try again for ever.
ConnectorStatus::Snapshot wait_for_end(const Sources& sources) {
  constexpr std::chrono::milliseconds kLook{50};
  const auto now = [&] { return sources.status(0).snapshot(); };
  std::optional<Progress> progress;
  while (!sources.finished() && now().state != ConnectorStatus::State::kWaiting) {
    show_progress(now(), progress);
    std::this_thread::sleep_for(kLook);
  }
  show_progress(now(), progress);
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
  if (!options.format.empty() && !mappings().contains(options.format)) {
    problems.push_back({"--format", 0, 0, "there is no format '" + options.format + "'"});
  }
  const std::string network = settings ? settings->text("network", problems, kConnector) : "";
  if (!config || !settings || !problems.empty()) {
    return usage(problems);
  }
  ConnectorConfig connector;
  connector.id = kConnector;
  connector.type = "file";
  connector.format = options.format;
  connector.network = network;
  connector.settings = *settings;
  if (!options.owned_by.empty()) {
    connector.owned_by = {options.owned_by};
  }
  config->connectors = {connector};
  for (auto& [town, settings] : config->town_settings) {
    settings.feeds.clear();
  }

  Log log;
  Result<std::unique_ptr<Engine>> engine = Engine::make(std::move(*config), log);
  if (!engine) {
    const Error& error = engine.error();
    return error.code == ErrorCode::kInvalidInput ? usage(error.text) : failed(error);
  }
  if (goes_on((*engine)->store(), options)) {
    std::fprintf(stderr, "vigie: goes on where an earlier run was stopped\n");
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
