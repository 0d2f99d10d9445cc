#include "engine/app/complain.h"

#include <cstdio>

namespace vigie {

ExitCode usage(const std::vector<Problem>& problems) {
  std::fprintf(stderr, "%s\n", to_string(problems).c_str());
  return kUsage;
}

ExitCode usage(const std::string& text) {
  std::fprintf(stderr, "vigie: %s\n", text.c_str());
  return kUsage;
}

ExitCode failed(const Error& error) {
  std::fprintf(stderr, "vigie: %s\n", error.text.c_str());
  return kFailed;
}

std::string rules_or_default(const std::string& rules) { return rules.empty() ? "rules" : rules; }

}  // namespace vigie
