#include "connectors/json_mapping.h"

#include <simdjson.h>

#include <algorithm>

#include "engine/parse/json_pieces.h"

namespace vigie {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxMessageBytes = 8 << 20;  ///< a page of a hundred mentions, say

dom::element element_at(const dom::object& object, std::string_view pointer, bool& found) {
  dom::element element;
  found = (pointer.starts_with('/') ? object.at_pointer(pointer).get(element)
                                    : object[pointer].get(element)) == simdjson::SUCCESS;
  return element;
}

RejectReason reason_of(simdjson::error_code error) {
  return error == simdjson::UTF8_ERROR    ? RejectReason::kInvalidUtf8
         : error == simdjson::DEPTH_ERROR ? RejectReason::kTooDeep
                                          : RejectReason::kMalformed;
}

}  // namespace

JsonMapping::JsonMapping() = default;
JsonMapping::~JsonMapping() = default;

void JsonMapping::map(const Envelope& envelope, MentionSink& sink) {
  JsonPieces pieces(envelope.bytes.view());
  for (JsonPiece piece; pieces.next(piece);) {
    read_piece(piece.bytes, sink);
  }
}

void JsonMapping::read_piece(std::string_view json, MentionSink& sink) {
  if (nesting_ == 0) {
    kept_.clear();
  }
  if (json.size() > kMaxMessageBytes || nesting_ == kMaxNesting) {
    sink.reject(RejectReason::kTooLong,
                "a message longer than " + std::to_string(kMaxMessageBytes) + " bytes", json);
    return;
  }
  if (json_depth(json) > kMaxJsonDepth) {
    sink.reject(RejectReason::kTooDeep, "JSON nested deeper than " + std::to_string(kMaxJsonDepth),
                json);
    return;
  }
  if (parsers_.size() == nesting_) {
    parsers_.push_back(std::make_unique<dom::parser>());
  }
  dom::element element;
  if (const auto error = parsers_[nesting_]->parse(json.data(), json.size()).get(element);
      error != simdjson::SUCCESS) {
    sink.reject(reason_of(error),
                std::string("this is not JSON: ") + simdjson::error_message(error), json);
    return;
  }
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) {
    sink.reject(RejectReason::kMalformed, "a message must be a JSON object", json);
    return;
  }
  ++nesting_;
  read(object, json, sink);
  --nesting_;
}

std::string_view JsonMapping::text(const Object& object, std::string_view pointer) {
  bool found = false;
  const dom::element element = element_at(object, pointer, found);
  std::string_view text;
  if (!found || element.get(text) != simdjson::SUCCESS) {
    return {};
  }
  if (text.find('\0') != std::string_view::npos) {
    std::string clean(text);
    std::ranges::replace(clean, '\0', ' ');
    return keep(std::move(clean));
  }
  return text;
}

std::string_view JsonMapping::id(const Object& object, std::string_view pointer) {
  bool found = false;
  const dom::element element = element_at(object, pointer, found);
  std::uint64_t number = 0;
  if (found && element.get(number) == simdjson::SUCCESS) {
    return keep(std::to_string(number));
  }
  return text(object, pointer);
}

std::uint64_t JsonMapping::count(const Object& object, std::string_view pointer) {
  bool found = false;
  const dom::element element = element_at(object, pointer, found);
  std::uint64_t number = 0;
  return found && element.get(number) == simdjson::SUCCESS ? number : 0;
}

std::optional<Time> JsonMapping::time(const Object& object, std::string_view pointer) {
  return parse_time(text(object, pointer));
}

std::string_view JsonMapping::keep(std::string text) { return kept_.emplace_back(std::move(text)); }

}  // namespace vigie
