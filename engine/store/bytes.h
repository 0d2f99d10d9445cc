#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vigie {

// The numbers on disk. In keys: big-endian, so that bytes order as numbers do. In values: LEB128
// varints (signed ones zigzag) and length-prefixed strings.

/// A number whose bytes in memory are those on disk, or the other way round.
inline std::uint64_t big_endian(std::uint64_t number) {
  return std::endian::native == std::endian::big ? number : __builtin_bswap64(number);
}

inline void put_u32(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift));
  }
}
inline void put_u64(std::string& out, std::uint64_t number) {
  put_u32(out, static_cast<std::uint32_t>(number >> 32));
  put_u32(out, static_cast<std::uint32_t>(number));
}
inline void put_varint(std::string& out, std::uint64_t number) {
  if (number < 0x80) [[likely]] {
    out.push_back(static_cast<char>(number));
    return;
  }
  char bytes[10];
  std::size_t size = 0;
  for (; number >= 0x80; number >>= 7) {
    bytes[size++] = static_cast<char>(number | 0x80);
  }
  bytes[size++] = static_cast<char>(number);
  out.append(bytes, size);
}
inline void put_signed(std::string& out, std::int64_t number) {
  put_varint(out,
             (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

/// Writes the same to memory that is known to be large enough: no look at a capacity for each byte.
class ByteWriter {
 public:
  static constexpr std::size_t kMaxVarintBytes = 10;

  explicit ByteWriter(char* to) : at_(to) {}
  char* at() const { return at_; }

  void byte(unsigned number) { *at_++ = static_cast<char>(number); }
  void bytes(std::string_view bytes) { at_ = std::copy(bytes.begin(), bytes.end(), at_); }
  void u64(std::uint64_t number) {
    number = big_endian(number);
    std::memcpy(at_, &number, sizeof number);
    at_ += sizeof number;
  }
  void varint(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) {
      *at_++ = static_cast<char>(number | 0x80);
    }
    *at_++ = static_cast<char>(number);
  }
  void integer(std::int64_t number) {
    varint((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  void text(std::string_view text) {
    varint(text.size());
    bytes(text);
  }

 private:
  char* at_;
};

/// Takes numbers and strings off the front of `bytes`. After anything that does not fit, `ok()` is
/// false for good and everything read is zero or empty: check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && left_.empty(); }
  std::size_t left() const { return left_.size(); }

  std::string_view take(std::uint64_t size) {
    if (size > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(static_cast<std::size_t>(size));
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
  }
  std::uint32_t u32() {
    std::uint32_t number = 0;
    for (const char c : take(4)) {
      number = (number << 8) | static_cast<unsigned char>(c);
    }
    return number;
  }
  std::uint64_t u64() {
    std::uint64_t number = 0;
    const std::string_view taken = take(sizeof number);
    taken.copy(reinterpret_cast<char*>(&number), sizeof number);
    return big_endian(number);
  }
  std::uint64_t varint() {
    constexpr std::size_t kMaxBytes = 10;
    std::uint64_t number = 0;
    const std::size_t most = std::min(left_.size(), kMaxBytes);
    for (std::size_t i = 0; i < most; ++i) {
      const auto next = static_cast<unsigned char>(left_[i]);
      number |= static_cast<std::uint64_t>(next & 0x7f) << (7 * i);
      if (next < 0x80) {
        left_.remove_prefix(i + 1);
        return number;
      }
    }
    ok_ = false;
    left_ = {};
    return 0;
  }
  std::int64_t integer() {
    const std::uint64_t number = varint();
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
  }
  std::string_view text() { return take(varint()); }
  template <class T>
  T natural() {
    return static_cast<T>(varint());
  }
  /// An enum of `count` values numbered from 0.
  template <class Enum>
  Enum choice(std::uint8_t count) {
    const std::uint8_t number = byte();
    ok_ = ok_ && number < count;
    return static_cast<Enum>(ok_ ? number : 0);
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace vigie
