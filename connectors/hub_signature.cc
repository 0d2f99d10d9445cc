#include "connectors/hub_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>

#include "engine/core/ascii.h"

namespace vigie {
namespace {

const EVP_MD* digest_named(std::string_view method) {
  return method == "sha1"     ? EVP_sha1()
         : method == "sha256" ? EVP_sha256()
         : method == "sha384" ? EVP_sha384()
         : method == "sha512" ? EVP_sha512()
                              : nullptr;
}

}  // namespace

bool hub_signature_fits(std::string_view header, std::string_view body, std::string_view secret) {
  header = trimmed(header);
  const std::size_t equals = header.find('=');
  const EVP_MD* digest =
      equals == header.npos ? nullptr : digest_named(lower_case(header.substr(0, equals)));
  if (digest == nullptr || secret.empty()) {
    return false;
  }
  const std::string_view hex = header.substr(equals + 1);
  std::array<unsigned char, EVP_MAX_MD_SIZE> given{}, expected{};
  std::size_t given_size = 0;
  const char* end = nullptr;
  unsigned int size = 0;
  const bool made = HMAC(digest, secret.data(), static_cast<int>(secret.size()),
                         reinterpret_cast<const unsigned char*>(body.data()), body.size(),
                         expected.data(), &size) != nullptr;
  const bool read = sodium_hex2bin(given.data(), given.size(), hex.data(), hex.size(), nullptr,
                                   &given_size, &end) == 0 &&
                    end == hex.data() + hex.size();
  return made && read && given_size == size &&
         sodium_memcmp(given.data(), expected.data(), size) == 0;
}

}  // namespace vigie
