#include "connectors/nats_credentials.h"

#include <sodium.h>

#include <cstdint>
#include <utility>

#include "connectors/secret.h"
#include "engine/core/ascii.h"

namespace vigie {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned kUserPrefix = 20U << 3, kSeedPrefix = 18U << 3;
constexpr std::size_t kChecksumBytes = 2;

std::optional<std::string> from_base32(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t value = kBase32.find(c);
    if (value == kBase32.npos) {
      return std::nullopt;
    }
    held = (held << 5U | static_cast<std::uint32_t>(value)) & 0xfffU;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 0xffU);
    }
  }
  return bytes;
}

std::string in_base32(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U | static_cast<unsigned char>(c)) & 0xfffU;
    for (bits += 8; bits >= 5; bits -= 5) {
      text += kBase32[held >> (bits - 5) & 31U];
    }
  }
  if (bits > 0) {
    text += kBase32[held << (5 - bits) & 31U];
  }
  return text;
}

/// CRC-16/XMODEM, the low byte first.
std::string checksum_of(std::string_view bytes) {
  std::uint32_t crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8U;
    for (int bit = 0; bit < 8; ++bit) {
      crc = ((crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U) & 0xffffU;
    }
  }
  return {static_cast<char>(crc & 0xffU), static_cast<char>(crc >> 8U)};
}

struct KeyPair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};

  explicit KeyPair(const std::string& seed) {
    crypto_sign_seed_keypair(open.data(), secret.data(),
                             reinterpret_cast<const unsigned char*>(seed.data()));
  }
  ~KeyPair() { sodium_memzero(secret.data(), secret.size()); }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;

  /// "U…", as the server knows it.
  std::string name() const {
    std::string bytes(1, static_cast<char>(kUserPrefix));
    bytes.append(reinterpret_cast<const char*>(open.data()), open.size());
    return in_base32(bytes + checksum_of(bytes));
  }
  /// base64url without padding.
  std::string sign(std::string_view text) const {
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret.data());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string out(sodium_base64_encoded_len(signature.size(), kVariant), '\0');
    sodium_bin2base64(out.data(), out.size(), signature.data(), signature.size(), kVariant);
    out.pop_back();  // the NUL
    return out;
  }
};

/// What stands in the block called `name`, one line; empty: it is not there.
std::string_view block(std::string_view file, std::string_view name) {
  const std::string begin = "BEGIN " + std::string(name) + "-----";
  std::size_t at = file.find(begin);
  if (at == file.npos) {
    return {};
  }
  at += begin.size();
  const std::size_t end = file.find("---", at);
  return end == file.npos ? std::string_view() : trimmed(file.substr(at, end - at));
}

void read_seed(const std::string& text, const Settings& place, NatsCredentials& credentials,
               std::vector<Problem>& problems) {
  Result<std::string> seed = parse_nats_seed(text);
  if (seed) {
    credentials.seed = std::move(*seed);
  } else {
    place.complain(seed.error().text, problems);
  }
}

void read_creds(const Settings& settings, NatsCredentials& credentials,
                std::vector<Problem>& problems) {
  const Settings& place = *settings.find("creds_file");
  const Result<std::string> file =
      read_secret_file(settings.resolve(settings.text("creds_file", problems)));
  if (!file) {
    return place.complain(file.error().text, problems);
  }
  const std::optional<NatsCreds> creds = parse_nats_creds(*file);
  if (!creds) {
    return place.complain("'creds_file' holds no user's JWT and seed", problems);
  }
  credentials.jwt = creds->jwt;
  read_seed(creds->seed, place, credentials, problems);
}

}  // namespace

NatsCredentials read_nats_credentials(const Settings& settings, std::vector<Problem>& problems) {
  NatsCredentials credentials;
  credentials.user = settings.text("user", problems, "");
  credentials.secret = read_secret(settings, problems).value_or("");
  if (!credentials.user.empty() && credentials.secret.empty()) {
    settings.complain("'user' needs its password in 'secret_file' or 'credential'", problems);
  }
  const Settings* nkey = settings.find("nkey_file");
  nkey = nkey != nullptr ? nkey : settings.find("nkey_credential");
  if (const auto seed = read_secret(settings, problems, "nkey_file", "nkey_credential")) {
    read_seed(*seed, *nkey, credentials, problems);
  }
  const bool has_creds = settings.find("creds_file") != nullptr;
  const bool has_password = settings.find("secret_file") || settings.find("credential");
  if (static_cast<int>(has_creds) + static_cast<int>(nkey != nullptr) +
          static_cast<int>(has_password) >
      1) {
    settings.complain("one way to prove oneself is enough: a password, an NKey or a .creds file",
                      problems);
  }
  if (has_creds) {
    read_creds(settings, credentials, problems);
  }
  return credentials;
}

void write_nats_proof(const NatsCredentials& credentials, std::string_view nonce,
                      JsonWriter& json) {
  if (credentials.seed.empty()) {
    if (!credentials.user.empty()) {
      json.key("user").value(credentials.user).key("pass").value(credentials.secret);
    } else if (!credentials.secret.empty()) {
      json.key("auth_token").value(credentials.secret);
    }
    return;
  }
  const KeyPair key(credentials.seed);
  if (credentials.jwt.empty()) {
    json.key("nkey").value(key.name());
  } else {
    json.key("jwt").value(credentials.jwt);
  }
  json.key("sig").value(key.sign(nonce));
}

Result<std::string> parse_nats_seed(std::string_view text) {
  constexpr std::size_t kPrefixBytes = 2;
  const std::optional<std::string> bytes = from_base32(trimmed(text));
  const std::size_t size = kPrefixBytes + crypto_sign_SEEDBYTES;
  if (!bytes || bytes->size() != size + kChecksumBytes ||
      checksum_of(bytes->substr(0, size)) != bytes->substr(size)) {
    return fail(ErrorCode::kInvalidInput, "this is not the seed of an NKey (SU…)");
  }
  const auto first = static_cast<unsigned char>((*bytes)[0]);
  const auto second = static_cast<unsigned char>((*bytes)[1]);
  const unsigned kind = (first & 7U) << 5U | second >> 3U;
  if ((first & 0xf8U) != kSeedPrefix || kind != kUserPrefix) {
    return fail(ErrorCode::kInvalidInput, "this is the seed of an NKey, but not a user's (SU…)");
  }
  return bytes->substr(kPrefixBytes, crypto_sign_SEEDBYTES);
}

std::optional<NatsCreds> parse_nats_creds(std::string_view file) {
  NatsCreds creds{std::string(block(file, "NATS USER JWT")),
                  std::string(block(file, "USER NKEY SEED"))};
  const bool is_whole = !creds.jwt.empty() && !creds.seed.empty() &&
                        creds.jwt.find_first_of(" \r\n") == std::string::npos;
  return is_whole ? std::optional(std::move(creds)) : std::nullopt;
}

}  // namespace vigie
