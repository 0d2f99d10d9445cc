#include <cstdio>

#include "engine/app/commands.h"
#include "engine/app/config.h"
#include "engine/app/library.h"
#include "engine/app/own_packs.h"
#include "engine/app/parts_check.h"

namespace vigie {
int config_check(const ConfigCheckOptions& options) {
  std::vector<Problem> problems;
  const std::optional<Config> config = read_config(options.config, problems);
  std::string text;
  if (config) {
    if (const Result<void> checked = check_parts(*config); !checked) {
      text = checked.error().text + "\n";
    }
    problems.insert(problems.end(), config->town_problems.begin(), config->town_problems.end());
    read_knowledge(*config, problems);
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
  for (const auto& [town, settings] : config->town_settings) {
    std::printf("%s has set in the screens: %zu feeds, %zu mail addresses, %zu dates\n",
                town.c_str(), settings.feeds.size(), settings.mail_to.size(),
                settings.calendar.size());
  }
  return kOk;
}

}  // namespace vigie
