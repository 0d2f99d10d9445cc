#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// The files to read, by name, and the directory they are in.
struct FileListing {
  static constexpr std::size_t kMaxFiles = 100'000;

  struct File {
    std::string name;
    std::uint64_t bytes = 0;
  };
  std::filesystem::path directory;
  std::vector<File> files;
  std::uint64_t total_bytes = 0;
};

/// `path`: one file, "-" for the standard input, or a directory: its files whose names end in
/// `extension`.
Result<FileListing> list_files(const std::string& path, const char* extension);

/// The same file by the same name, wherever one stands and whatever points to it.
std::string canonical_path(const std::string& path);

}  // namespace vigie
