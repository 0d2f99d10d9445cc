#include "connectors/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

#include "connectors/csv_records.h"

namespace vigie {
namespace asio = boost::asio;

namespace {

constexpr int kPipeBytes = 1 << 20;  ///< what Linux lets anybody have

tl::unexpected<Error> system_failure(const std::string& what) {
  return fail(ErrorCode::kUnavailable, what + ": " + std::strerror(errno));
}

}  // namespace

Result<OpenFile> OpenFile::open(asio::any_io_executor executor, const std::string& path) {
  const int fd =
      path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return system_failure("cannot open " + path);
  }
  OpenFile file(executor, fd, path);
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) {
    return system_failure("cannot look at " + path);
  }
  if (S_ISDIR(facts.st_mode)) {
    return fail(ErrorCode::kInvalidInput, path + " is a directory inside a directory");
  }
  file.regular_ = S_ISREG(facts.st_mode);
  file.size_ = file.regular_ ? static_cast<std::uint64_t>(facts.st_size) : 0;
  // Fewer turns between who writes and us, if we may.
  if (S_ISFIFO(facts.st_mode) && ::fcntl(fd, F_GETPIPE_SZ) < kPipeBytes) {
    ::fcntl(fd, F_SETPIPE_SZ, kPipeBytes);
  }
  return file;
}

std::uint64_t OpenFile::fingerprint(std::uint64_t offset) {
  if (!regular_) {
    return 0;
  }
  const std::uint64_t edge = std::min<std::uint64_t>(offset, kEdgeBytes);
  return hash_on(hash_on(0xcbf29ce484222325ULL, 0, edge), offset - edge, edge);
}

std::uint64_t OpenFile::hash_on(std::uint64_t hash, std::uint64_t offset, std::uint64_t size) {
  std::array<char, kEdgeBytes> bytes;
  const ssize_t got =
      ::pread(descriptor_.native_handle(), bytes.data(), size, static_cast<off_t>(offset));
  for (const char byte :
       std::span(bytes).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)))) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  }
  return hash;
}

std::string OpenFile::header() {
  std::string head(kMaxHeaderBytes, '\0');
  const ssize_t got = ::pread(descriptor_.native_handle(), head.data(), head.size(), 0);
  head.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  const std::size_t end = csv_record_end(head);
  head.resize(end == std::string::npos ? 0 : end);
  return head;
}

void OpenFile::seek(std::uint64_t offset) {
  if (regular_) {
    ::lseek(descriptor_.native_handle(), static_cast<off_t>(offset), SEEK_SET);
  }
}

asio::awaitable<Result<std::size_t>> OpenFile::read(std::span<char> room) {
  if (!regular_) {
    const auto [error, got] = co_await descriptor_.async_read_some(
        asio::buffer(room.data(), room.size()), asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) {
      throw boost::system::system_error(error);
    }
    if (error && error != asio::error::eof) {
      co_return fail(ErrorCode::kUnavailable, "cannot read " + path_ + ": " + error.message());
    }
    co_return got;
  }
  co_await asio::post(descriptor_.get_executor(), asio::use_awaitable);
  const ssize_t got = ::read(descriptor_.native_handle(), room.data(), room.size());
  if (got < 0) {
    co_return system_failure("cannot read " + path_);
  }
  co_return static_cast<std::size_t>(got);
}

}  // namespace vigie
