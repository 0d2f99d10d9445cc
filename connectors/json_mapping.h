#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/json_document.h"
#include "engine/core/mapping.h"

namespace vigie {

/// What Mappings of JSON sources that no JsonShape describes have in common: cuts an envelope into
/// its JSON objects (lines, or the elements of one array), rejects what is none, too long or too
/// deep, and hands each of the others to read(). Views that read() gets and makes last until the
/// next object.
class JsonMapping : public Mapping {
 public:
  void map(const Envelope& envelope, MentionSink& sink) override;

 protected:
  virtual void read(const JsonNode& object, std::string_view piece, MentionSink& sink) = 0;

  /// One piece of JSON that came inside another: read() is called for it, or it is rejected.
  void read_piece(std::string_view json, MentionSink& sink);

  /// What a pointer leads to; null: it is not there.
  const JsonNode* find(const JsonNode& from, std::string_view pointer);
  /// The elements of an array; none where it is not there.
  std::vector<const JsonNode*> elements(const JsonNode& from, std::string_view pointer);
  /// A string, or a number's digits; empty where there is none.
  std::string_view text(const JsonNode& from, std::string_view pointer);
  /// 0 where there is none.
  std::uint64_t count(const JsonNode& from, std::string_view pointer);
  std::optional<double> number(const JsonNode& from, std::string_view pointer);
  std::optional<Time> time(const JsonNode& from, std::string_view pointer);
  /// `text` for as long as the object lasts.
  std::string_view keep(std::string text);

 private:
  static constexpr std::size_t kMaxNesting = 3;  ///< JSON inside a string of JSON

  JsonDocument& document() { return documents_[nesting_ - 1]; }

  std::deque<JsonDocument> documents_;  ///< by nesting
  std::size_t nesting_ = 0;             ///< how many of them are being read
};

}  // namespace vigie
