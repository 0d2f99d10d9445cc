#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/mapping.h"

namespace simdjson::dom {
class element;
class object;
class parser;
}  // namespace simdjson::dom

namespace vigie {

/// What Mappings of JSON sources have in common: cuts an envelope into its JSON objects (lines, or
/// the elements of one array), rejects what is none, too long or too deep, and hands each of the
/// others to read(). Views that read() gets and makes last until the next object.
class JsonMapping : public Mapping {
 public:
  JsonMapping();
  ~JsonMapping() override;
  void map(const Envelope& envelope, MentionSink& sink) override;

 protected:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;

  virtual void read(const Object& object, std::string_view piece, MentionSink& sink) = 0;

  /// One piece of JSON that came inside another: read() is called for it, or it is rejected.
  void read_piece(std::string_view json, MentionSink& sink);

  /// Members by name or by JSON pointer ("/account/acct"). What is not there or of another type is
  /// empty. Texts are free of U+0000.
  std::string_view text(const Object& object, std::string_view pointer);
  /// A string, or a whole number's digits.
  std::string_view id(const Object& object, std::string_view pointer);
  static std::uint64_t count(const Object& object, std::string_view pointer);
  std::optional<Time> time(const Object& object, std::string_view pointer);
  /// `text` for as long as the object lasts.
  std::string_view keep(std::string text);

 private:
  static constexpr std::size_t kMaxNesting = 3;  ///< JSON inside a string of JSON

  std::deque<std::unique_ptr<simdjson::dom::parser>> parsers_;  ///< by nesting
  std::size_t nesting_ = 0;
  std::deque<std::string> kept_;
};

}  // namespace vigie
