#include "engine/store/record.h"

#include <algorithm>
#include <bit>

#include "engine/store/bytes.h"

// 1. A record: source, id (strings), flags (varint), kind, mode, tone, urgency (a byte each), then
//    the fields below in order; those with a flag only if it is set.
// 2. Strings are length-prefixed, numbers varints, signed ones zigzag; coordinates 8 bytes.
// 3. Nothing follows the last field: a record cut anywhere is not a record.

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
         flag(mention.version != Version{}, kWasEdited);
}

void put_verdict(std::string& out, const Verdict& verdict) {
  put_signed(out, verdict.tone_score);
  put_varint(out, verdict.tone_confidence);
  put_varint(out, verdict.urgency_score);
  put_varint(out, verdict.abuse_score);
  put_signed(out, verdict.tone_sum);
  put_signed(out, verdict.urgency_sum);
  put_signed(out, verdict.abuse_sum);
  put_text(out, verdict.language_view());
  put_varint(out, verdict.evidence.size());
  for (const Evidence& evidence : verdict.evidence) {
    out.push_back(static_cast<char>(static_cast<unsigned>(evidence.axis) << 1 |
                                    static_cast<unsigned>(evidence.span.field)));
    put_varint(out, evidence.name);
    put_varint(out, evidence.span.start);
    put_varint(out, evidence.span.end);
    put_signed(out, evidence.weight);
  }
}

bool read_verdict(ByteReader& in, Verdict& verdict) {
  verdict.tone_score = static_cast<std::int16_t>(in.integer());
  verdict.tone_confidence = in.natural<std::uint16_t>();
  verdict.urgency_score = in.natural<std::uint16_t>();
  verdict.abuse_score = in.natural<std::uint16_t>();
  verdict.tone_sum = static_cast<std::int32_t>(in.integer());
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
    if (place > (static_cast<unsigned>(Axis::kAbuse) << 1 | 1U)) {
      return false;
    }
    evidence.axis = static_cast<Axis>(place >> 1);
    evidence.span.field = static_cast<Field>(place & 1);
    evidence.name = in.natural<std::uint32_t>();
    evidence.span.start = in.natural<std::uint32_t>();
    evidence.span.end = in.natural<std::uint32_t>();
    evidence.weight = static_cast<std::int32_t>(in.integer());
  }
  return in.ok();
}

void put_coordinate(std::string& out, const std::optional<double>& degrees) {
  if (degrees) {
    put_u64(out, std::bit_cast<std::uint64_t>(*degrees));
  }
}

Time read_time(ByteReader& in) { return Time(microseconds(in.integer())); }

}  // namespace

void encode_record(const Record& record, std::string& out) {
  const Mention& mention = record.mention;
  const std::uint32_t flags = flags_of(record);
  put_text(out, mention.source);
  put_text(out, mention.id);
  put_varint(out, flags);
  out.push_back(static_cast<char>(mention.kind));
  out.push_back(static_cast<char>(record.mode));
  out.push_back(static_cast<char>(record.verdict.tone));
  out.push_back(static_cast<char>(record.verdict.urgency));
  put_varint(out, record.connector);
  put_signed(out, mention.created_at.time_since_epoch().count());
  put_signed(out, record.received_at.time_since_epoch().count());
  if (flags & kWasEdited) {
    put_signed(out, mention.version.edited_at_us);
    put_varint(out, mention.version.revision);
  }
  if (flags & kHasAuthor) {
    out.append(reinterpret_cast<const char*>(record.author.data()), record.author.size());
  }
  put_varint(out, mention.author.followers);
  put_text(out, mention.text);
  if (flags & kHasTitle) {
    put_text(out, mention.title);
  }
  put_text(out, mention.language);
  put_text(out, mention.url);
  if (flags & kHasLinks) {
    put_text(out, mention.in_reply_to);
    put_text(out, mention.repost_of);
    put_text(out, mention.thread);
  }
  if (flags & kHasPlace) {
    put_text(out, mention.place.name);
  }
  put_coordinate(out, mention.place.latitude);
  put_coordinate(out, mention.place.longitude);
  if (flags & kHasRating) {
    put_signed(out, *mention.rating);
  }
  if (flags & kHasEngagement) {
    put_varint(out, mention.engagement.likes);
    put_varint(out, mention.engagement.reposts);
    put_varint(out, mention.engagement.replies);
  }
  put_varint(out, record.topics.size());
  for (const std::uint32_t topic : record.topics) {
    put_varint(out, topic);
  }
  put_verdict(out, record.verdict);
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
    if (read_verdict(in, record.verdict) && in.done()) {
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
