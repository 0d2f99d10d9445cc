#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace vigie {

/// Ends the process with a last word when an invariant of our own does not hold. The engine is
/// crash-only: what was acknowledged is on disk, so stopping is always safe, and going on might not
/// be.
///
/// `file` and `line` are the caller's: the builtins, because Clang 14 has no std::source_location.
inline void check(bool holds, std::string_view invariant, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (holds) [[likely]] {
    return;
  }
  std::fprintf(stderr, "vigie: invariant broken: %.*s (%s:%d)\n",
               static_cast<int>(invariant.size()), invariant.data(), file, line);
  std::abort();
}

}  // namespace vigie
