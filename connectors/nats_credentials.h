#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/json_writer.h"
#include "engine/core/result.h"
#include "engine/core/settings.h"

namespace vigie {

/// How a connector proves itself to a NATS server. One of:
///
///   - user, and its password in secret_file or credential; without user that is a token
///   - nkey_file or nkey_credential: the seed (SU…) of a user's NKey, an Ed25519 key pair; the
///     server knows its public half, and never sees the seed
///   - creds_file: a user's JWT and the seed it was made for, as nsc writes them (.creds)
///
/// With a seed the server's nonce is signed. Files are of mode 0600.
struct NatsCredentials {
  std::string user, secret;
  std::string jwt;   ///< empty: there is none
  std::string seed;  ///< 32 bytes; empty: there is none
};

/// The settings that say so, for who checks a map's fields.
inline constexpr std::array<std::string_view, 6> kNatsCredentialSettings = {
    "user", "secret_file", "credential", "nkey_file", "nkey_credential", "creds_file"};
NatsCredentials read_nats_credentials(const Settings& settings, std::vector<Problem>& problems);

/// The members of CONNECT that prove it. `nonce`: what the server's greeting asks to be signed;
/// empty: nothing.
void write_nats_proof(const NatsCredentials& credentials, std::string_view nonce, JsonWriter& json);

/// The 32 bytes of a user's seed: base32 of a prefix, the seed and a CRC-16 (nkeys). kInvalidInput
/// if it is none, without a word of it.
Result<std::string> parse_nats_seed(std::string_view text);

/// The JWT and the seed in the two armoured blocks of a .creds file.
struct NatsCreds {
  std::string jwt, seed;
};
std::optional<NatsCreds> parse_nats_creds(std::string_view file);

}  // namespace vigie
