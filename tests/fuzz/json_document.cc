// JSON of any source; the first line is a path into it. What it leads to, written again, is itself.
#include "connectors/json_document.h"

#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(json_document) {
  const std::string_view pointer = take_line(bytes);
  JsonDocument document, again;
  if (const auto flaw = document.parse(bytes)) {
    check(!flaw->detail.empty() && is_valid_utf8(flaw->detail), "a sentence");
    return;
  }
  const std::string json = document.json(document.root());
  check(!again.parse(json) && again.json(again.root()) == json, "it reads as it was written");
  const auto path = JsonPath::parse(pointer);
  if (!path) {
    return;
  }
  const auto all = document.all(document.root(), *path);
  const JsonNode* const first = document.find(document.root(), *path);
  check(all.empty() == (first == nullptr), "there is a first one if there is one");
  check(all.empty() || document.json(*all.front()) == document.json(*first), "and it is it");
  for (const JsonNode* const node : all) {
    const auto text = document.text(*node);
    check(!text || is_text(*text), "a text is text");
    document.number(*node);
    document.count(*node);
    check(!document.is_object(*node) || document.elements(*node).empty(), "no array is an object");
  }
}

}  // namespace
}  // namespace vigie::fuzz
