#include "engine/store/record.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/folded_text.h"
#include "engine/store/bytes.h"

// 1. A record: source, id (strings), flags (varint), kind, mode, tone, urgency (a byte each), then
//    the fields below in order; those with a flag only if it is set.
// 2. Strings are length-prefixed, numbers varints, signed ones zigzag; coordinates 8 bytes.
// 3. A correction: tone (0: nothing said, else 1 + it), urgent and useful (0: nothing, 1: no, 2:
// yes), a
//    byte each, signed at, by.
// 4. Nothing follows the last field: a record cut anywhere is not a record.

namespace vigie {
namespace {

enum Flag : std::uint32_t {
  kHasAuthor = 1,
  kOfficial = 2,
  kUncertain = 4,
  kHasTitle = 8,
  kHasLinks = 16,  ///< any of in_reply_to, repost_of, thread
  kHasPlace = 32,
  kHasLatitude = 64,
  kHasLongitude = 128,
  kHasRating = 256,
  kHasEngagement = 512,
  kWasEdited = 1024,
  kToldOtherwise = 2048,
  kHasCorrections = 4096,
  kRepeats = 8192,
  kFollows = 16384,  ///< does not lead its story
};

std::uint32_t flags_of(const Record& record) {
  const Mention& mention = record.mention;
  const Place& place = mention.place;
  const Engagement& engagement = mention.engagement;
  const auto flag = [](bool set, Flag bit) { return set ? std::uint32_t{bit} : 0U; };
  return flag(record.has_author, kHasAuthor) | flag(record.official, kOfficial) |
         flag(record.verdict.uncertain, kUncertain) | flag(!mention.title.empty(), kHasTitle) |
         flag(!mention.in_reply_to.empty() || !mention.repost_of.empty() || !mention.thread.empty(),
              kHasLinks) |
         flag(!place.name.empty(), kHasPlace) | flag(place.latitude.has_value(), kHasLatitude) |
         flag(place.longitude.has_value(), kHasLongitude) |
         flag(mention.rating.has_value(), kHasRating) |
         flag(engagement.likes != 0 || engagement.reposts != 0 || engagement.replies != 0,
              kHasEngagement) |
         flag(mention.version != Version{}, kWasEdited) |
         flag(record.told_otherwise, kToldOtherwise) |
         flag(!record.corrections.empty(), kHasCorrections) |
         flag(record.repeats.has_value(), kRepeats) | flag(!record.leads, kFollows);
}

/// Learned names are the last two numbers: counted on by two, they take one byte.
constexpr std::uint32_t kLearnedNames = 2;

/// What the named evidence leaves of each sum, in its place by axis and position.
void add_rests(Verdict& verdict) {
  for (const auto& [axis, sum] :
       {std::pair(Axis::kTone, verdict.tone_sum), std::pair(Axis::kUrgency, verdict.urgency_sum),
        std::pair(Axis::kAbuse, verdict.abuse_sum),
        std::pair(Axis::kOpinion, verdict.opinion_sum)}) {
    std::int64_t rest = sum;
    auto place = verdict.evidence.begin();
    for (auto one = verdict.evidence.begin(); one != verdict.evidence.end(); ++one) {
      rest -= one->axis == axis ? one->weight : 0;
      if (one->axis < axis || (one->axis == axis && one->span.field == Field::kTitle)) {
        place = one + 1;
      }
    }
    if (rest != 0) {
      verdict.evidence.insert(place, {axis, kLearnedRest, {}, static_cast<std::int32_t>(rest)});
    }
  }
}

void write_aspects(const Verdict& verdict, ByteWriter& out) {
  out.varint(verdict.aspects.size());
  for (const Aspect& aspect : verdict.aspects) {
    out.varint(aspect.topic);
    out.byte(static_cast<unsigned>(aspect.tone));
    out.integer(aspect.score);
  }
}

bool read_aspects(ByteReader& in, Verdict& verdict) {
  const std::uint64_t count = in.varint();
  if (!in.ok() || count > in.left() / 3) {  // three bytes are the least an aspect takes
    return false;
  }
  verdict.aspects.resize(static_cast<std::size_t>(count));
  for (Aspect& aspect : verdict.aspects) {
    aspect.topic = in.natural<std::uint32_t>();
    aspect.tone = in.choice<Tone>(3);
    aspect.score = static_cast<std::int16_t>(in.integer());
  }
  return in.ok();
}

void write_verdict(const Verdict& verdict, ByteWriter& out) {
  out.integer(verdict.tone_score);
  out.varint(verdict.tone_confidence);
  out.varint(verdict.urgency_score);
  out.varint(verdict.abuse_score);
  out.integer(verdict.tone_sum);
  out.integer(verdict.opinion_sum);
  out.integer(verdict.urgency_sum);
  out.integer(verdict.abuse_sum);
  out.text(verdict.language_view());
  // What is left of a sum is worked out again when read.
  const auto is_rest = [](const Evidence& one) { return one.name == kLearnedRest; };
  out.varint(verdict.evidence.size() -
             static_cast<std::size_t>(std::ranges::count_if(verdict.evidence, is_rest)));
  for (const Evidence& evidence : verdict.evidence) {
    if (is_rest(evidence)) {
      continue;
    }
    out.byte(static_cast<unsigned>(static_cast<unsigned>(evidence.axis) << 1 |
                                   static_cast<unsigned>(evidence.span.field)));
    out.varint(evidence.name + kLearnedNames);
    out.varint(evidence.span.start);
    out.varint(evidence.span.end - evidence.span.start);
    out.integer(evidence.weight);
  }
  write_aspects(verdict, out);
}

bool read_verdict(ByteReader& in, Verdict& verdict) {
  verdict.tone_score = static_cast<std::int16_t>(in.integer());
  verdict.tone_confidence = in.natural<std::uint16_t>();
  verdict.urgency_score = in.natural<std::uint16_t>();
  verdict.abuse_score = in.natural<std::uint16_t>();
  verdict.tone_sum = static_cast<std::int32_t>(in.integer());
  verdict.opinion_sum = static_cast<std::int32_t>(in.integer());
  verdict.urgency_sum = static_cast<std::int32_t>(in.integer());
  verdict.abuse_sum = static_cast<std::int32_t>(in.integer());
  const std::string_view language = in.text();
  const std::uint64_t count = in.varint();
  // Five bytes are the least an evidence takes: a forged count reserves no memory.
  if (!in.ok() || language.size() > 2 || count > in.left() / 5) {
    return false;
  }
  language.copy(verdict.language, language.size());
  verdict.evidence.resize(static_cast<std::size_t>(count));
  for (Evidence& evidence : verdict.evidence) {
    const std::uint8_t place = in.byte();
    if (place > (static_cast<unsigned>(Axis::kOpinion) << 1 | 1U)) {
      return false;
    }
    evidence.axis = static_cast<Axis>(place >> 1);
    evidence.span.field = static_cast<Field>(place & 1);
    evidence.name = in.natural<std::uint32_t>() - kLearnedNames;
    evidence.span.start = in.natural<std::uint32_t>();
    evidence.span.end = evidence.span.start + in.natural<std::uint32_t>();
    evidence.weight = static_cast<std::int32_t>(in.integer());
  }
  add_rests(verdict);
  return in.ok() && read_aspects(in, verdict);
}

unsigned answer_byte(std::optional<bool> answer) { return answer ? 1U + (*answer ? 1U : 0U) : 0U; }

std::optional<bool> read_answer(ByteReader& in) {
  enum class Answer : std::uint8_t { kNone, kNo, kYes };
  const Answer answer = in.choice<Answer>(3);
  return answer == Answer::kNone ? std::nullopt : std::optional(answer == Answer::kYes);
}

void write_corrections(const std::vector<Correction>& corrections, ByteWriter& out) {
  out.varint(corrections.size());
  for (const Correction& correction : corrections) {
    out.byte(correction.tone ? 1U + static_cast<unsigned>(*correction.tone) : 0U);
    out.byte(answer_byte(correction.urgent));
    out.byte(answer_byte(correction.useful));
    out.integer(correction.at.time_since_epoch().count());
    out.text(correction.by);
  }
}

bool read_corrections(ByteReader& in, std::vector<Correction>& corrections) {
  const std::uint64_t count = in.varint();
  if (!in.ok() || count > kMaxCorrections) {
    return false;
  }
  corrections.resize(static_cast<std::size_t>(count));
  for (Correction& correction : corrections) {
    const auto tone = static_cast<unsigned>(in.choice<Tone>(4));
    if (tone != 0) {
      correction.tone = static_cast<Tone>(tone - 1);
    }
    correction.urgent = read_answer(in);
    correction.useful = read_answer(in);
    correction.at = Time(microseconds(in.integer()));
    correction.by = in.text();
  }
  return in.ok();
}

void write_coordinate(const std::optional<double>& degrees, ByteWriter& out) {
  if (degrees) {
    std::string bytes;
    put_u64(bytes, std::bit_cast<std::uint64_t>(*degrees));
    out.bytes(bytes);
  }
}

Time read_time(ByteReader& in) { return Time(microseconds(in.integer())); }

/// No encoding of `record` is longer.
std::size_t max_bytes(const Record& record) {
  const Mention& mention = record.mention;
  std::size_t texts = 0;
  for (const std::string_view text :
       {mention.source, mention.id, mention.text, mention.title, mention.language, mention.url,
        mention.in_reply_to, mention.repost_of, mention.thread, mention.place.name}) {
    texts += text.size();
  }
  for (const Correction& correction : record.corrections) {
    texts += correction.by.size();
  }
  constexpr std::size_t kNumbers = 48, kFixedBytes = 64, kBytesOfEvidence = 1 + 4 * 5;
  constexpr std::size_t kBytesOfAspect = 1 + 2 * ByteWriter::kMaxVarintBytes;
  constexpr std::size_t kBytesOfCorrection = 3 + 2 * ByteWriter::kMaxVarintBytes;
  return texts + kNumbers * ByteWriter::kMaxVarintBytes + kFixedBytes +
         kBytesOfEvidence * record.verdict.evidence.size() + 5 * record.topics.size() +
         ByteWriter::kMaxVarintBytes + kBytesOfAspect * record.verdict.aspects.size() +
         kBytesOfCorrection * record.corrections.size();
}

void write_record(const Record& record, ByteWriter& out) {
  const Mention& mention = record.mention;
  const std::uint32_t flags = flags_of(record);
  out.text(mention.source);
  out.text(mention.id);
  out.varint(flags);
  out.byte(static_cast<unsigned>(mention.kind));
  out.byte(static_cast<unsigned>(record.mode));
  out.byte(static_cast<unsigned>(record.verdict.tone));
  out.byte(static_cast<unsigned>(record.verdict.urgency));
  out.varint(record.connector);
  out.integer(mention.created_at.time_since_epoch().count());
  out.integer(record.received_at.time_since_epoch().count());
  if (flags & kWasEdited) {
    out.integer(mention.version.edited_at_us);
    out.varint(mention.version.revision);
  }
  if (flags & kHasAuthor) {
    out.bytes({reinterpret_cast<const char*>(record.author.data()), record.author.size()});
  }
  out.varint(mention.author.followers);
  out.text(mention.text);
  if (flags & kHasTitle) {
    out.text(mention.title);
  }
  out.text(mention.language);
  out.text(mention.url);
  if (flags & kHasLinks) {
    out.text(mention.in_reply_to);
    out.text(mention.repost_of);
    out.text(mention.thread);
  }
  if (flags & kHasPlace) {
    out.text(mention.place.name);
  }
  write_coordinate(mention.place.latitude, out);
  write_coordinate(mention.place.longitude, out);
  if (flags & kHasRating) {
    out.integer(*mention.rating);
  }
  if (flags & kHasEngagement) {
    out.varint(mention.engagement.likes);
    out.varint(mention.engagement.reposts);
    out.varint(mention.engagement.replies);
  }
  out.varint(record.topics.size());
  for (const std::uint32_t topic : record.topics) {
    out.varint(topic);
  }
  write_verdict(record.verdict, out);
  if (flags & kHasCorrections) {
    write_corrections(record.corrections, out);
  }
  if (flags & kRepeats) {
    out.varint(record.repeats->day);
    out.varint(record.repeats->sequence);
  }
}

}  // namespace

std::uint64_t author_hash(const Record& record) { return record.has_author ? voice_of(record) : 0; }

std::uint64_t voice_of(bool has_author, const Pseudonym& author, std::string_view source) {
  if (!has_author) {
    return hash_word(source);
  }
  std::uint64_t voice = 0;
  std::memcpy(&voice, author.data(), sizeof voice);
  return voice;
}

Tone tone_in_force(const Record& record) {
  return record.corrections.empty() ? record.verdict.tone
                                    : record.corrections.back().tone.value_or(record.verdict.tone);
}

Urgency urgency_in_force(const Record& record) {
  const Urgency judged = record.verdict.urgency;
  if (record.corrections.empty()) {
    return judged;
  }
  const bool urgent = record.corrections.back().urgent.value_or(is_urgent(judged));
  return urgent ? std::max(judged, Urgency::kHigh) : std::min(judged, Urgency::kMedium);
}

void encode_record(const Record& record, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + max_bytes(record));
  ByteWriter writer(out.data() + start);
  write_record(record, writer);
  out.resize(static_cast<std::size_t>(writer.at() - out.data()));
}

