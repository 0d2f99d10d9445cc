// One program for all targets: VIGIE_TARGET says which.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.h"

namespace {

vigie::fuzz::Try chosen() {
  const char* const name = std::getenv("VIGIE_TARGET");
  const auto& all = vigie::fuzz::targets();
  const auto found = all.find(name == nullptr ? "" : name);
  if (found == all.end()) {
    std::fputs("VIGIE_TARGET must be one of:\n", stderr);
    for (const auto& [target, attempt] : all) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(target.size()), target.data());
    }
    std::exit(2);
  }
  return found->second;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vigie::fuzz::Try attempt = chosen();
  attempt({reinterpret_cast<const char*>(data), size});
  return 0;
}
