#include "engine/pipeline/pseudonymiser.h"

// Of OpenSSL's interfaces to SHA-256 only the old one lets a half-done hash be copied for the price
// of a copy; every author of every mention starts from one.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace vigie {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;

/// The hash after one block: the key, padded with zeros, each byte xor `pad` (RFC 2104).
SHA256_CTX begin(const TenantKey& key, unsigned char pad) {
  std::array<unsigned char, kBlockBytes> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i) {
    block[i] ^= key[i];
  }
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return state;
}

}  // namespace

struct Pseudonymiser::Keyed {
  SHA256_CTX inner, outer;
};

Pseudonymiser::Pseudonymiser(const std::vector<TenantKey>& keys) {
  for (const TenantKey& key : keys) {
    keyed_.push_back({begin(key, 0x36), begin(key, 0x5c)});
  }
}

Pseudonymiser::~Pseudonymiser() {
  for (Keyed& keyed : keyed_) {
    OPENSSL_cleanse(&keyed, sizeof keyed);
  }
}

Pseudonym Pseudonymiser::name(TenantId tenant, std::string_view network,
                              std::string_view author_id) const {
  SHA256_CTX state = keyed_[tenant].inner;
  const unsigned char separator = 0;
  SHA256_Update(&state, network.data(), network.size());
  SHA256_Update(&state, &separator, 1);
  SHA256_Update(&state, author_id.data(), author_id.size());
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
  SHA256_Final(hash.data(), &state);
  state = keyed_[tenant].outer;
  SHA256_Update(&state, hash.data(), hash.size());
  SHA256_Final(hash.data(), &state);
  Pseudonym pseudonym;
  std::copy_n(hash.begin(), pseudonym.size(), pseudonym.begin());
  return pseudonym;
}

}  // namespace vigie
