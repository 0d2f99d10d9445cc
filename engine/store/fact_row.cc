#include "engine/store/fact_row.h"

#include <utility>

namespace vigie {
namespace {

enum FactFlag : unsigned {
  kUrgency = 3,
  kFactHasAuthor = 4,
  kFactOfficial = 8,
  kFactLeads = 16,
  kFactHasTopic = 32,
  kFactRepeats = 64,
  kFactAnswers = 128,
};

Time start_of(Day day) { return Time(std::chrono::days(day)); }

// Microseconds since 1970; they wrap around where damaged bytes say what no time is.
std::uint64_t number_of(Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
Time time_of(std::uint64_t number) { return Time(microseconds(static_cast<std::int64_t>(number))); }
std::int64_t difference(Time later, Time earlier) {
  return static_cast<std::int64_t>(number_of(later) - number_of(earlier));
}

void put_fact(const MentionFact& fact, Time base, std::string& out) {
  const bool repeats = fact.founder != fact.ref;
  const auto flag = [](bool set, FactFlag bit) { return set ? unsigned{bit} : 0U; };
  constexpr std::size_t kMostBytes =
      1 + 3 * sizeof(std::uint64_t) + 5 * ByteWriter::kMaxVarintBytes;
  const std::size_t start = out.size();
  out.resize(start + kMostBytes);
  ByteWriter writer(out.data() + start);
  writer.byte(static_cast<unsigned>(fact.urgency) | flag(fact.has_author, kFactHasAuthor) |
              flag(fact.official, kFactOfficial) | flag(fact.leads, kFactLeads) |
              flag(fact.has_topic, kFactHasTopic) | flag(repeats, kFactRepeats) |
              flag(fact.answers != 0, kFactAnswers));
  writer.u64(fact.id_hash);
  writer.u64(fact.voice);
  writer.integer(difference(fact.received_at, base));
  writer.integer(difference(fact.received_at, fact.created_at));
  writer.varint(fact.followers);
  if (repeats) {
    writer.varint(fact.founder.day);
    writer.varint(fact.founder.sequence);
  }
  if (fact.answers != 0) {
    writer.u64(fact.answers);
  }
  out.resize(static_cast<std::size_t>(writer.at() - out.data()));
}

void take_fact(ByteReader& in, const MentionRef& ref, Time base, MentionFact& fact) {
  const unsigned flags = in.byte();
  fact.ref = fact.founder = ref;
  fact.urgency = static_cast<Urgency>(flags & kUrgency);
  fact.has_author = (flags & kFactHasAuthor) != 0;
  fact.official = (flags & kFactOfficial) != 0;
  fact.leads = (flags & kFactLeads) != 0;
  fact.has_topic = (flags & kFactHasTopic) != 0;
  fact.id_hash = in.u64();
  fact.voice = in.u64();
  fact.received_at = time_of(number_of(base) + static_cast<std::uint64_t>(in.integer()));
  fact.created_at = time_of(number_of(fact.received_at) - static_cast<std::uint64_t>(in.integer()));
  fact.followers = in.varint();
  if ((flags & kFactRepeats) != 0) {
    fact.founder.day = in.natural<Day>();
    fact.founder.sequence = in.varint();
  }
  fact.answers = (flags & kFactAnswers) != 0 ? in.u64() : 0;
}

}  // namespace

MentionFact fact_of(const MentionRef& ref, const Record& record, const IdHasher& hasher) {
  const Mention& mention = record.mention;
  const bool answers = record.official && !mention.in_reply_to.empty();
  MentionFact fact;
  fact.ref = ref;
  fact.founder = founder_of(ref, record);
  fact.id_hash = hasher(mention.source, mention.id);
  fact.answers = answers ? hasher(mention.source, mention.in_reply_to) : 0;
  fact.voice = voice_of(record);
  fact.followers = mention.author.followers;
  fact.created_at = mention.created_at;
  fact.received_at = record.received_at;
  fact.urgency = urgency_in_force(record);
  fact.has_author = record.has_author;
  fact.official = record.official;
  fact.leads = record.leads;
  fact.has_topic = !record.topics.empty();
  return fact;
}

void FactRowWriter::start(const MentionRef& first) {
  row_.clear();
  last_ = first.sequence;
  base_ = start_of(first.day);
}

void FactRowWriter::add(const MentionFact& fact) {
  put_varint(row_, fact.ref.sequence - std::exchange(last_, fact.ref.sequence));
  put_fact(fact, base_, row_);
  base_ = fact.received_at;
}

bool read_fact_row(const MentionRef& first, std::string_view row, std::vector<MentionFact>& facts) {
  facts.clear();
  MentionRef ref = first;
  Time base = start_of(first.day);
  bool ascends = true;  // from the key's own
  ByteReader in(row);
  while (in.ok() && !in.done()) {
    const std::uint64_t before = std::exchange(ref.sequence, ref.sequence + in.varint());
    ascends &= facts.empty() ? ref == first : ref.sequence > before;
    take_fact(in, ref, base, facts.emplace_back());
    base = facts.back().received_at;
  }
  return in.ok() && ascends && !facts.empty();
}

std::string encode_fact(const MentionFact& fact) {
  std::string value;
  put_fact(fact, start_of(fact.ref.day), value);
  return value;
}

bool decode_fact(const MentionRef& ref, std::string_view value, MentionFact& fact) {
  ByteReader in(value);
  take_fact(in, ref, start_of(ref.day), fact);
  return in.done();
}

}  // namespace vigie
