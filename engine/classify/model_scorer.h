#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/classify/model.h"

namespace vigie {

/// What the learned weights say of one text, in points.
struct ModelScores {
  struct Word {
    std::uint32_t token = 0, last = 0;  ///< in FoldedText::tokens, inclusive
    HeadSums points{};
  };
  std::vector<Word> words;  ///< by position; their points and the bias add up to `sums`
  HeadSums sums{};
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
  static constexpr std::size_t kSlots = 32768, kMaxBytes = 40;
  struct alignas(64) Slot {  // one cache line
    std::array<char, kMaxBytes> bytes{};
    std::uint8_t length = 0;
    std::uint16_t grams = 0;
    HeadWeights word{};
    std::array<std::int16_t, kHeads> characters{};
  };
  /// Of a combination of shapes or signs.
  struct Combination {
    std::array<std::int16_t, kHeads> weights{};
    std::uint32_t features = 0;
  };
  /// Sums of one piece, before they are scaled.
  struct Piece {
    std::uint32_t token = 0, last = 0;
    std::array<std::int32_t, kHeads> words{}, characters{};
  };

  const Slot& look_up(std::string_view letters, std::uint64_t hash);
  void fill(Slot& slot, std::string_view letters, std::uint64_t hash) const;

  const Model& model_;
  std::vector<Slot> slots_;
  std::array<Combination, kShapes> shapes_;
  std::array<Combination, kSigns> signs_;
  std::vector<std::pair<TextPiece, std::uint32_t>> seen_;  ///< of the text, and its pair's bucket
  std::vector<Piece> pieces_;
  Slot uncached_;
};

/// By what the sum of a group of features is multiplied: 10 / sqrt(count + 10), so that long texts
/// do not shout.
double group_factor(std::uint32_t features);

}  // namespace vigie
