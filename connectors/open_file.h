#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "engine/core/result.h"

namespace vigie {

/// A file that is open for reading; regular files by plain reads, pipes and terminals through the
/// reactor.
class OpenFile {
 public:
  static constexpr std::size_t kEdgeBytes = 4096;  ///< what a fingerprint takes of each end
  static constexpr std::size_t kMaxHeaderBytes = 64 << 10;

  /// `path`: "-" is the standard input.
  static Result<OpenFile> open(boost::asio::any_io_executor executor, const std::string& path);

  std::uint64_t size() const { return size_; }
  bool regular() const { return regular_; }

  /// FNV-1a of the first kEdgeBytes and of the last kEdgeBytes before `offset` (all, if they are
  /// less); 0 of what cannot be read twice.
  std::uint64_t fingerprint(std::uint64_t offset);
  /// The first record of a table with its line end; empty: it has none within kMaxHeaderBytes.
  std::string header();
  void seek(std::uint64_t offset);
  /// Some bytes; 0 at the end. Lets others on the thread have their turn.
  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> room);

 private:
  OpenFile(boost::asio::any_io_executor executor, int descriptor, std::string path)
      : descriptor_(executor, descriptor), path_(std::move(path)) {}
  std::uint64_t hash_on(std::uint64_t hash, std::uint64_t offset, std::uint64_t size);

  boost::asio::posix::stream_descriptor descriptor_;
  std::string path_;
  bool regular_ = true;
  std::uint64_t size_ = 0;
};

}  // namespace vigie
