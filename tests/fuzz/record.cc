// A stored record, a pack of them and the facts beside it: damaged bytes are refused, read ones
// write as themselves.
#include "engine/store/record.h"

#include "engine/core/check.h"
#include "engine/store/fact_row.h"
#include "engine/store/pack.h"
#include "tests/fuzz/target.h"

namespace vigie::fuzz {
namespace {

void check_record(std::string_view bytes) {
  const Result<Record> record = decode_record(bytes);
  if (!record) {
    check(record.error().code == ErrorCode::kCorrupt, "damage is said to be damage");
    return;
  }
  const Result<RecordId> id = decode_record_id(bytes);
  check(id && id->id == record->mention.id && id->source == record->mention.source, "its id");
  // Numbers may be spelt in more bytes than they need: written once, it is written for ever.
  std::string first, second;
  encode_record(*record, first);
  const Result<Record> again = decode_record(first);
  check(again.has_value(), "what is written is read");
  encode_record(*again, second);
  check(first == second, "as it was written");
  check(tone_in_force(*record) == tone_in_force(*again) &&
            urgency_in_force(*record) == urgency_in_force(*again),
        "with what is in force");
}

void check_facts(std::string_view bytes) {
  const MentionRef first{0, 20'000, 7};
  std::vector<MentionFact> facts;
  if (!read_fact_row(first, bytes, facts)) {
    return;
  }
  check(facts.front().ref == first, "the first is the key's");
  const auto write = [&first](const std::vector<MentionFact>& all) {
    FactRowWriter writer;
    writer.start(first);
    for (const MentionFact& fact : all) {
      writer.add(fact);
    }
    return std::string(writer.row());
  };
  const std::string written = write(facts);
  std::vector<MentionFact> again;
  check(read_fact_row(first, written, again) && again.size() == facts.size(), "a row is read");
  check(write(again) == written, "as it was written");
}

VIGIE_FUZZ(record) {
  check_record(bytes);
  check_facts(bytes);
  Pack pack;
  if (!read_pack(bytes, 7, pack)) {
    return;
  }
  check(!pack.records.empty() && pack.records.front().sequence == 7, "the first is the key's");
  PackWriter writer;
  writer.start(pack.generation, 7);
  std::uint64_t last = 7;
  for (const PackedRecord& packed : pack.records) {
    check(packed.sequence >= last, "records ascend");
    last = packed.sequence;
    writer.add(packed.sequence, packed.bytes);
    check_record(packed.bytes);
  }
  const std::string written(writer.finish());
  Pack again;
  check(read_pack(written, 7, again).has_value() && again.records.size() == pack.records.size(),
        "a pack that was written is read");
}

}  // namespace
}  // namespace vigie::fuzz
