#include "connectors/json_mapping.h"

#include "engine/parse/json_pieces.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxMessageBytes = 8 << 20;  ///< a page of a hundred mentions, say

}  // namespace

void JsonMapping::map(const Envelope& envelope, MentionSink& sink) {
  JsonPieces pieces(envelope.bytes.view());
  for (JsonPiece piece; pieces.next(piece);) {
    read_piece(piece.bytes, sink);
  }
}

void JsonMapping::read_piece(std::string_view json, MentionSink& sink) {
  if (json.size() > kMaxMessageBytes || nesting_ == kMaxNesting) {
    sink.reject(RejectReason::kTooLong,
                "a message longer than " + std::to_string(kMaxMessageBytes) + " bytes", json);
    return;
  }
  if (documents_.size() == nesting_) {
    documents_.emplace_back();
  }
  ++nesting_;
  if (const auto flaw = document().parse(json)) {
    sink.reject(flaw->reason, flaw->detail, json);
  } else if (!document().is_object(document().root())) {
    sink.reject(RejectReason::kMalformed, "a message must be a JSON object", json);
  } else {
    read(document().root(), json, sink);
  }
  --nesting_;
}

const JsonNode* JsonMapping::find(const JsonNode& from, std::string_view pointer) {
  return document().find(from, pointer);
}

std::vector<const JsonNode*> JsonMapping::elements(const JsonNode& from, std::string_view pointer) {
  const JsonNode* array = find(from, pointer);
  return array ? document().elements(*array) : std::vector<const JsonNode*>();
}

std::string_view JsonMapping::text(const JsonNode& from, std::string_view pointer) {
  const JsonNode* node = find(from, pointer);
  return node ? document().text(*node).value_or(std::string_view()) : std::string_view();
}

std::uint64_t JsonMapping::count(const JsonNode& from, std::string_view pointer) {
  const JsonNode* node = find(from, pointer);
  return node ? document().count(*node) : 0;
}

std::optional<double> JsonMapping::number(const JsonNode& from, std::string_view pointer) {
  const JsonNode* node = find(from, pointer);
  return node ? document().number(*node) : std::nullopt;
}

std::optional<Time> JsonMapping::time(const JsonNode& from, std::string_view pointer) {
  return parse_time(text(from, pointer));
}

std::string_view JsonMapping::keep(std::string text) { return document().keep(std::move(text)); }

}  // namespace vigie
