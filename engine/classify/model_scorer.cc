#include "engine/classify/model_scorer.h"

#include <algorithm>
#include <cmath>

namespace vigie {
namespace {

/// No word of a sound model comes near; a forged one cannot make sums run over (2^21 words).
constexpr double kMaxWordPoints = 1000;

template <class Sums>
void add(const HeadWeights& weights, Sums& sums) {
  for (std::size_t head = 0; head < kHeads; ++head) {
    sums[head] = static_cast<typename Sums::value_type>(sums[head] + weights[head]);
  }
}

template <class From>
void add_all(const From& from, std::array<std::int32_t, kHeads>& sums) {
  for (std::size_t head = 0; head < kHeads; ++head) {
    sums[head] += from[head];
  }
}

}  // namespace

double group_factor(std::uint32_t features) {
  return 10.0 / std::sqrt(static_cast<double>(features) + 10.0);
}

ModelScorer::ModelScorer(const Model& model) : model_(model) {
  if (!model.has_weights()) {
    return;
  }
  slots_.resize(kSlots);
  const auto fill = [&model](Combination& combination) {
    return [&combination, &model](std::uint64_t feature) {
      add(model.words[model.word_bucket(feature)], combination.weights);
      ++combination.features;
    };
  };
  for (std::uint32_t shape = 0; shape < kShapes; ++shape) {
    visit_shape_features(shape, fill(shapes_[shape]));
  }
  for (std::uint32_t signs = 0; signs < kSigns; ++signs) {
    visit_sign_features(signs, fill(signs_[signs]));
  }
}

void ModelScorer::fill(Slot& slot, std::string_view letters, std::uint64_t hash) const {
  slot.length = static_cast<std::uint8_t>(std::min(letters.size(), kMaxBytes));
  letters.copy(slot.bytes.data(), kMaxBytes);
  slot.word = model_.words[model_.word_bucket(word_feature(hash))];
  slot.characters = {};
  slot.grams = 0;
  if (!letters.empty()) {
    visit_character_grams(letters, [this, &slot](std::uint64_t gram) {
      add(model_.characters[model_.character_bucket(gram)], slot.characters);
      ++slot.grams;
    });
  }
}

const ModelScorer::Slot& ModelScorer::look_up(std::string_view letters, std::uint64_t hash) {
  if (letters.empty() || letters.size() > kMaxBytes) {
    fill(uncached_, letters, hash);
    return uncached_;
  }
  Slot& slot = slots_[hash % kSlots];
  if (!is_same_word(letters, {slot.bytes.data(), slot.length})) {
    fill(slot, letters, hash);
  }
  return slot;
}

void ModelScorer::score(const FoldedText& folded, ModelScores& out) {
  out.words.clear();
  out.word_features = out.character_features = 0;
  for (std::size_t head = 0; head < kHeads; ++head) {
    out.sums[head] = model_.heads[head].bias;
  }
  if (!model_.has_weights()) {
    return;
  }
  // First all pieces are named, so that their weights are on their way when they are summed.
  seen_.clear();
  visit_text_pieces(folded, [this](const TextPiece& piece) {
    const std::uint32_t pair = model_.word_bucket(piece.pair);
    __builtin_prefetch(&model_.words[pair]);
    __builtin_prefetch(&slots_[piece.hash % kSlots]);
    seen_.push_back({piece, pair});
  });
  pieces_.clear();
  for (const auto& [piece, pair] : seen_) {
    Piece& sums = pieces_.emplace_back();
    sums.token = piece.token;
    sums.last = piece.last;
    const Slot& slot = look_up(piece.letters, piece.hash);
    const Combination &shape = shapes_[piece.shape], &signs = signs_[piece.signs];
    add_all(slot.word, sums.words);
    add_all(model_.words[pair], sums.words);
    add_all(shape.weights, sums.words);
    add_all(signs.weights, sums.words);
    add_all(slot.characters, sums.characters);
    out.word_features += 2 + shape.features + signs.features;
    out.character_features += slot.grams;
  }
  const double words = group_factor(out.word_features),
               characters = group_factor(out.character_features);
  std::array<double, kHeads> word_points, character_points;
  for (std::size_t head = 0; head < kHeads; ++head) {
    word_points[head] = model_.heads[head].word_points * words;
    character_points[head] = model_.heads[head].character_points * characters;
  }
  out.words.resize(pieces_.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    ModelScores::Word& word = out.words[i];
    word.token = pieces_[i].token;
    word.last = pieces_[i].last;
    for (std::size_t head = 0; head < kHeads; ++head) {
      word.points[head] =
          whole_points(std::clamp(pieces_[i].words[head] * word_points[head] +
                                      pieces_[i].characters[head] * character_points[head],
                                  -kMaxWordPoints, kMaxWordPoints));
      out.sums[head] += word.points[head];
    }
  }
}

}  // namespace vigie
