#include "engine/parse/xml_attributes.h"

#include <algorithm>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

std::string_view view(const unsigned char* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// libxml2 hands an '&' on as it would be written.
std::string unescaped(std::string_view value) {
  constexpr std::string_view kAmpersand = "&#38;";
  std::string text;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find(kAmpersand, at), value.size());
    text.append(value.substr(at, end - at));
    text.append(end == value.size() ? "" : "&");
    at = end + kAmpersand.size();
  }
  return text;
}

}  // namespace

std::string XmlAttributes::find(std::string_view lower_case_name, std::string_view prefix) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const unsigned char** const one = attributes_ + 5 * i;
    if (lower_case(view(one[0])) == lower_case_name && (prefix.empty() || view(one[1]) == prefix)) {
      const auto size = static_cast<std::size_t>(one[4] - one[3]);
      return unescaped({reinterpret_cast<const char*>(one[3]), size});
    }
  }
  return {};
}

}  // namespace vigie
