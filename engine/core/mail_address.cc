#include "engine/core/mail_address.h"

#include <algorithm>

namespace vigie {

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at != 0 && at + 1 < text.size() && text.size() <= 254 &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; }) &&
         text.find_first_of("<>,;\"") == std::string_view::npos;
}

}  // namespace vigie
