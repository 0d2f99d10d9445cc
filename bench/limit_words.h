#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vigie {

/// The reference for what is done to words, one byte and one word after the other: it shares
/// nothing with the engine. Folding by table, words as FNV-1a hashes.
class ReferenceFold {
 public:
  ReferenceFold();
  /// `folded` and `words` (hashes, in order) are replaced.
  void operator()(std::string_view text, std::string& folded,
                  std::vector<std::uint64_t>& words) const;

 private:
  std::array<char, 64> latin_{};  ///< what the second byte of a Latin letter (C3 xx) folds to
};

/// Rules of two neighbouring words each, found by hash: a bitmap passes over words that begin none,
/// a table decides the rest. The cheapest that is known (three in four words end at the bitmap).
class ReferenceMatch {
 public:
  /// `rules` pairs out of `texts`, each with a word that is rare there.
  ReferenceMatch(const std::vector<std::string>& texts, std::size_t rules,
                 const ReferenceFold& fold);
  /// How many rules hold.
  std::size_t operator()(const std::vector<std::uint64_t>& words) const;

 private:
  static constexpr std::size_t kBits = 1 << 16;
  std::vector<std::uint64_t> begins_;
  std::unordered_map<std::uint64_t, std::uint32_t> rules_;  ///< by the pair's hash
};

/// A linear model of four outputs, int8 weights side by side: words, pairs of words, and characters
/// of two to five whose sums are known for each word beforehand; and a signed lexicon of 8,000
/// words. The weights are arbitrary: what they say is not looked at.
class ReferenceClassify {
 public:
  ReferenceClassify();
  std::array<std::int32_t, 4> operator()(const std::vector<std::uint64_t>& words) const;

 private:
  static constexpr std::size_t kBuckets = 1 << 18;
  std::vector<std::array<std::int8_t, 4>> words_, pairs_;
  std::vector<std::int8_t> lexicon_;  ///< by hash
};

}  // namespace vigie
