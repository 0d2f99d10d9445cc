#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace vigie {

/// Random bytes in pieces: a seed of the system's, stretched by ChaCha20 over 4 KiB, then a new
/// one. A system call for each key costs more than the key's use. What was given is forgotten here.
/// One thread.
class RandomBytes {
 public:
  ~RandomBytes();

  /// At most kPoolBytes.
  void fill(std::span<unsigned char> out);

 private:
  static constexpr std::size_t kPoolBytes = 4096;
  std::array<unsigned char, kPoolBytes> pool_{};
  std::size_t used_ = kPoolBytes;
};

}  // namespace vigie
