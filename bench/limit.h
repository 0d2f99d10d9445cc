#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace vigie {

/// Where the posts come from.
enum class ReadWay { kMemory, kPipe, kSocket };

/// Where packs go: into RocksDB, or at the end of a file that is never rewritten.
enum class StoreLayout { kRocks, kSegmentLog };

/// What the same work costs when nothing but the work is done: fixed reference code that shares
/// nothing with the engine. CPU time of the whole process in microseconds per post.
struct Limit {
  double read_us = 0;      ///< the bytes are taken from a pipe or a socket; nothing from memory
  double sign_us = 0;      ///< what comes by a socket is signed: HMAC-SHA-256 over its bytes
  double parse_us = 0;     ///< simdjson reads the fields that a mention has
  double fold_us = 0;      ///< case and accents by table, words cut and hashed
  double match_us = 0;     ///< 1,000 rules of two words by hash
  double classify_us = 0;  ///< one linear model of four outputs and one lexicon
  double store_us = 0;     ///< packs of 32 built beforehand, stored, synced every 50 ms
  /// What remains when nothing is judged.
  double bare_us() const { return parse_us + fold_us + store_us; }
  double total_us() const { return read_us + sign_us + bare_us() + match_us + classify_us; }
};

/// `envelopes` hold `posts` posts in all, one a line; behind each the padding that simdjson needs
/// can be read. `stored` posts are stored: the more there are, the more of each RocksDB rewrites
/// by compaction, so it must be as many as the engine beside it stores. Words are cut,
/// matched and classified, and packs built, of at most the first million; packs are stored again
/// under new keys until there are enough. `folder` is made and removed.
Limit measure_limit(std::span<const std::string_view> envelopes, std::size_t posts,
                    std::size_t stored, const std::string& folder, ReadWay way, StoreLayout layout);

/// CPU seconds of the process so far, all threads.
double cpu_seconds();

}  // namespace vigie
