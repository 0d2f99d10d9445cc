#include "connectors/validators.h"

#include <sodium.h>

#include <array>

namespace vigie {

std::string kept_validator(std::string_view validator) {
  constexpr std::size_t kMaxValidatorBytes = 1024;
  return validator.size() <= kMaxValidatorBytes ? std::string(validator) : std::string();
}

std::string digest_of(std::string_view body) {
  std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(body.data()), body.size(), nullptr, 0);
  std::array<char, 2 * digest.size() + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

}  // namespace vigie
