#include "connectors/link_header.h"

#include "engine/core/ascii.h"

namespace vigie {
namespace {

/// Up to the next of `separators` outside of quotes; takes it off `text`, with the separator.
std::string_view take_until(std::string_view separators, std::string_view& text) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\' && is_quoted) {
      ++end;
    } else if (text[end] == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && separators.find(text[end]) != separators.npos) {
      break;
    }
  }
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end, text.size()));
  return taken;
}

/// Whether `; rel="a b"` names the relation. Only the first rel of a link counts (RFC 8288, 3.3).
bool has_relation(std::string_view relation, std::string_view parameters) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // the semicolon
    const std::string_view parameter = take_until(";", parameters);
    const std::size_t equals = parameter.find('=');
    if (equals == parameter.npos || lower_case(trimmed(parameter.substr(0, equals))) != "rel") {
      continue;
    }
    std::string value = lower_case(trimmed(parameter.substr(equals + 1)));
    if (value.size() >= 2 && value.starts_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return (" " + value + " ").find(" " + std::string(relation) + " ") != value.npos;
  }
  return false;
}

}  // namespace

std::string link_to(std::string_view relation, std::string_view links) {
  while (!links.empty()) {
    const std::size_t open = links.find('<');
    const std::size_t close = open == links.npos ? links.npos : links.find('>', open);
    if (close == links.npos) {
      return {};
    }
    const std::string_view target = links.substr(open + 1, close - open - 1);
    links.remove_prefix(close + 1);
    std::string_view parameters = take_until(",", links);
    take_until(";", parameters);
    if (has_relation(relation, parameters)) {
      return std::string(trimmed(target));
    }
  }
  return {};
}

}  // namespace vigie
