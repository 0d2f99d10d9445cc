#include "engine/access/author_identity.h"

#include <simdjson.h>

#include <algorithm>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

std::string_view without_at(std::string_view text) {
  return text.substr(text.starts_with('@') ? 1 : 0);
}

std::string_view last_part(std::string_view url) {
  while (url.ends_with('/')) {
    url.remove_suffix(1);
  }
  const std::size_t slash = url.rfind('/');
  return without_at(slash == std::string_view::npos ? url : url.substr(slash + 1));
}

bool is_same(std::string_view a, std::string_view b) {
  return !a.empty() &&
         std::ranges::equal(a, b, [](char x, char y) { return lower_case(x) == lower_case(y); });
}

}  // namespace

bool AuthorIdentity::is_called(std::string_view handle) const {
  const std::string_view wanted = without_at(handle);
  return is_same(wanted, without_at(id)) || is_same(wanted, without_at(name)) ||
         is_same(wanted, url) || is_same(wanted, last_part(url));
}

std::vector<std::string> AuthorIdentity::traces() const {
  constexpr std::size_t kTellingBytes = 4;
  std::vector<std::string> found;
  for (const std::string& text : {id, name, url}) {
    if (text.size() >= kTellingBytes) {
      found.push_back(text);
    }
  }
  return found;
}

Result<AuthorIdentity> parse_identity(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(json.data(), json.size()).get(members) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a sealed identity is not what was sealed");
  }
  AuthorIdentity identity;
  for (const auto& [key, text] :
       {std::pair("id", &identity.id), {"name", &identity.name}, {"url", &identity.url}}) {
    std::string_view value;
    if (members[key].get(value) == simdjson::SUCCESS) {
      *text = value;
    }
  }
  return identity;
}

}  // namespace vigie
