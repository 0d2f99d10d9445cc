#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

/// The public keys of an OpenID provider (a JWK Set, RFC 7517): RSA of 2048 to 8192 bits and EC
/// P-256, for signatures. Others are passed over.
class ProviderKeys {
 public:
  static constexpr std::size_t kMaxKeys = 64;

  ProviderKeys();
  ~ProviderKeys();
  ProviderKeys(ProviderKeys&&) noexcept;
  ProviderKeys& operator=(ProviderKeys&&) noexcept;

  /// kInvalidInput: not a JWK Set, or none of its keys is of use.
  static Result<ProviderKeys> parse(std::string_view json);

  /// Whether `signature` is that of `text` under the key named `id` by `algorithm`: RS256, PS256
  /// (both RFC 7518, 3.3 and 3.5) or ES256 (3.4, r and s of 32 bytes each). An empty `id` means the
  /// only key that can be meant. kNotFound: no key can be; kRefused: it is not, or another
  /// algorithm: never `none`, never a shared secret.
  Result<void> verify(std::string_view id, std::string_view algorithm, std::string_view text,
                      std::string_view signature) const;

 private:
  struct Key;
  std::vector<std::unique_ptr<Key>> keys_;
};

/// What a token must say to be for us, now, and for this sign-in.
struct IdTokenRules {
  std::string issuer, client_id, nonce;
  std::string name_claim, groups_claim;
};

struct IdToken {
  std::string subject, name;  ///< the name is empty if the token does not say it
  std::vector<std::string> groups;
};

/// How far the provider's clock may be off, and how old a token may be.
inline constexpr std::chrono::seconds kClockSkew{120}, kMaxIdTokenAge{600};
inline constexpr std::size_t kMaxIdTokenBytes = 64 << 10;

/// Checks a token in the compact form as OpenID Connect Core 1.0, 3.1.3.7 has it: signature, iss,
/// aud and azp, exp, nbf, iat, nonce. kNotFound: its key is not known (the provider may have new
/// ones); kRefused: anything else, in few words that repeat nothing of the token.
Result<IdToken> read_id_token(std::string_view token, const ProviderKeys& keys,
                              const IdTokenRules& rules, Time now);

}  // namespace vigie
