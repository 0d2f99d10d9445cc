#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rocksdb {
class DB;
}

namespace vigie {

/// Gives the memory back that the kernel keeps of the database's log: what is durable in it is read
/// again only after a crash. So the log is written to the same few pages again and again, which lie
/// in the processor's caches, instead of to new ones, each of which a virtual machine may first
/// have to ask its host for; and the files that are read stay in memory. Nothing depends on it:
/// what fails is left alone.
class LogPages {
 public:
  explicit LogPages(rocksdb::DB& db) : db_(db) {}
  ~LogPages();
  LogPages(const LogPages&) = delete;

  /// So many bytes went into the log. Any thread.
  void wrote(std::size_t bytes) { written_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  /// After a sync of the log; one thread at a time.
  void synced();

 private:
  /// Whole pieces are given back, never the page that is being filled: the next write would have to
  /// read it again, and wait for it.
  static constexpr std::size_t kPiece = 1U << 20;

  void turn_to(std::uint64_t number, const char* path);
  /// So many bytes from where the last time ended, 0: all that follow. Pages that are not yet
  /// durable are not touched by it.
  void give_back(std::uint64_t length);

  rocksdb::DB& db_;
  std::atomic<std::size_t> written_bytes_{0};  ///< since pages were last given back
  std::uint64_t number_ = 0;                   ///< of the log that is open
  int file_ = -1;
  std::uint64_t given_back_ = 0, seen_ = 0;  ///< of its bytes
};

}  // namespace vigie
