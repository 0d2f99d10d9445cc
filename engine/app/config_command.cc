#include <cstdio>

#include "connectors/notifier_registry.h"
#include "engine/app/commands.h"
#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/app/sources.h"
#include "engine/store/memory_key_value.h"

namespace vigie {
namespace {

/// What only connectors and receivers understand of their settings: all are made, none is run.
/// A problem a line; empty if there is none.
std::string problems_of_parts(const Config& config) {
  std::string text;
  const SystemClock clock;
  for (const ReceiverConfig& receiver : config.receivers) {
    const auto made = notifier_types().find(receiver.type)->second(receiver.settings, clock, {});
    text += made ? "" : made.error().text + "\n";
  }
  MemoryDisk disk;
  const Result<std::unique_ptr<Store>> store = Store::open(disk.open(), StoreOptions{});
  if (!store) {
    return text + store.error().text + "\n";
  }
  WorkerInbox inbox(1);
  Inlet inlet({&inbox}, config.connectors.size());
  const CommitLedger ledger(config.connectors.size());
  Log log;
  const auto sources = Sources::make({config, inlet, ledger, **store, clock, log});
  return sources ? text : text + sources.error().text + "\n";
}

}  // namespace

int config_check(const ConfigCheckOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  std::string text;
  if (config) {
    text = problems_of_parts(*config);
    read_knowledge(config->rules_directory, config->tenants, problems);
  }
  if (!problems.empty()) {
    text += to_string(problems) + "\n";
  }
  if (!text.empty()) {
    std::fputs(text.c_str(), stderr);
    return kUsage;
  }
  std::printf("%s: %zu tenants, %zu connectors, %zu receivers, all well\n", options.config.c_str(),
              config->tenants.size(), config->connectors.size(), config->receivers.size());
  return kOk;
}

}  // namespace vigie
