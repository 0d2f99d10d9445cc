#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/trend/author_bits.h"
#include "engine/trend/term_cutter.h"

namespace vigie {

/// The terms of one day's mentions that nobody kept, without the mentions: a bounded summary
/// (Space-Saving: Metwally, Agrawal, El Abbadi 2005; put together as Agarwal and others 2012).
/// Of each term: its words, how often, and AuthorBits. No text, no author, no order.
class TermSketch {
 public:
  static constexpr std::size_t kMaxTerms = 8'192;

  struct Entry {
    std::string key, surface;
    std::uint64_t hash = 0;      ///< of its key (Term)
    std::uint64_t mentions = 0;  ///< at most; an evicted term's count is inherited
    AuthorBits authors;          ///< since it came in
  };

  /// One mention's terms. `author`: a keyed hash of who wrote it.
  void hear(std::span<const Term> terms, std::uint64_t author);
  /// A later summary of the same day: if both are too much, its terms take the places of the rarest
  /// here. Hearing the same author again changes no AuthorBits.
  void add(const TermSketch& other);

  bool empty() const { return mentions_ == 0; }
  std::uint64_t mentions() const { return mentions_; }
  const AuthorCount& authors() const { return authors_; }
  const std::vector<Entry>& terms() const { return terms_; }
  /// nullptr if it is none of them. Valid until the next is heard.
  const Entry* find(std::string_view key) const;

  /// Terms in the order of their hashes: in which order they were heard would say which mention
  /// held them.
  std::string encode() const;
  /// kCorrupt if `bytes` are not what encode() made.
  static Result<TermSketch> decode(std::string_view bytes);

 private:
  /// The one of this key, old or new; nullptr for a key whose hash is another's.
  Entry* entry(std::string_view key, std::uint64_t hash, std::string_view surface);
  /// Which of a full table makes room for another.
  std::uint32_t rarest();

  std::vector<Entry> terms_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> places_;  ///< in terms_, by hash
  /// The rarest go in turn: from hand_ on those with least_ mentions, then, from the beginning,
  /// those with as many as the rarest that was passed has.
  std::size_t hand_ = 0;
  std::uint64_t least_ = 0, passed_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t mentions_ = 0;
  AuthorCount authors_;
};

}  // namespace vigie
