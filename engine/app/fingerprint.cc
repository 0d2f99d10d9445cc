#include "engine/app/fingerprint.h"

#include <sodium.h>

#include <cstdint>

namespace vigie {

void Fingerprint::add(std::string_view piece) {
  const std::uint64_t size = piece.size();
  for (std::size_t i = 0; i < sizeof size; ++i) {
    bytes_ += static_cast<char>(size >> (8 * i));
  }
  bytes_ += piece;
}

std::string Fingerprint::finish() const {
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(bytes_.data()),
                     bytes_.size(), nullptr, 0);
  char text[17];
  sodium_bin2hex(text, sizeof text, hash, 8);
  return text;
}

}  // namespace vigie
