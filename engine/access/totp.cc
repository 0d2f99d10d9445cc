#include "engine/access/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "engine/access/secret.h"
#include "engine/core/check.h"

namespace vigie::totp {
namespace {

constexpr std::chrono::seconds kStep{30};
constexpr std::uint64_t kTolerance = 1;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    is_plain ? (void)(out += c) : (void)(((out += '%') += kHex[byte >> 4]) += kHex[byte & 15]);
  }
  return out;
}

}  // namespace

std::string make_secret() {
  check(sodium_init() >= 0, "libsodium starts");
  std::string secret(kSecretBytes, '\0');
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

std::uint64_t step_of(Time time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) / kStep, 0));
}

std::string code_of(std::string_view secret, std::uint64_t step, int digits) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[counter.size() - 1 - i] = static_cast<unsigned char>(step >> (8 * i));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  check(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
             counter.size(), mac.data(), &size) != nullptr &&
            size == 20,
        "HMAC-SHA1 works");
  const std::size_t offset = mac[19] & 15U;  // RFC 4226, 5.3
  const std::uint32_t number = (std::uint32_t{mac[offset]} & 0x7fU) << 24 |
                               std::uint32_t{mac[offset + 1]} << 16 |
                               std::uint32_t{mac[offset + 2]} << 8 | std::uint32_t{mac[offset + 3]};
  std::uint32_t modulus = 1;
  for (int i = 0; i < digits; ++i) {
    modulus *= 10;
  }
  const std::string code = std::to_string(number % modulus);
  return std::string(static_cast<std::size_t>(digits) - code.size(), '0') + code;
}

std::optional<std::uint64_t> matching_step(std::string_view secret, std::string_view code,
                                           std::uint64_t now, std::uint64_t last_used) {
  std::optional<std::uint64_t> found;
  for (std::uint64_t step = now - std::min(now, kTolerance); step <= now + kTolerance; ++step) {
    if (is_same_secret(code_of(secret, step), code) && step > last_used && !found) {
      found = step;
    }
  }
  return found;
}

std::string to_base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 5; held -= 5) {
      out += kAlphabet[bits >> (held - 5) & 31U];
    }
  }
  if (held != 0) {
    out += kAlphabet[bits << (5 - held) & 31U];
  }
  return out;
}

std::string enrolment_uri(std::string_view secret, std::string_view account) {
  return "otpauth://totp/Vigie:" + percent_encoded(account) + "?secret=" + to_base32(secret) +
         "&issuer=Vigie";
}

}  // namespace vigie::totp
