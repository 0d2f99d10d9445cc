#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace vigie {

/// Ends the process with a last word when an invariant of our own does not hold. The engine is
/// crash-only: what was acknowledged is on disk, so stopping is always safe, and going on might not
/// be.
inline void check(bool holds, std::string_view invariant,
                  std::source_location where = std::source_location::current()) {
  if (holds) [[likely]] {
    return;
  }
  std::fprintf(stderr, "vigie: invariant broken: %.*s (%s:%u)\n",
               static_cast<int>(invariant.size()), invariant.data(), where.file_name(),
               where.line());
  std::abort();
}

}  // namespace vigie
