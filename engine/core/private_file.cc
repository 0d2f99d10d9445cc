#include "engine/core/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace vigie {
namespace {

tl::unexpected<Error> cannot_write(const std::string& path) {
  return fail(ErrorCode::kUnavailable, "cannot write " + path + ": " + std::strerror(errno));
}

/// So that what was named in the folder of `path` stays named.
Result<void> sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return cannot_write(folder);
  }
  const bool synced = ::fsync(directory) == 0;
  ::close(directory);
  return synced ? Result<void>() : cannot_write(folder);
}

}  // namespace

Result<void> write_private_file(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  std::remove(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return cannot_write(fresh);
  }
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!written || std::rename(fresh.c_str(), path.c_str()) != 0) {
    return cannot_write(path);
  }
  return sync_folder_of(path);
}

Result<void> make_private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    return sync_folder_of(path);
  }
  return errno == EEXIST ? Result<void>() : cannot_write(path);
}

}  // namespace vigie
