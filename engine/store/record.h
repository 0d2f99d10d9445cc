#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/finding.h"
#include "engine/core/mention.h"
#include "engine/core/result.h"
#include "engine/core/verdict.h"

namespace vigie {

/// One tenant's copy of a mention, as it lies in a pack. The worker encodes it, the store keeps it,
/// readers decode it. Byte grammar in record.cc. Numbers in it (evidence names, topics) mean what
/// the catalogue `generation` of its pack says.
struct Record {
  Mention mention;  ///< without author id, name and url: those are sealed; followers stay
  bool has_author = false;
  Pseudonym author{};
  Time received_at{};
  Mode mode = Mode::kLive;
  std::uint16_t connector = 0;
  bool official = false;
  Verdict verdict;
  std::vector<std::uint32_t> topics;  ///< names in the catalogue
};

/// Appends the encoding of `record` to `out`.
void encode_record(const Record& record, std::string& out);

/// The views of the result point into `bytes`. kCorrupt if `bytes` is not a record.
Result<Record> decode_record(std::string_view bytes);

/// Only what identifies a record, without decoding the rest: for telling equal ids from equal
/// hashes.
struct RecordId {
  std::string_view source, id;
};
Result<RecordId> decode_record_id(std::string_view bytes);

}  // namespace vigie
