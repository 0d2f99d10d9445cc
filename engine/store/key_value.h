#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

/// The store's column families. The byte grammar of each one's keys and values is in store/keys.h.
enum class Family : std::uint8_t {
  kMeta,      ///< format version, tenant numbers, catalogues, sequences
  kMentions,  ///< packs
  kIds,       ///< packed id index, with what figures count of each mention; tombstones
  kOverlay,   ///< what readers merge over packs: edits and deletions of what lies in them
  kUrgent,    ///< index of high and critical mentions
  kRollups,   ///< counts by five minutes, hour and day; values are merged by addition
  kCursors,   ///< one per connector
  kOutbox,    ///< alert deliveries not yet done
  kAlerts,    ///< alerts ever raised
  kDeadLetters,
  kAuthorKeys,  ///< kept apart by backups
  kIdentities,  ///< sealed
  kStories,     ///< who repeats whom
  kCoverage,    ///< when each source was seen, and when not
  kUsage,       ///< what each source cost by day; values are merged by addition
  kHeardTerms,  ///< terms of what nobody kept, by day
  kWork,        ///< what people did about stories and alerts
  kErasures,    ///< whom nothing is kept of any more, and what was done
};
inline constexpr std::size_t kFamilyCount = 18;
std::string_view to_string(Family family);

/// Changes that become visible together or not at all.
class WriteBatch {
 public:
  enum class Op : std::uint8_t { kPut, kErase, kEraseRange, kAdd };
  struct Entry {
    Op op;
    Family family;
    std::string_view key, value;  ///< value: the range's end for kEraseRange
  };

  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  /// [begin, end). It may not begin with a whole row of stories (rocks_key_value.cc says why).
  void erase_range(Family family, std::string_view begin, std::string_view end);
  /// Adds the signed 64-bit little-endian vector in `value` to what is there, element by element
  /// (absent = zeros).
  void add(Family family, std::string_view key, std::string_view value);

  bool empty() const { return ops_.empty(); }
  std::size_t bytes() const { return arena_.size(); }
  void clear();
  /// In the order they were made.
  template <class Visit>
  void for_each(Visit&& visit) const {
    std::string_view bytes = arena_;
    for (const Position& position : ops_) {
      const std::string_view key = bytes.substr(0, position.key_length);
      const std::string_view value = bytes.substr(position.key_length, position.value_length);
      bytes.remove_prefix(key.size() + value.size());
      visit(Entry{position.op, position.family, key, value});
    }
  }

 private:
  void append(Op op, Family family, std::string_view key, std::string_view value);

  struct Position {
    Op op;
    Family family;
    std::uint32_t key_length, value_length;
  };
  std::vector<Position> ops_;
  std::string arena_;
};

/// An ordered map of bytes per family with atomic batches and an explicit sync: RocksDB in the
/// service, memory in tests (which can forget what was not synced, as a power cut would). Any
/// thread may call anything: batches are atomic, their order is that of the calls.
class KeyValue {
 public:
  /// Forward and backward over one family, seeing one moment of it. Views are valid until the next
  /// move.
  class Iterator {
   public:
    virtual ~Iterator() = default;
    virtual bool valid() const = 0;
    virtual void seek(std::string_view key) = 0;           ///< first key >= key
    virtual void seek_for_prev(std::string_view key) = 0;  ///< last key <= key
    virtual void next() = 0;
    virtual void prev() = 0;
    virtual std::string_view key() const = 0;
    virtual std::string_view value() const = 0;
    /// After the iteration: an error says that bytes on disk are not what was written. Never
    /// skipped in silence.
    virtual Result<void> status() const = 0;
  };

  virtual ~KeyValue() = default;
  virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  virtual std::unique_ptr<Iterator> iterate(Family family) const = 0;
  /// One of each family, in their order, all seeing the same moment.
  virtual Result<std::vector<std::unique_ptr<Iterator>>> iterate_all() const = 0;
  /// Atomic; survives the death of the process, not yet of the machine.
  virtual Result<void> write(const WriteBatch& batch) = 0;
  /// Everything written so far survives a power cut.
  virtual Result<void> sync() = 0;
  /// Rewrites what must be so that neither the files of these families nor the log hold a byte of
  /// what was erased or replaced before the call, but for what an iterator still reads. Takes as
  /// long as reading and writing the families once; others may read and write meanwhile.
  /// Once `cancelled` is true it ends soon, with kUnavailable.
  virtual Result<void> scrub(std::span<const Family> families, std::atomic<bool>& cancelled) = 0;
  /// Bytes on disk, for gauges and for stopping before the disk is full.
  virtual std::uint64_t size_bytes() const = 0;
  /// Writes are slowed down or stopped for now. Cheap.
  virtual bool is_stalled() const = 0;
};

}  // namespace vigie
