#include "engine/app/own_pack_draft.h"

#include <algorithm>
#include <vector>

#include "engine/core/ascii.h"
#include "engine/core/json_writer.h"

namespace vigie {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

std::size_t indent_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == line.npos ? 0 : first;
}

/// Each line `by` spaces further to the right than the first of `item`'s stands.
std::string indented(std::string_view items, std::size_t by) {
  std::string out;
  std::optional<std::size_t> own;
  for (const std::string_view line : lines_of(items)) {
    own = own ? own : indent_of(line);
    out += std::string(by, ' ') + std::string(line.substr(std::min(*own, indent_of(line)))) + '\n';
  }
  return out;
}

bool begins_a_field(std::string_view line) {
  return !line.empty() && line.front() != ' ' && line.front() != '#' && line.front() != '-' &&
         line.front() != '\r';
}

/// Puts `items` behind the last line of the list `field`. False if it is not written line by line.
bool append_to(std::string_view field, std::string_view items, std::string& text) {
  const Lines lines = lines_of(text);
  const std::string head = std::string(field) + ":";
  std::size_t at = 0;
  while (at < lines.size() && !lines[at].starts_with(head)) {
    ++at;
  }
  if (at == lines.size()) {
    text += text.ends_with('\n') ? "" : "\n";
    text += head + "\n" + indented(items, 2);
    return true;
  }
  const std::string_view rest = trimmed(lines[at].substr(head.size()));
  if (!rest.empty() && rest.front() != '#') {
    return false;
  }
  std::optional<std::size_t> by;
  std::size_t last = at;
  for (std::size_t i = at + 1; i < lines.size() && !begins_a_field(lines[i]); ++i) {
    const std::string_view words = trimmed(lines[i]);
    if (words.empty() || words.front() == '#') {
      continue;
    }
    if (!by && words.front() != '-') {
      return false;
    }
    by = by ? by : indent_of(lines[i]);
    last = i;
  }
  const std::string_view end = lines[last];
  const auto place = static_cast<std::size_t>(end.data() + end.size() - text.data());
  const std::string added = "\n" + indented(items, by.value_or(2));
  text.insert(place, added.substr(0, added.size() - 1));
  return true;
}

}  // namespace

std::optional<std::string> with_rule(std::string_view text, const OwnRuleDraft& draft,
                                     std::string_view title) {
  std::string whole(text);
  if (trimmed(text).empty()) {
    whole = "title: ";
    append_json_string(title, whole);  // a JSON string is a YAML string
    whole += "\nrules:\n";
  }
  if (!append_to("rules", draft.rule, whole) ||
      (!draft.tests.empty() && !append_to("tests", draft.tests, whole))) {
    return std::nullopt;
  }
  whole += whole.ends_with('\n') ? "" : "\n";
  return whole;
}

}  // namespace vigie
