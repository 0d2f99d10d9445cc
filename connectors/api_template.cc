// Texts with {names} → texts, and URLs.
#include <algorithm>

#include "connectors/api_description.h"
#include "engine/core/form.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

/// Calls `put(name, value)` for each name that is known, `keep(text)` for all else.
template <class Put, class Keep>
void take_apart(std::string_view text, const ApiValues& values, Put&& put, Keep&& keep) {
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    keep(text.substr(0, open));
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const auto found = close == text.npos ? values.end() : values.find(text.substr(1, close - 1));
    if (found != values.end()) {
      put(found->first, found->second);
      text.remove_prefix(close + 1);
    } else if (!text.empty()) {
      keep(text.substr(0, 1));
      text.remove_prefix(1);
    }
  }
}

struct Expanded {
  std::string text;
  bool lacks_a_value = false;
};

Expanded expand_part(std::string_view part, bool is_start, const ApiValues& values) {
  Expanded expanded;
  take_apart(
      part, values,
      [&](const std::string&, const std::string& value) {
        const bool is_address = is_start && expanded.text.empty();
        expanded.text += is_address ? value : percent_encoded(value);
        expanded.lacks_a_value |= value.empty();
      },
      [&](std::string_view kept) { expanded.text += kept; });
  return expanded;
}

}  // namespace

std::string expand(std::string_view text, const ApiValues& values) {
  std::string out;
  take_apart(
      text, values, [&](const std::string&, const std::string& value) { out += value; },
      [&](std::string_view kept) { out += kept; });
  return out;
}

std::string expand_body(std::string_view text, const ApiValues& values) {
  if (!text.starts_with('{')) {
    return expand(text, values);
  }
  std::string out;
  take_apart(
      text, values,
      [&](const std::string&, const std::string& value) {
        std::string quoted;
        append_json_string(value, quoted);
        out += std::string_view(quoted).substr(1, quoted.size() - 2);
      },
      [&](std::string_view kept) { out += kept; });
  return out;
}

std::string expand_url(std::string_view text, const ApiValues& values) {
  const std::size_t question = std::min(text.find('?'), text.size());
  std::string url = expand_part(text.substr(0, question), true, values).text;
  char separator = '?';
  for (std::string_view rest = text.substr(std::min(question + 1, text.size())); !rest.empty();) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const Expanded parameter = expand_part(rest.substr(0, end), false, values);
    if (!parameter.lacks_a_value) {
      url += separator + parameter.text;
      separator = '&';
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return url;
}

}  // namespace vigie
