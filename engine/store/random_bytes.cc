#include "engine/store/random_bytes.h"

#include <sodium.h>

namespace vigie {

RandomBytes::~RandomBytes() { sodium_memzero(pool_.data(), pool_.size()); }

void RandomBytes::fill(std::span<unsigned char> out) {
  if (pool_.size() - used_ < out.size()) {
    std::array<unsigned char, randombytes_SEEDBYTES> seed;
    randombytes_buf(seed.data(), seed.size());
    randombytes_buf_deterministic(pool_.data(), pool_.size(), seed.data());
    sodium_memzero(seed.data(), seed.size());
    used_ = 0;
  }
  for (unsigned char& byte : out) {
    byte = pool_[used_];
    pool_[used_++] = 0;
  }
}

}  // namespace vigie
