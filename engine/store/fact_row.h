#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/store/keys.h"

namespace vigie {

// A fact's bytes: byte flags (fact_row.cc), u64 hash of source and id, u64 voice, signed
// microseconds from some base to received_at, signed microseconds from created_at to received_at,
// varint followers; then, as the flags say, varint day and sequence of its story's founder, u64
// hash of what it answers.
// The base is where the day of its reference begins; in a row of several the received_at before.

MentionFact fact_of(const MentionRef& ref, const Record& record, const IdHasher& hasher);

/// Makes one row of the index of ids after another, beside packs; keeps its buffer.
class FactRowWriter {
 public:
  void start(const MentionRef& first);
  void add(const MentionFact& fact);
  std::string_view row() const { return row_; }

 private:
  std::string row_;
  std::uint64_t last_ = 0;
  Time base_{};
};

/// The facts of the mentions of one pack, into `facts`, whose memory is used again; `first` is what
/// the row's key says. False if the row is damaged.
bool read_fact_row(const MentionRef& first, std::string_view row, std::vector<MentionFact>& facts);

/// The value of a row of the index of urgent mentions.
std::string encode_fact(const MentionFact& fact);
bool decode_fact(const MentionRef& ref, std::string_view value, MentionFact& fact);

}  // namespace vigie
