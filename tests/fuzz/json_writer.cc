// Any bytes as a string of ours in JSON: a document, and valid UTF-8 comes back as it was.
#include "engine/core/json_writer.h"

#include "connectors/json_document.h"
#include "tests/fuzz/mapped.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(json_writer) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key(bytes.substr(0, 20)).value(bytes).key("n").value(1.5);
  writer.key("t").thousandths(static_cast<std::int64_t>(bytes.size()) - 500);
  writer.key("text").value(bytes).end_object();
  check(is_valid_utf8(json) && json.find('\n') == json.npos, "one line of text");
  JsonDocument document;
  check(!document.parse(json), "it is JSON");
  const JsonNode* const node = document.find(document.root(), "/text");
  const auto text = node == nullptr ? std::nullopt : document.text(*node);
  check(text.has_value(), "with what was put into it");
  check(!is_text(bytes) || *text == bytes || bytes.substr(0, 20) == "text", "as it was");
}

}  // namespace
}  // namespace vigie::fuzz
