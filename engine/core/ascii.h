#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace vigie {

/// `text` without the spaces, tabs and line ends around it.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  return first == text.npos ? std::string_view()
                            : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/// ASCII letters only, whatever the locale: names of headers, elements and schemes, not people's
/// words (those are folded, engine/parse/text_folder.h).
inline char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return lower_case(c); });
  return lower;
}

}  // namespace vigie
