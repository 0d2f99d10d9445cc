#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/rights.h"
#include "engine/core/clock.h"

namespace vigie {

/// A town's directory, as an OpenID provider (OpenID Connect Core 1.0).
struct DirectorySettings {
  std::string issuer;  ///< exactly as its tokens say it
  std::string client_id;
  std::string client_secret;  ///< empty: a public client, PKCE alone
  std::string redirect_url;   ///< ours: where the provider sends browsers back to
  std::string home_url;       ///< ours: the screens
  std::vector<std::string> scopes = {"openid", "profile"};
  std::string groups_claim = "groups";
  std::string name_claim = "preferred_username";  ///< the account's name: nobody chooses their own
  std::string label = "Se connecter avec l'annuaire";
  std::map<std::string, RolesByTenant, std::less<>> roles;  ///< by group

  /// All that the groups give together.
  RolesByTenant roles_of(const std::vector<std::string>& groups) const;
};

/// Sign-ins that were begun: each is of one browser, for ten minutes, once. In memory. One thread.
class DirectoryDoor {
 public:
  static constexpr std::chrono::minutes kLifetime{10};
  static constexpr std::size_t kMaxBegun = 10'000;  ///< beyond: the oldest is forgotten

  explicit DirectoryDoor(const Clock& clock) : clock_(clock) {}

  /// All of them 256 random bits.
  struct Begun {
    std::string state, nonce;
    std::string verifier;  ///< of PKCE (RFC 7636)
    std::string browser;   ///< the cookie
  };
  Begun begin();
  /// What the provider's answer belongs to; from now on it is known no more. Nothing if there is
  /// none, it is too old, or of another browser, which spends nothing.
  std::optional<Begun> take(std::string_view state, std::string_view browser);

 private:
  struct Kept {
    Begun begun;
    Time at{};
  };
  const Clock& clock_;
  std::map<std::string, Kept, std::less<>> begun_;  ///< by the state's fingerprint
};

/// base64url(SHA-256(verifier)): PKCE's S256 (RFC 7636, 4.2).
std::string pkce_challenge(std::string_view verifier);

/// Where a browser goes to sign in: `endpoint` with the fields of an authorization request.
std::string authorization_url(const DirectorySettings& settings, std::string_view endpoint,
                              const DirectoryDoor::Begun& begun);

}  // namespace vigie
