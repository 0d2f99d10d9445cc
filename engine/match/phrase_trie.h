#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/core/folded_text.h"
#include "engine/core/hash_filter.h"
#include "engine/match/word_patterns.h"
#include "engine/match/word_starts.h"

namespace vigie {

/// One occurrence of a phrase.
struct PhraseHit {
  std::uint32_t phrase = 0;
  std::uint32_t first_token = 0, last_token = 0;  ///< inclusive
};

/// All phrases of a rule set in one trie of words. Why it is fast: a text's words are already
/// hashed, and bitmaps (words and pairs of words that begin a phrase; how words begin that may fit
/// a pattern; the same behind each trie node) answer "no" for most of them from the first-level
/// cache. What they let through is found by hash and then compared byte by byte, so that equal
/// hashes never make a match. Built by one thread, then read by any.
///
/// A word with wildcards takes any word that fits it (word_patterns.h). Words of links are never
/// words of a phrase, and no phrase crosses from title to text.
class PhraseTrie {
 public:
  /// The phrase's number, dense from 0; the same words get the same number. Before finish().
  std::uint32_t add(const std::vector<std::string>& words);
  void finish();

  std::size_t size() const { return phrases_; }
  const WordPatterns& patterns() const { return patterns_; }

  /// Appends every occurrence of every phrase, by first token. `starts`: the caller's, for this
  /// trie.
  void find(const FoldedText& text, WordStarts& starts, std::vector<PhraseHit>& hits) const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Node {
    std::uint32_t phrase = kNone;  ///< the phrase that ends here
    bool has_words = false;        ///< edges to other nodes, by whole words
    bool has_patterns = false;     ///< edges by words with wildcards
    bool any_fits = false;         ///< of which one begins with too few letters to be known by
  };
  struct Edge {
    std::uint64_t key = 0;
    std::uint32_t from = kNone, to = 0;
    std::uint32_t word_start = 0, word_length = 0;  ///< in words_; of patterns: the number, 0
  };
  /// One phrase being followed: where it began and where the text's field ends.
  struct Walk {
    const FoldedText& text;
    std::vector<PhraseHit>& hits;
    std::uint32_t first_token, end_token;
  };

  static std::uint64_t key_of(std::uint32_t node, std::uint64_t hash) {
    const std::uint64_t mixed = (hash ^ node * 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL;
    return mixed ^ mixed >> 32;
  }
  void fill_filters();
  void find_in_field(const FoldedText& text, std::uint32_t from, std::uint32_t to,
                     WordStarts& starts, std::vector<PhraseHit>& hits) const;
  /// Kept out of the loop over all words, which needs the registers.
  [[gnu::noinline]] void start_unknown_word(Walk& walk, std::string_view word,
                                            WordStarts& starts) const;
  /// Whether a phrase may begin with a word behind which that of hash `next` stands, without a look
  /// at anything but filters.
  bool may_start(const FoldedText& text, const Token& token, std::uint64_t next) const;
  bool may_fit(const FoldedText& text, std::uint32_t node, const Token& next) const;
  /// To `token`, whose key at the node is `key`.
  void follow(Walk& walk, std::uint32_t node, std::uint64_t key, std::uint32_t token) const;
  void follow_patterns(Walk& walk, std::uint32_t node, std::uint32_t token) const;
  /// Calls visit(node) for every node that a word leads to from the root.
  template <class Visit>
  void visit_starts(std::string_view word, std::uint64_t hash, Visit&& visit) const;
  void arrive(Walk& walk, std::uint32_t node, std::uint32_t token) const;
  std::uint32_t find_word(std::uint32_t node, std::uint64_t key, std::string_view word) const;
  std::uint32_t find_pattern(std::uint32_t node, std::uint32_t pattern) const;
  void insert(const Edge& edge, std::vector<Edge>& table);

  std::uint32_t phrases_ = 0;
  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::string words_;
  WordPatterns patterns_;
  std::vector<Edge> word_edges_, pattern_edges_;  ///< until finish() in order, then tables by key
  HashFilter first_filter_, next_filter_;         ///< by key
  /// What may begin a phrase: one word, two words, and what begins as a pattern does.
  HashFilter alone_filter_, pair_filter_, beginning_filter_;
  std::array<bool, 256> first_bytes_{};  ///< of patterns with fewer letters than those are known by
  HashFilter next_beginning_filter_;     ///< what may go on from a node by a pattern
  std::unordered_map<std::string, std::uint32_t> edge_ends_;  ///< while building
};

}  // namespace vigie
