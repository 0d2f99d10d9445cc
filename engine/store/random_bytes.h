#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <span>

namespace vigie {

/// The system's randomness, asked for in large pieces: a system call for each key costs more than
/// the key's use. What was given is forgotten here. One thread.
class RandomBytes {
 public:
  ~RandomBytes() { sodium_memzero(pool_.data(), pool_.size()); }

  /// At most kPoolBytes.
  void fill(std::span<unsigned char> out) {
    if (pool_.size() - used_ < out.size()) {
      randombytes_buf(pool_.data(), pool_.size());
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
