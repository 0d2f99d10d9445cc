#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigie {

/// Writes JSON onto the end of a string, without spaces and always valid: whoever nests begin and
/// end rightly gets a document whatever the texts hold. Control characters are escaped, bytes that
/// are not UTF-8 become U+FFFD.
///
///   JsonWriter json(out);
///   json.begin_object().key("id").value(id).key("score").thousandths(123).end_object().line();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  /// Inside an object, before each value.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(std::integral auto number) {
    if constexpr (std::signed_integral<decltype(number)>) {
      return integer(number);
    } else {
      return natural(number);
    }
  }
  /// The shortest digits that read back as the same number; null if it is not finite.
  JsonWriter& value(double number);
  JsonWriter& null();
  /// 123 → 0.123, -1000 → -1, 500 → 0.5: scores are kept as integers, so that the bytes are the
  /// same everywhere.
  JsonWriter& thousandths(std::int64_t count);
  /// `json` as it is: one complete JSON value, made elsewhere.
  JsonWriter& raw(std::string_view json);

  /// Ends a line of NDJSON; the next value starts afresh.
  JsonWriter& line();

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& integer(std::int64_t number);
  JsonWriter& natural(std::uint64_t number);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;  ///< the last thing written was a whole value
};

/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string_view text, std::string& out);

}  // namespace vigie
