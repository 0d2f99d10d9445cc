#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/core/result.h"
#include "engine/core/time.h"

namespace vigie {

/// What whoever holds a link of a message may do about its alert.
enum class LinkAction : std::uint8_t { kTake, kNotUseful, kMute };

struct ActionLink {
  std::string tenant;  ///< its id
  std::uint64_t alert = 0;
  LinkAction action = LinkAction::kTake;
  std::string receiver;  ///< whom the message with the link went to
  Time expires_at{};     ///< whole seconds
};

/// Signs links and tells ours from others. Each tenant's key is derived (crypto_kdf, BLAKE2b) from
/// the key that its authors' pseudonyms are made with; a token is
/// base64url("1|tenant|alert|action|expires|receiver") "." base64url(HMAC-SHA-512-256 of it). Any
/// thread.
class ActionLinks {
 public:
  using Key = std::array<unsigned char, 32>;

  /// By tenant: its secret.
  explicit ActionLinks(const std::map<std::string, Key, std::less<>>& secrets);

  /// Empty for a tenant without a secret.
  std::string token(const ActionLink& link) const;
  /// kRefused: it is not ours; kNotFound: it has expired.
  Result<ActionLink> read(std::string_view token, Time now) const;

 private:
  std::map<std::string, Key, std::less<>> keys_;
};

}  // namespace vigie
