#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

  TermSketch() = default;
  /// Not copied: what is rare is known by its place in the table.
  TermSketch(TermSketch&&) = default;
  TermSketch& operator=(TermSketch&&) = default;

  struct Entry {
    std::string surface;
    std::uint64_t mentions = 0;  ///< at most; an evicted term's count is inherited
    AuthorBits authors;          ///< since it came in
    std::uint64_t hash = 0;      ///< hash_word() of its key
  };

  using Terms = std::unordered_map<std::string, Entry>;  ///< by key

  /// One mention's terms. `author`: a keyed hash of who wrote it.
  void hear(std::span<const Term> terms, std::uint64_t author);
  /// Another summary of the same day. Hearing the same author again changes no AuthorBits.
  void add(const TermSketch& other);

  bool empty() const { return mentions_ == 0; }
  std::uint64_t mentions() const { return mentions_; }
  const AuthorCount& authors() const { return authors_; }
  const Terms& terms() const { return terms_; }

  std::string encode() const;
  /// kCorrupt if `bytes` are not what encode() made.
  static Result<TermSketch> decode(std::string_view bytes);

 private:
  struct Rare {
    std::uint64_t mentions, hash;
    const Terms::value_type* term;
  };

  Entry& entry(const std::string& key, std::string_view surface);
  /// Takes one term out, to make room for another that inherits its count.
  Terms::node_type evict();
  void look_up_rare();

  Terms terms_;
  /// All of a full table, in any order: a term that goes leaves its place to one that comes.
  std::vector<const Terms::value_type*> places_;
  std::vector<Rare> rare_;  ///< to evict next, the rarest last, as they were when looked up
  std::uint64_t mentions_ = 0;
  AuthorCount authors_;
};

}  // namespace vigie
