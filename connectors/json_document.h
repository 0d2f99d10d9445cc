#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/mapping.h"

namespace vigie {

/// Where something stands in JSON: a JSON Pointer (RFC 6901) in which `*` stands for every element
/// of an array: "/items/*/snippet". A number in front goes up so many values first, as Relative
/// JSON Pointers do: "2/title" is the title of what the value's parent lies in. "" is the value
/// itself.
struct JsonPath {
  std::size_t up = 0;
  std::vector<std::string> steps;  ///< "*" is every element

  /// Nothing if it is not one.
  static std::optional<JsonPath> parse(std::string_view text);
};

/// A value in a JsonDocument.
struct JsonNode;

/// One JSON document and ways to look into it. Keeps its buffers from one document to the next;
/// nodes and texts last until the next parse(). Bounds: 64 MiB, 64 levels.
class JsonDocument {
 public:
  struct Flaw {
    RejectReason reason = RejectReason::kMalformed;
    std::string detail;
  };

  JsonDocument();
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  /// What is wrong with `bytes`; nothing: it is read.
  std::optional<Flaw> parse(std::string_view bytes);
  const JsonNode& root() const;

  /// All that `path` leads to, in the document's order. What is not there is left out.
  std::vector<const JsonNode*> all(const JsonNode& from, const JsonPath& path);
  /// The first of them; null: there is none.
  const JsonNode* find(const JsonNode& from, const JsonPath& path);

  /// What a plain JSON Pointer leads to ("/account/acct"); null: it is not there.
  const JsonNode* find(const JsonNode& from, std::string_view pointer);
  /// The elements of an array; none of anything else.
  std::vector<const JsonNode*> elements(const JsonNode& node);
  static bool is_object(const JsonNode& node);

  /// A string (free of U+0000: a space stands for each), the digits of a number, "true", "false";
  /// nothing for null, objects and arrays.
  std::optional<std::string_view> text(const JsonNode& node);
  /// A number, or a string that holds one.
  std::optional<double> number(const JsonNode& node);
  /// A whole number, or what is whole of one; 0 for anything that is none.
  std::uint64_t count(const JsonNode& node);
  /// `text` for as long as the document's own texts last.
  std::string_view keep(std::string text);
  /// The value as JSON again.
  std::string json(const JsonNode& node) const;

 private:
  struct Pieces;
  std::unique_ptr<Pieces> pieces_;
};

}  // namespace vigie
