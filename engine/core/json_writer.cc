#include "engine/core/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace vigie {
namespace {

enum Treatment : unsigned char { kPlain, kEscaped, kMultiByte };

constexpr std::array<Treatment, 256> kTreatments = [] {
  std::array<Treatment, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) {
    table[c] = c < 0x20 || c == 0x7f || c == '"' || c == '\\' ? kEscaped
               : c < 0x80                                     ? kPlain
                                                              : kMultiByte;
  }
  return table;
}();

void append_escaped(unsigned char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

/// Whether none of the eight bytes needs a look; one that does may make its neighbours suspect.
bool are_plain(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x80 * kOnes;
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof eight);
  const auto equals = [&](std::uint64_t c) { return (eight ^ (c * kOnes)) - kOnes; };
  const std::uint64_t control = (eight - 0x20 * kOnes) | (eight + kOnes);
  return ((eight | control | equals('"') | equals('\\')) & kHighs) == 0;
}

/// How many bytes in front stand for themselves.
std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  while (i + sizeof(std::uint64_t) <= text.size() && are_plain(text.data() + i)) {
    i += sizeof(std::uint64_t);
  }
  while (i < text.size() && kTreatments[static_cast<unsigned char>(text[i])] == kPlain) {
    ++i;
  }
  return i;
}

/// Length of the well-formed UTF-8 character of two bytes or more at the front of `text`, 0 if
/// there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf) {
    return continues(1) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool beyond = lead == 0xf4 && byte(1) > 0x8f;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

template <class Number>
void append_number(Number number, std::string& out) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  std::size_t i = plain_length(text);
  if (i == text.size()) {
    const std::size_t start = out.size();
    out.resize(start + text.size() + 2);
    char* const quoted = out.data() + start;
    quoted[0] = quoted[text.size() + 1] = '"';
    text.copy(quoted + 1, text.size());
    return;
  }
  out += '"';
  std::size_t plain_from = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = kTreatments[c] == kMultiByte ? character_length(text.substr(i)) : 0;
    if (length == 0) {
      out.append(text, plain_from, i - plain_from);
      if (kTreatments[c] == kEscaped) {
        append_escaped(c, out);
      } else {
        out += "\xef\xbf\xbd";
      }
      plain_from = i + 1;
    }
    i += std::max<std::size_t>(length, 1);
    i += plain_length(text.substr(i));
  }
  out.append(text, plain_from);
  out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(name, out_);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(text, out_);
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) { return raw(truth ? "true" : "false"); }

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) {
    return null();
  }
  separate();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::thousandths(std::int64_t count) {
  separate();
  if (count < 0) {
    out_ += '-';
  }
  const std::uint64_t size = count < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(count)
                                       : static_cast<std::uint64_t>(count);
  append_number(size / 1000, out_);
  std::uint64_t rest = size % 1000;
  if (rest == 0) {
    return *this;
  }
  out_ += '.';
  for (std::uint64_t scale = 100; rest != 0; scale /= 10) {
    out_ += static_cast<char>('0' + rest / scale);
    rest %= scale;
  }
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::line() {
  out_ += '\n';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  separate();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::natural(std::uint64_t number) {
  separate();
  append_number(number, out_);
  return *this;
}

void JsonWriter::separate() {
  if (needs_comma_) {
    out_ += ',';
  }
  needs_comma_ = true;
}

}  // namespace vigie
