#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <string_view>

namespace vigie {

/// "sha256=<hex HMAC>" by OpenSSL: as the senders of these tests sign.
inline std::string hub_signature(const std::string& method, const EVP_MD* digest,
                                 std::string_view body, const std::string& secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac.data(), &size);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex = method + "=";
  for (unsigned int i = 0; i < size; ++i) {
    hex += {kDigits[mac[i] >> 4], kDigits[mac[i] & 15]};
  }
  return hex;
}

}  // namespace vigie
