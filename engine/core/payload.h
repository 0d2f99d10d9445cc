#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace vigie {

/// The bytes a source sent, owned, followed by `kPaddingBytes` readable zeros (what SIMD parsers
/// need to read past the end without a copy). Movable, not copyable.
class Payload {
 public:
  static constexpr std::size_t kPaddingBytes = 64;

  Payload() = default;
  explicit Payload(std::string_view bytes) : size_(bytes.size()) {
    bytes_.reserve(size_ + kPaddingBytes);
    bytes_.append(bytes).append(kPaddingBytes, '\0');
  }
  /// Takes them over; without a copy, if their capacity has room for the padding.
  explicit Payload(std::string&& bytes) : bytes_(std::move(bytes)), size_(bytes_.size()) {
    if (bytes_.capacity() < size_ + kPaddingBytes) {
      std::string larger;
      larger.reserve(size_ + kPaddingBytes);
      larger.append(bytes_);
      bytes_.swap(larger);
    }
    bytes_.append(kPaddingBytes, '\0');
  }
  Payload(Payload&& other) noexcept = default;
  Payload& operator=(Payload&& other) noexcept = default;

  std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }
  std::size_t size() const { return size_; }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
};

}  // namespace vigie
