#include "connectors/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include "engine/core/check.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxHeaderBytes = 1024;
constexpr std::size_t kMaxSignatures = 4;

using Mac = std::array<unsigned char, 32>;

struct SignedTime {
  std::string_view digits;  ///< as the sender wrote it: the signature is over these bytes
  Time time;
};
struct Claim {
  std::optional<SignedTime> signed_at;
  std::vector<Mac> macs;
};

/// By OpenSSL, which uses the processor's SHA-256 where it has one: bodies are long.
Mac authenticate(std::string_view digits, std::string_view body, std::string_view secret) {
  static const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm(
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), &EVP_MAC_free);
  check(algorithm != nullptr, "OpenSSL has HMAC");
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> state(
      EVP_MAC_CTX_new(algorithm.get()), &EVP_MAC_CTX_free);
  std::string digest = OSSL_DIGEST_NAME_SHA2_256;
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  bool made =
      state && EVP_MAC_init(state.get(), bytes(secret), secret.size(), parameters.data()) == 1;
  for (const std::string_view part : {digits, std::string_view("."), body}) {
    made = made && EVP_MAC_update(state.get(), bytes(part), part.size()) == 1;
  }
  Mac mac;
  std::size_t size = 0;
  made = made && EVP_MAC_final(state.get(), mac.data(), &size, mac.size()) == 1;
  check(made && size == mac.size(), "an HMAC-SHA256 can be made");
  return mac;
}

std::optional<SignedTime> read_time(std::string_view digits) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || seconds < 0 || digits.size() > 11) {
    return std::nullopt;
  }
  return SignedTime{digits, Time(std::chrono::seconds(seconds))};
}

std::optional<Mac> read_mac(std::string_view hex) {
  Mac mac;
  std::size_t length = 0;
  const char* end = nullptr;
  if (hex.size() != 2 * mac.size() ||
      sodium_hex2bin(mac.data(), mac.size(), hex.data(), hex.size(), nullptr, &length, &end) != 0 ||
      length != mac.size()) {
    return std::nullopt;
  }
  return mac;
}

/// Fields that are not known are passed over: a later version of the header may have more.
Claim read_claim(std::string_view header) {
  Claim claim;
  if (header.size() > kMaxHeaderBytes) {
    return claim;
  }
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view field = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (field.starts_with(' ')) {
      field.remove_prefix(1);
    }
    if (field.starts_with("t=")) {
      if (claim.signed_at) {
        return {};
      }
      claim.signed_at = read_time(field.substr(2));
    } else if (field.starts_with("v1=") && claim.macs.size() < kMaxSignatures) {
      if (const auto mac = read_mac(field.substr(3))) {
        claim.macs.push_back(*mac);
      }
    }
  }
  return claim;
}

}  // namespace

SignatureVerdict verify_signature(std::string_view header, std::string_view body,
                                  const std::vector<std::string>& secrets, Time now,
                                  std::chrono::seconds window) {
  const Claim claim = read_claim(header);
  if (!claim.signed_at || claim.macs.empty()) {
    return SignatureVerdict::kMissing;
  }
  bool right = false;
  for (const std::string& secret : secrets) {
    const Mac expected = authenticate(claim.signed_at->digits, body, secret);
    for (const Mac& given : claim.macs) {
      right |= sodium_memcmp(expected.data(), given.data(), expected.size()) == 0;
    }
  }
  if (!right) {
    return SignatureVerdict::kWrong;
  }
  const bool fresh = now - claim.signed_at->time <= window && claim.signed_at->time - now <= window;
  return fresh ? SignatureVerdict::kGood : SignatureVerdict::kStale;
}

std::string sign(std::string_view body, std::string_view secret, Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string digits = std::to_string(seconds);
  const Mac mac = authenticate(digits, body, secret);
  std::array<char, 2 * sizeof(Mac) + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  return "t=" + digits + ",v1=" + hex.data();
}

}  // namespace vigie