void join_record(std::string_view record, const StoryRef& story, bool leads, std::string& out) {
  ByteReader in(record);
  in.text();  // source
  in.text();  // id
  const std::size_t head = record.size() - in.left();
  const std::uint32_t flags = in.natural<std::uint32_t>();
  check(in.ok() && (flags & (kRepeats | kFollows)) == 0, "a record joins one story, once");
  out += record.substr(0, head);
  put_varint(out, flags | kRepeats | (leads ? 0U : std::uint32_t{kFollows}));
  out += in.take(in.left());
  put_varint(out, story.day);
  put_varint(out, story.sequence);
}

Result<Record> decode_record(std::string_view bytes) {
  ByteReader in(bytes);
  Record record;
  Mention& mention = record.mention;
  mention.source = in.text();
  mention.id = in.text();
  const std::uint32_t flags = in.natural<std::uint32_t>();
  mention.kind = in.choice<Kind>(7);
  record.mode = in.choice<Mode>(3);
  record.verdict.tone = in.choice<Tone>(3);
  record.verdict.urgency = in.choice<Urgency>(4);
  record.verdict.uncertain = (flags & kUncertain) != 0;
  record.official = (flags & kOfficial) != 0;
  record.has_author = (flags & kHasAuthor) != 0;
  record.told_otherwise = (flags & kToldOtherwise) != 0;
  record.leads = (flags & kFollows) == 0;
  record.connector = in.natural<std::uint16_t>();
  mention.created_at = read_time(in);
  record.received_at = read_time(in);
  if (flags & kWasEdited) {
    mention.version.edited_at_us = in.integer();
    mention.version.revision = in.natural<std::uint32_t>();
  }
  if (record.has_author) {
    const std::string_view author = in.take(record.author.size());
    std::copy(author.begin(), author.end(), record.author.begin());
  }
  mention.author.followers = in.varint();
  mention.text = in.text();
  if (flags & kHasTitle) {
    mention.title = in.text();
  }
  mention.language = in.text();
  mention.url = in.text();
  if (flags & kHasLinks) {
    mention.in_reply_to = in.text();
    mention.repost_of = in.text();
    mention.thread = in.text();
  }
  if (flags & kHasPlace) {
    mention.place.name = in.text();
  }
  if (flags & kHasLatitude) {
    mention.place.latitude = std::bit_cast<double>(in.u64());
  }
  if (flags & kHasLongitude) {
    mention.place.longitude = std::bit_cast<double>(in.u64());
  }
  if (flags & kHasRating) {
    mention.rating = static_cast<int>(in.integer());
  }
  if (flags & kHasEngagement) {
    mention.engagement.likes = in.varint();
    mention.engagement.reposts = in.varint();
    mention.engagement.replies = in.varint();
  }
  const std::uint64_t topics = in.varint();
  if (in.ok() && topics <= in.left()) {
    record.topics.resize(static_cast<std::size_t>(topics));
    for (std::uint32_t& topic : record.topics) {
      topic = in.natural<std::uint32_t>();
    }
    const bool is_read =
        read_verdict(in, record.verdict) &&
        ((flags & kHasCorrections) == 0 || read_corrections(in, record.corrections));
    if ((flags & kRepeats) != 0) {
      const auto day = in.natural<std::uint32_t>();
      record.repeats = StoryRef{day, in.varint()};
    }
    if (is_read && in.done()) {
      return record;
    }
  }
  return fail(ErrorCode::kCorrupt, "a stored mention cannot be read: its bytes are damaged");
}

Result<RecordId> decode_record_id(std::string_view bytes) {
  ByteReader in(bytes);
  RecordId id;
  id.source = in.text();
  id.id = in.text();
  if (!in.ok()) {
    return fail(ErrorCode::kCorrupt, "a stored mention's id cannot be read: its bytes are damaged");
  }
  return id;
}

}  // namespace vigie
