#include "engine/access/directory.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "engine/access/secret.h"
#include "engine/core/form.h"

namespace vigie {

RolesByTenant DirectorySettings::roles_of(const std::vector<std::string>& groups) const {
  RolesByTenant all;
  for (const std::string& group : groups) {
    const auto found = roles.find(group);
    if (found == roles.end()) {
      continue;
    }
    for (const auto& [tenant, held] : found->second) {
      all[tenant].insert(held.begin(), held.end());
    }
  }
  return all;
}

DirectoryDoor::Begun DirectoryDoor::begin() {
  const Time now = clock_.now();
  std::erase_if(begun_, [&](const auto& entry) { return now - entry.second.at > kLifetime; });
  if (begun_.size() >= kMaxBegun) {
    begun_.erase(
        std::ranges::min_element(begun_, {}, [](const auto& entry) { return entry.second.at; }));
  }
  Begun begun{random_token(), random_token(), random_token(), random_token()};
  begun_.emplace(fingerprint(begun.state), Kept{begun, now});
  return begun;
}

std::optional<DirectoryDoor::Begun> DirectoryDoor::take(std::string_view state,
                                                        std::string_view browser) {
  const auto found = begun_.find(fingerprint(state));
  if (found == begun_.end() || !is_same_secret(found->second.begun.browser, browser)) {
    return std::nullopt;
  }
  const Kept kept = found->second;
  begun_.erase(found);
  return clock_.now() - kept.at > kLifetime ? std::nullopt : std::optional(kept.begun);
}

std::string pkce_challenge(std::string_view verifier) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest.data());
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string authorization_url(const DirectorySettings& settings, std::string_view endpoint,
                              const DirectoryDoor::Begun& begun) {
  std::string scope;
  for (const std::string& one : settings.scopes) {
    scope += (scope.empty() ? "" : " ") + one;
  }
  std::string url(endpoint);
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url + form_of({{"response_type", "code"},
                        {"client_id", settings.client_id},
                        {"redirect_uri", settings.redirect_url},
                        {"scope", scope},
                        {"state", begun.state},
                        {"nonce", begun.nonce},
                        {"code_challenge", pkce_challenge(begun.verifier)},
                        {"code_challenge_method", "S256"}});
}

}  // namespace vigie
