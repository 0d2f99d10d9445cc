#include "engine/store/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>

namespace vigie {
namespace {

constexpr std::string_view kPrefix = "MANIFEST-";
/// Records lie in blocks; a record's header is its masked checksum (u32), its length (u16), its
/// type (u8), all little-endian. What is left of a block and too short for a header is empty.
constexpr std::size_t kBlockBytes = 32768, kHeaderBytes = 7;

std::uint32_t number_at(std::string_view bytes, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = size; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

/// Masked as RocksDB does, so that a checksum of checksums is none.
std::uint32_t masked_crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return (sum >> 15 | sum << 17) + 0xa282ead8U;
}

/// Bytes of the record that `left`, the rest of its block or file, begins with; 0 if it is damaged.
std::size_t record_bytes(std::string_view left) {
  if (left.size() < kHeaderBytes) {
    return 0;
  }
  const std::size_t length = number_at(left.substr(4), 2);
  const bool is_there = length <= left.size() - kHeaderBytes;
  return is_there && masked_crc32c(left.substr(6, 1 + length)) == number_at(left, 4)
             ? kHeaderBytes + length
             : 0;
}

}  // namespace

std::optional<std::uint64_t> current_manifest(const std::string& folder) {
  std::ifstream file(folder + "/CURRENT");
  std::string name;
  if (!std::getline(file, name) || !name.starts_with(kPrefix)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [read, error] = std::from_chars(name.data() + kPrefix.size(), end, number);
  return error == std::errc() && read == end ? std::optional(number) : std::nullopt;
}

std::string manifest_path(const std::string& folder, std::uint64_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "/MANIFEST-%06llu", static_cast<unsigned long long>(number));
  return folder + name;
}

bool is_whole(const std::string& folder, const ManifestMark& mark) {
  const std::optional<std::uint64_t> current = current_manifest(folder);
  if (mark.number == 0 || (current && *current > mark.number)) {
    return true;
  }
  if (current != mark.number) {
    return false;
  }
  std::ifstream file(manifest_path(folder, mark.number), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < mark.bytes) {
    return false;
  }
  for (std::size_t at = 0; at < mark.bytes;) {
    const std::size_t block_left = kBlockBytes - at % kBlockBytes;
    if (block_left < kHeaderBytes) {
      at += block_left;
      continue;
    }
    const std::size_t left = std::min<std::size_t>(block_left, mark.bytes - at);
    const std::size_t record = record_bytes(std::string_view(bytes).substr(at, left));
    if (record == 0) {
      return false;
    }
    at += record;
  }
  return true;
}

ManifestWatch::ManifestWatch(const std::string& folder) {
  if (const std::optional<std::uint64_t> number = current_manifest(folder)) {
    mark_.number = *number;
    file_ = ::open(manifest_path(folder, *number).c_str(), O_RDONLY | O_CLOEXEC);
  }
}

ManifestWatch::~ManifestWatch() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

const ManifestMark& ManifestWatch::mark() {
  const std::uint64_t grown = size();
  // What grows meanwhile is counted the next time: it may not be whole yet.
  if (grown != mark_.bytes && ::fdatasync(file_) == 0 && size() == grown) {
    mark_.bytes = grown;
  }
  return mark_;
}

std::uint64_t ManifestWatch::size() const {
  struct stat found {};
  return file_ >= 0 && ::fstat(file_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size)
                                                   : mark_.bytes;
}

}  // namespace vigie
