#pragma once

#include <string_view>

namespace vigie {

/// `text` without the spaces, tabs and line ends around it.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  return first == text.npos ? std::string_view()
                            : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace vigie
