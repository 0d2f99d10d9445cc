#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace vigie {

// A pack: byte format (3), varint catalogue generation, varint count (>= 1), varint size of its
// body, then the body as one LZ4 block. The body: per record varint sequence delta (the first one's
// from the key's sequence: 0) and the record, length-prefixed. Compressed here and not by the
// database, so that its log, its memory and its files all hold the smaller bytes.

struct PackedRecord {
  std::uint64_t sequence = 0;
  std::string_view bytes;
};

/// Makes one pack after another; keeps its buffer.
class PackWriter {
 public:
  void start(std::uint32_t generation, std::uint64_t first_sequence);
  void add(std::uint64_t sequence, std::string_view record);
  std::uint32_t count() const { return count_; }
  /// Valid until the next start().
  std::string_view finish();

 private:
  std::string body_, head_;
  std::string bytes_;  ///< never made smaller: growing it costs
  std::uint32_t generation_ = 0, count_ = 0;
  std::uint64_t last_ = 0;
};

struct Pack {
  std::uint32_t generation = 0;
  std::string body;
  std::vector<PackedRecord> records;  ///< ascending by sequence; they point into `body`
};
/// Reads into `pack`; its memory is used again.
Result<void> read_pack(std::string_view bytes, std::uint64_t first_sequence, Pack& pack);

}  // namespace vigie
