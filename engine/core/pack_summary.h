#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vigie {

/// A rule pack in force, for people.
struct PackSummary {
  std::string name, title;
  std::size_t rules = 0;
  std::vector<std::string> towns = {};  ///< ids of those that use it
};

}  // namespace vigie
