#pragma once

#include <cstddef>
#include <string>

namespace vigie {

/// A rule pack in force, for people.
struct PackSummary {
  std::string name, title;
  std::size_t rules = 0;
};

}  // namespace vigie
