#include "connectors/file_listing.h"

#include <algorithm>

namespace vigie {
namespace fs = std::filesystem;

namespace {

Result<FileListing> list_directory(const fs::path& directory, const char* extension) {
  FileListing listing{directory, {}, 0};
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == extension && !entry->is_directory(error)) {
      listing.files.push_back({entry->path().filename().string()});
    }
    if (listing.files.size() > FileListing::kMaxFiles) {
      return fail(ErrorCode::kInvalidInput, directory.string() + " holds more than " +
                                                std::to_string(FileListing::kMaxFiles) + " files");
    }
  }
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "cannot list " + directory.string() + ": " + error.message());
  }
  std::ranges::sort(listing.files, {}, &FileListing::File::name);
  return listing;
}

}  // namespace

Result<FileListing> list_files(const std::string& path, const char* extension) {
  if (path == "-") {
    return FileListing{{}, {{"-"}}, 0};
  }
  std::error_code error;
  FileListing listing;
  if (fs::is_directory(path, error)) {
    auto files = list_directory(path, extension);
    if (!files) {
      return files;
    }
    listing = std::move(*files);
  } else {
    listing = {fs::path(path).parent_path(), {{fs::path(path).filename().string()}}, 0};
  }
  for (FileListing::File& file : listing.files) {
    const auto size = fs::file_size(listing.directory / file.name, error);
    file.bytes = error ? 0 : size;
    listing.total_bytes += file.bytes;
  }
  return listing;
}

std::string canonical_path(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

}  // namespace vigie
