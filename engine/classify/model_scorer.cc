#include "engine/classify/model_scorer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

namespace vigie {
namespace {

/// No word of a sound model comes near, and no text.
constexpr double kMaxWordPoints = 1000, kMaxPoints = 1e9;
/// So many pieces' sums fit into 32 bits.
constexpr std::size_t kPiecesAtOnce = 1U << 15;
/// Of a word of kMaxLettersBytes and its borders, four lengths.
constexpr std::size_t kMostGrams = 4 * (kMaxLettersBytes + 1);

using Wide [[gnu::vector_size(8 * kHeads)]] = std::int32_t;
using Points [[gnu::vector_size(4 * kHeads)]] = float;

}  // namespace

std::int32_t ModelScores::Word::whole(Head head) const {
  return whole_points(
      std::clamp<double>(points[static_cast<std::size_t>(head)], -kMaxWordPoints, kMaxWordPoints));
}

double group_factor(std::uint32_t features) {
  return 10.0 / std::sqrt(static_cast<double>(features) + 10.0);
}

ModelScorer::ModelScorer(const Model& model)
    : model_(model), counts_by_kind_(model.counts_by_kind()) {
  if (!model.has_weights()) {
    return;
  }
  slots_.resize(kSlots);
  stand_ins_.resize(text_pieces::kStandIns);
  for (std::size_t head = 0; head < kHeads; ++head) {
    by_kind_[head] = model.heads[head].by_kind ? -1 : 0;
  }
  const auto fill = [&model](Combination& combination) {
    return [&combination, &model](std::uint64_t feature) {
      combination.sums += widen(model.words[model.word_bucket(feature)]);
      ++combination.features;
    };
  };
  for (std::uint64_t piece = 0; piece < stand_ins_.size(); ++piece) {
    this->fill(stand_ins_[piece], {}, piece);
  }
  for (std::uint32_t shape = 0; shape < kShapes; ++shape) {
    visit_shape_features(shape, fill(shapes_[shape]));
  }
  for (std::uint32_t signs = 0; signs < kSigns; ++signs) {
    visit_sign_features(signs, fill(signs_[signs]));
  }
}

void ModelScorer::fill(Slot& slot, std::string_view letters, std::uint64_t hash) const {
  slot.word.set(letters);
  const auto word_weights = [this](std::uint64_t feature) {
    const HeadWeights* weights = &model_.words[model_.word_bucket(feature)];
    __builtin_prefetch(weights);
    return weights;
  };
  const HeadWeights* const word = word_weights(word_feature(hash));
  const std::array of_kind{word_weights(kind_feature(hash, false)),
                           word_weights(kind_feature(hash, true))};
  // First all are asked of memory, then they are summed up.
  std::array<const HeadWeights*, kMostGrams> grams;
  std::size_t count = 0;
  if (!letters.empty()) {
    visit_character_grams(letters, [&](std::uint64_t gram) {
      const HeadWeights* weights = &model_.characters[model_.character_bucket(gram)];
      __builtin_prefetch(weights);
      grams[count++] = weights;
    });
  }
  Sums characters{};
  for (const HeadWeights* weights : std::span(grams).first(count)) {
    characters += widen(*weights);
  }
  slot.grams = static_cast<std::uint8_t>(count);
  const Sums both =
      widen(*word) + __builtin_shufflevector(characters, characters, 4, 5, 6, 7, 0, 1, 2, 3);
  for (const bool post : {false, true}) {
    slot.sums[post] = both + (by_kind_ & widen(*of_kind[post]));
  }
}

inline const ModelScorer::Slot& ModelScorer::look_up(std::string_view letters, std::uint64_t hash,
                                                     std::string_view text) {
  if (letters.empty() || letters.size() > Word::kMostBytes) {
    if (letters.empty() && hash < stand_ins_.size()) {
      return stand_ins_[hash];
    }
    fill(uncached_, letters, hash);
    return uncached_;
  }
  Slot& slot = slots_[hash % kSlots];
  if (!slot.word.is(letters, text)) {
    fill(slot, letters, hash);
  }
  return slot;
}

void ModelScorer::score(const FoldedText& folded, ModelScores& out) {
  out.word_features = out.character_features = 0;
  for (std::size_t head = 0; head < kHeads; ++head) {
    out.sums[head] = model_.heads[head].bias;
  }
  if (!model_.has_weights()) {
    out.words.clear();
    return;
  }
  const bool post = counts_by_kind_ && is_post(folded);
  for (std::size_t head = 0; post && head < kHeads; ++head) {
    out.sums[head] += model_.heads[head].post_bias;
  }
  // First all pieces are named, so that their weights are on their way when they are summed.
  seen_.resize(std::max(seen_.size(), folded.tokens.size()));
  Seen* end = seen_.data();
  visit_text_pieces(folded, [&](const TextPiece& piece) {
    const std::uint32_t pair = model_.word_bucket(piece.pair);
    __builtin_prefetch(&model_.words[pair]);
    __builtin_prefetch(&slots_[piece.hash % kSlots]);
    *end++ = {piece.letters,
              piece.hash,
              piece.token,
              piece.last,
              pair,
              static_cast<std::uint16_t>(piece.shape),
              static_cast<std::uint16_t>(piece.signs)};
  });
  const std::span<const Seen> seen(seen_.data(), end);
  sums_.resize(std::max(sums_.size(), seen.size()));
  std::array<std::int64_t, 2 * kHeads> totals{};
  std::uint32_t word_features = 0, character_features = 0;
  for (std::size_t first = 0; first < seen.size(); first += kPiecesAtOnce) {
    Wide some{};
    for (std::size_t i = first; i < std::min(seen.size(), first + kPiecesAtOnce); ++i) {
      const Seen& piece = seen[i];
      const Slot& slot = look_up(piece.letters, piece.hash, folded.bytes);
      const Combination &shape = shapes_[piece.shape], &signs = signs_[piece.signs];
      const Sums sums = slot.sums[post] + widen(model_.words[piece.pair]) + shape.sums + signs.sums;
      sums_[i] = sums;
      some += __builtin_convertvector(sums, Wide);
      word_features += 2 + shape.features + signs.features;
      character_features += slot.grams;
    }
    for (std::size_t lane = 0; lane < totals.size(); ++lane) {
      totals[lane] += some[lane];
    }
  }
  out.word_features = word_features;
  out.character_features = character_features;
  const double words = group_factor(word_features), characters = group_factor(character_features);
  Points word_points{}, character_points{};
  for (std::size_t head = 0; head < kHeads; ++head) {
    const double of_word = model_.heads[head].word_points * words,
                 of_character = model_.heads[head].character_points * characters;
    word_points[head] = static_cast<float>(of_word);
    character_points[head] = static_cast<float>(of_character);
    out.sums[head] +=
        whole_points(std::clamp(static_cast<double>(totals[head]) * of_word +
                                    static_cast<double>(totals[kHeads + head]) * of_character,
                                -kMaxPoints, kMaxPoints));
  }
  out.words.resize(seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Wide wide = __builtin_convertvector(sums_[i], Wide);
    const Points points =
        __builtin_convertvector(__builtin_shufflevector(wide, wide, 0, 1, 2, 3), Points) *
            word_points +
        __builtin_convertvector(__builtin_shufflevector(wide, wide, 4, 5, 6, 7), Points) *
            character_points;
    ModelScores::Word& word = out.words[i];
    word.token = seen[i].token;
    word.last = seen[i].last;
    std::memcpy(word.points.data(), &points, sizeof points);
  }
}

}  // namespace vigie
