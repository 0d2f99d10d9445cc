// Base64 and its like: what is encoded comes back; what is taken of strangers is within its size.
#include "engine/parse/base64.h"

#include "engine/access/secret.h"
#include "engine/access/totp.h"
#include "engine/core/check.h"
#include "engine/core/pseudonym.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

VIGIE_FUZZ(base64) {
  check(from_base64url(to_base64url(bytes)) == bytes, "base64url comes back");
  const auto url = from_base64url(bytes);
  check(!url || from_base64url(to_base64url(*url)) == *url, "and what was read");
  check(!url || url->size() <= bytes.size(), "no longer than it was");
  const auto decoded = decode_base64(bytes);
  check(!decoded || decoded->size() <= bytes.size() * 3 / 4 + 1, "three for four");
  std::string standard = to_base64url(bytes);
  for (char& c : standard) {
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  check(decode_base64(standard) == bytes, "base64 comes back");
  check(totp::to_base32(bytes).size() == (bytes.size() * 8 + 4) / 5, "five bits a letter");
  const auto author = parse_pseudonym(bytes);
  check(!author || parse_pseudonym(to_text(*author)) == author, "a pseudonym is 32 digits");
}

}  // namespace
}  // namespace vigie::fuzz
