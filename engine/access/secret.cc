#include "engine/access/secret.h"

#include <sodium.h>

#include <array>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kPasswordGroups = 5, kGroupLength = 4;
// 31 characters, none of which is read for another: 99 bits in twenty of them.
constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

void init_sodium() { check(sodium_init() >= 0, "libsodium starts"); }

}  // namespace

std::string random_token() {
  init_sodium();
  std::string bytes(kTokenBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return to_base64url(bytes);
}

std::string random_password() {
  init_sodium();
  std::string password;
  for (std::size_t i = 0; i < kPasswordGroups * kGroupLength; ++i) {
    if (i != 0 && i % kGroupLength == 0) {
      password += '-';
    }
    password += kAlphabet[randombytes_uniform(kAlphabet.size())];
  }
  return password;
}

std::string fingerprint(std::string_view secret) {
  init_sodium();
  std::array<unsigned char, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr,
                     0);
  std::string hex(2 * hash.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();  // its NUL
  return hex;
}

std::string to_base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // its NUL
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, &end, kVariant) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

bool is_same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace vigie
