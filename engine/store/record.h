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

/// A person's word on a verdict. What it leaves out stays the engine's.
struct Correction {
  std::optional<Tone> tone;
  std::optional<bool> urgent;  ///< whether somebody must answer soon
  std::optional<bool> useful;  ///< whether it was worth showing
  std::string by;              ///< an account
  Time at{};

  /// Whether both say the same, whoever says it and when.
  bool agrees_with(const Correction& other) const {
    return tone == other.tone && urgent == other.urgent && useful == other.useful;
  }
};
/// So many are kept of one mention; the oldest go.
inline constexpr std::size_t kMaxCorrections = 8;

/// The mention that founded a story, of the same tenant.
struct StoryRef {
  std::uint32_t day = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const StoryRef&) const = default;
};

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
  /// The verdict is not the one that incidents were told of (mention was edited or judged anew):
  /// whether they saw it as urgent is then the contrary of what the verdict says.
  bool told_otherwise = false;
  std::vector<Correction> corrections;  ///< oldest first: the last one is in force
  std::optional<StoryRef> repeats;      ///< the story it belongs to; nothing: it founded its own
  bool leads = true;  ///< of its story the oldest that is not official: statistics count it
};

/// 64 bits of the author's pseudonym; 0: unknown.
std::uint64_t author_hash(const Record& record);
/// Who speaks, for telling different ones apart; where nobody is named, the source.
std::uint64_t voice_of(bool has_author, const Pseudonym& author, std::string_view source);
inline std::uint64_t voice_of(const Record& record) {
  return voice_of(record.has_author, record.author, record.mention.source);
}
/// Whether incidents saw this mention as urgent once: an alert may quote it.
inline bool was_told_urgent(const Record& record) {
  return is_urgent(record.verdict.urgency) != record.told_otherwise;
}
/// What lists and statistics show: the verdict's, unless a person said otherwise. A mention that is
/// urgent by correction counts as high, one that is not as medium at most.
Tone tone_in_force(const Record& record);
Urgency urgency_in_force(const Record& record);

/// Appends the encoding of `record` to `out`.
void encode_record(const Record& record, std::string& out);
/// Appends what encode_record() would give if the record, which belongs to no story yet, were one
/// of `story`'s: `leads` as in Record.
void join_record(std::string_view record, const StoryRef& story, bool leads, std::string& out);

/// The views of the result point into `bytes`. kCorrupt if `bytes` is not a record.
Result<Record> decode_record(std::string_view bytes);

/// Only what identifies a record, without decoding the rest: for telling equal ids from equal
/// hashes.
struct RecordId {
  std::string_view source, id;
};
Result<RecordId> decode_record_id(std::string_view bytes);

}  // namespace vigie
