#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "engine/classify/model.h"

namespace vigie {

/// What the learned weights say of one text, in points.
struct ModelScores {
  struct Word {
    std::uint32_t token = 0, last = 0;  ///< in FoldedText::tokens, inclusive
    std::array<float, kHeads> points{};
    std::int32_t whole(Head head) const;
  };
  std::vector<Word> words;  ///< by position
  HeadSums sums{};          ///< of all words together and the bias, rounded once
  /// Features of words and of characters in the text.
  std::uint32_t word_features = 0, character_features = 0;
};

/// Sums a model's weights over a text, word by word. What a word's characters weigh is remembered
/// per word: most words of most texts are a few thousand. Whole words are compared, never hashes
/// alone. 2 MiB, one thread.
class ModelScorer {
 public:
  /// `model` must outlive this.
  explicit ModelScorer(const Model& model);

  void score(const FoldedText& folded, ModelScores& out);

 private:
  /// Weights of one piece summed by head: of words in the first lanes, of characters in the others.
  /// A piece has at most 12 word features and kMostGrams character features: 16 bits hold them.
  using Sums [[gnu::vector_size(4 * kHeads)]] = std::int16_t;
  static constexpr std::size_t kSlots = 32768;
  static constexpr std::size_t kMostGrams = kGramsOfLetters.back();
  using Word = TableWord<30>;
  struct alignas(64) Slot {  // one cache line
    Word word;
    std::array<Sums, 2> sums{};  ///< in a message, in a post
  };
  /// Of a combination of shapes or signs.
  struct Combination {
    Sums sums{};
    std::uint32_t features = 0;
  };
  struct Seen {
    Sums sums{};  ///< of its word
    std::string_view letters;
    std::uint64_t hash = 0;
    std::uint32_t pair = 0;  ///< its pair's bucket
    std::uint16_t shape = 0, signs = 0;
  };

  /// Each byte twice is its number 257 times: shifted, itself.
  [[gnu::always_inline]] static Sums widen(const HeadWeights& weights) {
    using Bytes [[gnu::vector_size(4 * kHeads)]] = std::int8_t;
    using Fours [[gnu::vector_size(4 * kHeads)]] = std::int32_t;
    std::int32_t four = 0;
    static_assert(sizeof weights == sizeof four);
    std::memcpy(&four, weights.data(), sizeof four);
    const auto bytes = reinterpret_cast<Bytes>(Fours{four});
    const Bytes twice =
        __builtin_shufflevector(bytes, bytes, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return reinterpret_cast<Sums>(twice) >> 8;
  }
  /// The weights of one word that is not remembered, on their way from memory.
  struct Asked {
    std::size_t piece = 0;  ///< in seen_
    const HeadWeights* word = nullptr;
    std::array<const HeadWeights*, 2> of_kind{};
    std::uint32_t grams = 0;
    std::array<const HeadWeights*, kMostGrams> gram{};
  };
  static constexpr std::size_t kAskedTogether = 4;

  /// nullptr: not remembered. `letters` lie in `text`.
  [[gnu::always_inline]] const Slot* look_up(std::string_view letters, std::uint64_t hash,
                                             std::string_view text) const;
  [[gnu::noinline]] void ask(std::string_view letters, std::uint64_t hash, Asked& asked) const;
  /// Sums up what was asked for.
  void fill(Slot& slot, std::string_view letters, const Asked& asked) const;
  /// Sums of the first `count` of asked_, remembered from now on if they fit.
  [[gnu::noinline]] void fill_asked(std::size_t count, bool post);

  const Model& model_;
  std::vector<Slot> slots_;
  std::vector<Slot> stand_ins_;  ///< of pieces without letters, by text_pieces::kLink and the like
  std::array<Combination, kShapes> shapes_;
  std::array<Combination, kSigns> signs_;
  bool counts_by_kind_;
  Sums by_kind_{};          ///< all bits of the lanes of words of heads that count by kind
  std::vector<Seen> seen_;  ///< of the text, and of a longer one before
  std::array<Asked, kAskedTogether> asked_;
};

/// By what the sum of a group of features is multiplied: 10 / sqrt(count + 10), so that long texts
/// do not shout.
double group_factor(std::uint32_t features);

}  // namespace vigie
