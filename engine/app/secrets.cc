#include "engine/app/secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/core/private_file.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

tl::unexpected<Error> unreadable(const fs::path& path, const char* what) {
  return fail(ErrorCode::kUnavailable, path.string() + ": " + what + ": " + std::strerror(errno));
}

Result<TenantKey> read_key(const File& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return unreadable(path, "cannot be examined");
  }
  if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::kRefused, path.string() + ": others may read this key; chmod 600 it");
  }
  TenantKey key;
  if (::read(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) ||
      status.st_size != static_cast<off_t>(key.size())) {
    return fail(ErrorCode::kCorrupt, path.string() + ": is not a key of 32 bytes");
  }
  return key;
}

Result<TenantKey> make_key(const fs::path& path) {
  TenantKey key;
  randombytes_buf(key.data(), key.size());
  const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
  if (const Result<void> written = write_private_file(path.string(), bytes); !written) {
    return tl::make_unexpected(written.error());
  }
  return key;
}

}  // namespace

Result<std::vector<TenantKey>> read_or_make_tenant_keys(const std::string& directory,
                                                        const std::vector<Tenant>& tenants) {
  const fs::path keys_directory = fs::path(directory) / "keys";
  std::error_code error;
  fs::create_directories(keys_directory, error);
  if (error) {
    return fail(ErrorCode::kUnavailable, keys_directory.string() + ": " + error.message());
  }
  fs::permissions(keys_directory, fs::perms::owner_all, error);
  std::vector<TenantKey> keys;
  for (const Tenant& tenant : tenants) {
    const fs::path path = keys_directory / (tenant.id + ".key");
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno != ENOENT) {
      return unreadable(path, "cannot be opened");
    }
    Result<TenantKey> key = file ? read_key(file, path) : make_key(path);
    if (!key) {
      return tl::make_unexpected(key.error());
    }
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace vigie
