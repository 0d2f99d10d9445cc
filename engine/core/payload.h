#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace vigie {

/// The bytes a source sent, owned, followed by `kPaddingBytes` readable zeros (what SIMD parsers
/// need to read past the end without a copy). Movable, not copyable.
class Payload {
 public:
  static constexpr std::size_t kPaddingBytes = 64;

  Payload() = default;
  explicit Payload(std::string_view bytes) : Payload(bytes.size()) {
    if (!bytes.empty()) {
      std::memcpy(bytes_.get(), bytes.data(), bytes.size());
    }
  }
  /// `size` bytes to be filled in through `span()`.
  explicit Payload(std::size_t size) : bytes_(new char[size + kPaddingBytes]), size_(size) {
    std::memset(bytes_.get() + size, 0, kPaddingBytes);
  }

  std::string_view view() const { return {bytes_.get(), size_}; }
  std::span<char> span() { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace vigie
