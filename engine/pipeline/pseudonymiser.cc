#include "engine/pipeline/pseudonymiser.h"

#include <sodium.h>

#include <algorithm>

namespace vigie {
namespace {

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

struct Pseudonymiser::Keyed {
  crypto_auth_hmacsha256_state state;
};

Pseudonymiser::Pseudonymiser(const std::vector<TenantKey>& keys) {
  for (const TenantKey& key : keys) {
    crypto_auth_hmacsha256_init(&keyed_.emplace_back().state, key.data(), key.size());
  }
}

Pseudonymiser::~Pseudonymiser() {
  for (Keyed& keyed : keyed_) {
    sodium_memzero(&keyed, sizeof keyed);
  }
}

Pseudonym Pseudonymiser::name(TenantId tenant, std::string_view network,
                              std::string_view author_id) const {
  crypto_auth_hmacsha256_state state = keyed_[tenant].state;
  const unsigned char separator = 0;
  crypto_auth_hmacsha256_update(&state, bytes(network), network.size());
  crypto_auth_hmacsha256_update(&state, &separator, 1);
  crypto_auth_hmacsha256_update(&state, bytes(author_id), author_id.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  Pseudonym pseudonym;
  std::copy_n(mac.begin(), pseudonym.size(), pseudonym.begin());
  return pseudonym;
}

}  // namespace vigie
