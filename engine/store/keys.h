#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/finding.h"
#include "engine/store/bytes.h"
#include "engine/store/store.h"

namespace vigie {

// The bytes of every family. Numbers in keys are big-endian; T is a tenant's number on disk (u32,
// given once, never reused), D a day (u32), S a sequence (u64, per tenant, from 1), A an alert
// (u64).
//
//  1. meta         "format" → u32 · "hash-key" → 16 bytes · "tenant/" id → T · "sequence/" T → last
//                  S · "retention/" T → u32 days
//                  · "catalogue/" generation (u32) → catalogue · "alert" → last A
//                  · "lacks-facts" → nothing: format 7 is being made of format 6
//                  · "fine-rollups" → u32: five minutes before are not counted
//                  · "work/" T → last N
//                  · "unscrubbed" → u64: removed bytes may still lie in files (store.h)
//  2. mentions     T D S → pack (pack.h); S is the first one's. Packs of one (T, D) never overlap.
//  3. ids          'p' T D S → varint S delta and fact (fact_row.h) of each record of the pack of
//  that
//                  key: its id's hash, and what figures count
//                  't' fingerprint[16] → u32 day, u64 hash: something deleted, for all tenants
//  4. overlay      T D S → 'e' u32 generation, record (edited or corrected) | 'd' (deleted)
//  5. urgent       T D S → fact (fact_row.h): high or critical, as corrected, or told as such
//  6. rollups      T hour (u32) topic 00 source → 24 counts (counts.h): mentions by tone × 4 +
//                  urgency, then stories likewise, by the mention that leads them
//                  0 (u32) grain ('5' five minutes, 'd' day) T bucket (u32) topic 00 source → alike
//  7. cursors      connector → cursor
//  8. outbox       A receiver → varint attempts, signed next_at, byte dead, last error,
//                  byte purpose, varint round
//  9. alerts       'a' A → T D, then D S of the story it is about, if it is about one
//                  'b' T A → body
//                  'n' key → note (both alerting's: alert/silence.h, alert/alerter.h)
// 10. dead_letters number (u64) → signed received_at, connector, reason, detail, bytes (texts)
// 11. author_keys  T D N → (pseudonym[16], 32-byte key)*: of the authors that a batch sealed; N
//                  ascends within (T, D)
// 12. identities   T D N → (pseudonym[16], text of 24-byte nonce and secretbox)*, in the same
// order.
//                  There is no index by author: who looks for one scans, the newest row first.
// 13. stories      T D S D S → 8 bytes of the author's pseudonym, signed created_at, source (text):
//                  of the story founded by the first, each later mention; then varint minutes
//                  since 1970 in which the story's first and last mention until then were created
//                  (absent: written by format 6)
// 14. coverage     's' source 00 microseconds (u64) → byte sight, state, reason (texts): a source's
//                  state from then on · 'h' → signed time at which the engine was alive
// 15. usage        source 00 D 0 (u32) → counts (counts.h): requests, bytes received and sent,
//                  reads, mentions kept, micro-euros · source 00 D T → count of copies kept
// 16. heard_terms  D → terms of the day's mentions that no tenant kept (trend/term_sketch.h)
// 17. work         's' T D kind ('s' story: D S of its founder; 'a' alert) number (u64) N → event
//                  (store_work.cc) · 'j' T N → D kind number: where it stands. N ascends within T.
//
// 18. erasures     's' T pseudonym[16] → number of its erasure (text): what this author writes is
//                  dropped; no number: it is under way · 'r' T number → signed at, receipt
//
// A hash is IdHasher's; a fingerprint is a keyed 128-bit BLAKE2b of (source, id): a tombstone tells
// an id again without keeping it.

/// 7: facts beside packs. 6: ids and urgent mentions had none; they get them when the store is
/// opened for writing. Others are refused.
inline constexpr std::uint32_t kStoreFormat = 7, kFormatWithoutFacts = 6;
inline constexpr std::string_view kLacksFacts = "lacks-facts";
inline constexpr std::size_t kRefKeySize = 16;
inline constexpr std::size_t kStoryRowSize = kRefKeySize + 12;  ///< T D S D S

inline std::string number_key(std::string_view prefix, std::uint32_t number) {
  std::string key(prefix);
  put_u32(key, number);
  return key;
}
inline std::string number_key(std::string_view prefix, std::uint64_t number) {
  std::string key(prefix);
  put_u64(key, number);
  return key;
}
/// T D S, after an optional prefix byte.
inline std::string ref_key(std::uint32_t tenant_number, Day day, std::uint64_t sequence,
                           std::string_view prefix = {}) {
  std::string key(prefix);
  put_u32(key, tenant_number);
  put_u32(key, day);
  put_u64(key, sequence);
  return key;
}
inline std::string alert_key(std::uint32_t tenant_number, std::uint64_t alert) {
  std::string key = number_key("b", tenant_number);
  put_u64(key, alert);
  return key;
}

/// All that rollups of one grain and tenant begin with; then comes the bucket.
inline std::string rollup_prefix(RollupGrain grain, std::uint32_t tenant_number) {
  std::string key;
  if (grain != RollupGrain::kHour) {
    put_u32(key, 0);  // no tenant's number
    key.push_back(grain == RollupGrain::kDay ? 'd' : '5');
  }
  put_u32(key, tenant_number);
  return key;
}

/// The T D S at the end of a key.
struct RefKey {
  std::uint32_t tenant_number = 0;
  Day day = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const RefKey&) const = default;
};
inline bool parse_ref_key(std::string_view key, RefKey& ref) {
  if (key.size() < kRefKeySize) {
    return false;
  }
  ByteReader in(key.substr(key.size() - kRefKeySize));
  ref = {in.u32(), in.u32(), in.u64()};
  return in.done();
}

void encode_catalogue(const Catalogue& catalogue, std::string& out);
Result<Catalogue> decode_catalogue(std::string_view bytes);
std::string encode_delivery(const Delivery& delivery);
Result<Delivery> decode_delivery(std::string_view key, std::string_view bytes);

}  // namespace vigie
