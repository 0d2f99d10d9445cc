#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
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
  explicit Payload(std::string_view bytes)
      : Payload(std::make_unique_for_overwrite<char[]>(bytes.size() + kPaddingBytes),
                bytes.size()) {
    bytes.copy(room_.get(), size_);
  }
  /// Takes over `size` bytes and the room for kPaddingBytes behind them.
  Payload(std::unique_ptr<char[]> room, std::size_t size) : room_(std::move(room)), size_(size) {
    std::memset(room_.get() + size_, 0, kPaddingBytes);
  }
  /// Takes them over; without a copy, if their capacity has room for the padding.
  explicit Payload(std::string&& bytes) : bytes_(std::move(bytes)), size_(bytes_.size()) {
    if (bytes_.capacity() - size_ < kPaddingBytes) {
      *this = Payload(view());
    } else {
      bytes_.append(kPaddingBytes, '\0');
    }
  }
  Payload(Payload&& other) noexcept
      : room_(std::move(other.room_)),
        bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)) {}
  Payload& operator=(Payload&& other) noexcept {
    room_ = std::move(other.room_);
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  std::string_view view() const { return {room_ ? room_.get() : bytes_.data(), size_}; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> room_;  ///< or else they lie in bytes_
  std::string bytes_;
  std::size_t size_ = 0;
};

}  // namespace vigie
