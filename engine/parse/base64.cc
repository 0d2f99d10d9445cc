#include "engine/parse/base64.h"

#include <cstdint>

namespace vigie {

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  bool padded = false;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos || padded) {
      if (c != '=' && kBlanks.find(c) == kBlanks.npos) {
        return std::nullopt;
      }
      padded |= c == '=';
      continue;
    }
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  return bytes;
}

}  // namespace vigie
