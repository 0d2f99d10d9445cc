#include "connectors/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace vigie {
namespace {

constexpr std::size_t kMinSecretBytes = 16;
constexpr std::size_t kMaxSecretBytes = 4096;
/// Below this are those of every service that runs, a folder each; ours is $CREDENTIALS_DIRECTORY.
constexpr std::string_view kCredentials = "/run/credentials/";

Result<std::string> checked(std::string secret, const std::string& where) {
  while (secret.ends_with('\n') || secret.ends_with('\r')) {
    secret.pop_back();
  }
  if (secret.size() < kMinSecretBytes || secret.size() > kMaxSecretBytes) {
    return fail(ErrorCode::kInvalidInput, where + " must hold " + std::to_string(kMinSecretBytes) +
                                              " to " + std::to_string(kMaxSecretBytes) + " bytes");
  }
  return secret;
}

Result<std::string> read_credential(const std::string& name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || name.find('/') != std::string::npos) {
    return fail(ErrorCode::kNotFound, "no credential '" + name + "' was handed over by systemd");
  }
  std::ifstream file(std::string(folder) + "/" + name, std::ios::binary);
  std::string secret(kMaxSecretBytes + 2, '\0');
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::kNotFound, "the credential '" + name + "' cannot be read");
  }
  secret.resize(static_cast<std::size_t>(file.gcount()));
  return checked(std::move(secret), "the credential '" + name + "'");
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  if (path.starts_with(kCredentials)) {
    return read_credential(path.substr(path.rfind('/') + 1));
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return fail(ErrorCode::kUnavailable,
                "cannot open secret file " + path + ": " + std::strerror(errno));
  }
  struct stat facts {};
  std::string secret(kMaxSecretBytes + 2, '\0');
  const bool is_file = ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
  const ssize_t got = is_file ? ::read(fd, secret.data(), secret.size()) : -1;
  ::close(fd);
  if (got < 0) {
    return fail(ErrorCode::kUnavailable, "cannot read secret file " + path);
  }
  if ((facts.st_mode & 077) != 0) {
    return fail(ErrorCode::kRefused,
                "secret file " + path + " may be read by others than its owner: chmod 600 it");
  }
  secret.resize(static_cast<std::size_t>(got));
  return checked(std::move(secret), "secret file " + path);
}

std::optional<std::string> read_secret(const Settings& settings, std::vector<Problem>& problems,
                                       std::string_view file_field,
                                       std::string_view credential_field) {
  const Settings* file = settings.find(file_field);
  const Settings* field = file ? file : settings.find(credential_field);
  if (field == nullptr) {
    return std::nullopt;
  }
  const std::string name = settings.text(file ? file_field : credential_field, problems);
  Result<std::string> secret =
      file ? read_secret_file(settings.resolve(name)) : read_credential(name);
  if (!secret) {
    field->complain(secret.error().text, problems);
    return std::nullopt;
  }
  if (!std::ranges::all_of(*secret, [](char c) { return c > ' ' && c < 0x7f; })) {
    field->complain("the secret of '" + name + "' must be one line of visible ASCII characters",
                    problems);
    return std::nullopt;
  }
  return std::move(*secret);
}

}  // namespace vigie
