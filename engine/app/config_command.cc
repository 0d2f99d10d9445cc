#include <cstdio>

#include "engine/app/commands.h"
#include "engine/app/config.h"
#include "engine/app/library.h"

namespace vigie {

int config_check(const ConfigCheckOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  if (config) {
    read_knowledge(config->rules_directory, config->tenants, problems);
  }
  if (!problems.empty()) {
    std::fprintf(stderr, "%s\n", to_string(problems).c_str());
    return kUsage;
  }
  std::printf("%s: %zu tenants, %zu connectors, %zu receivers, all well\n", options.config.c_str(),
              config->tenants.size(), config->connectors.size(), config->receivers.size());
  return kOk;
}

}  // namespace vigie
