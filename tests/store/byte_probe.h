#pragma once

#include <lz4.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/bytes.h"

namespace vigie {

/// Looks for words in all files below a folder, whatever they are: live and obsolete tables, logs,
/// manifests, backups. Looks at the raw bytes, and into everything in them that reads as a pack
/// (engine/store/pack.h), wherever it stands.
class ByteProbe {
 public:
  explicit ByteProbe(std::string folder) : folder_(std::move(folder)) {}

  /// "file: raw" or "file: in a pack", of each file that holds `word`.
  std::vector<std::string> find(std::string_view word) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) {
        continue;
      }
      const std::string bytes = read(entry.path());
      if (bytes.find(word) != std::string::npos) {
        found.push_back(entry.path().string() + ": raw");
      }
      if (is_in_a_pack(bytes, word)) {
        found.push_back(entry.path().string() + ": in a pack");
      }
    }
    return found;
  }

 private:
  static std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return std::move(bytes).str();
  }

  static bool is_in_a_pack(std::string_view bytes, std::string_view word) {
    constexpr char kPackFormat = 3;
    constexpr std::uint64_t kMostRecords = 4'096, kMostBytes = 4U << 20;
    std::string body;
    for (std::size_t at = bytes.find(kPackFormat); at != bytes.npos;
         at = bytes.find(kPackFormat, at + 1)) {
      ByteReader head(bytes.substr(at + 1));
      head.varint();
      const std::uint64_t count = head.varint(), size = head.varint();
      if (!head.ok() || count == 0 || count > kMostRecords || size < count || size > kMostBytes) {
        continue;
      }
      const std::string_view block = bytes.substr(bytes.size() - head.left());
      body.resize(size);
      const int most = static_cast<int>(std::min<std::size_t>(block.size(), kMostBytes));
      const int read = LZ4_decompress_safe_partial(block.data(), body.data(), most,
                                                   static_cast<int>(size), static_cast<int>(size));
      if (read > 0 && std::string_view(body).substr(0, static_cast<std::size_t>(read)).find(word) !=
                          std::string_view::npos) {
        return true;
      }
    }
    return false;
  }

  std::string folder_;
};

}  // namespace vigie
