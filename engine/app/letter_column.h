#pragma once

#include <algorithm>
#include <string_view>

#include "engine/parse/utf8.h"

namespace vigie {

/// A column counted in bytes, from 1, as people's editors count: in letters. 0 stays 0.
inline int letter_column(std::string_view line, int byte_column) {
  const auto bytes = static_cast<std::size_t>(std::max(byte_column, 1) - 1);
  const auto further = std::ranges::count_if(line.substr(0, std::min(bytes, line.size())),
                                             [](char c) { return continues_character(c); });
  return byte_column - static_cast<int>(further);
}

}  // namespace vigie
