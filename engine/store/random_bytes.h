#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <span>

namespace vigie {

/// Random bytes in pieces: a seed of the system's, stretched by ChaCha20 over 4 KiB, then a new
/// one. A system call for each key costs more than the key's use. What was given is forgotten here.
/// One thread.
class RandomBytes {
 public:
  ~RandomBytes() { sodium_memzero(pool_.data(), pool_.size()); }

  /// At most kPoolBytes.
  void fill(std::span<unsigned char> out) {
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

 private:
  static constexpr std::size_t kPoolBytes = 4096;
  std::array<unsigned char, kPoolBytes> pool_{};
  std::size_t used_ = kPoolBytes;
};

}  // namespace vigie
