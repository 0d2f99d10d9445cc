#include "engine/classify/model_scorer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

namespace vigie {
namespace {

/// No word of a sound model comes near, and no text.
constexpr double kMaxWordPoints = 1000, kMaxPoints = 1e9;
/// So many pieces' sums fit into 32 bits.
constexpr std::size_t kPiecesAtOnce = 1U << 15;

using Wide [[gnu::vector_size(8 * kHeads)]] = std::int32_t;
using Totals [[gnu::vector_size(4 * kHeads)]] = std::int32_t;
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
    ask({}, piece, asked_[0]);
    this->fill(stand_ins_[piece], {}, asked_[0]);
  }
  for (std::uint32_t shape = 0; shape < kShapes; ++shape) {
    visit_shape_features(shape, fill(shapes_[shape]));
  }
  for (std::uint32_t signs = 0; signs < kSigns; ++signs) {
    visit_sign_features(signs, fill(signs_[signs]));
  }
}

void ModelScorer::ask(std::string_view letters, std::uint64_t hash, Asked& asked) const {
  const auto word_weights = [this](std::uint64_t feature) {
    const HeadWeights* weights = &model_.words[model_.word_bucket(feature)];
    __builtin_prefetch(weights);
    return weights;
  };
  asked.word = word_weights(word_feature(hash));
  asked.of_kind = {word_weights(kind_feature(hash, false)), word_weights(kind_feature(hash, true))};
  asked.grams = 0;
  if (!letters.empty()) {
    visit_character_grams(letters, [&](std::uint64_t gram) {
      const HeadWeights* weights = &model_.characters[model_.character_bucket(gram)];
      __builtin_prefetch(weights);
      asked.gram[asked.grams++] = weights;
    });
  }
}

inline void ModelScorer::fill(Slot& slot, std::string_view letters, const Asked& asked) const {
  slot.word.set(letters);
  Sums characters{};
  for (const HeadWeights* weights : std::span(asked.gram).first(asked.grams)) {
    characters += widen(*weights);
  }
  const Sums both =
      widen(*asked.word) + __builtin_shufflevector(characters, characters, 4, 5, 6, 7, 0, 1, 2, 3);
  for (const bool post : {false, true}) {
    slot.sums[post] = both + (by_kind_ & widen(*asked.of_kind[post]));
  }
}

void ModelScorer::fill_asked(std::size_t count, bool post) {
  for (const Asked& asked : std::span(asked_).first(count)) {
    Seen& piece = seen_[asked.piece];
    Slot unremembered;
    const bool fits = !piece.letters.empty() && piece.letters.size() <= Word::kMostBytes;
    Slot& slot = fits ? slots_[piece.hash % kSlots] : unremembered;
    fill(slot, piece.letters, asked);
    piece.sums = slot.sums[post];
  }
}

inline const ModelScorer::Slot* ModelScorer::look_up(std::string_view letters, std::uint64_t hash,
                                                     std::string_view text) const {
  if (letters.empty() && hash < stand_ins_.size()) {
    return &stand_ins_[hash];
  }
  const Slot& slot = slots_[hash % kSlots];
  return !letters.empty() && letters.size() <= Word::kMostBytes && slot.word.is(letters, text)
             ? &slot
             : nullptr;
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
  out.words.resize(folded.tokens.size());
  Seen* seen = seen_.data();
  ModelScores::Word* word = out.words.data();
  std::uint32_t word_features = 0, character_features = 0;
  visit_text_pieces(folded, [&](const TextPiece& piece) {
    const std::uint32_t pair = model_.word_bucket(piece.pair);
    __builtin_prefetch(&model_.words[pair]);
    __builtin_prefetch(&slots_[piece.hash % kSlots]);
    seen->letters = piece.letters;
    seen->hash = piece.hash;
    seen->pair = pair;
    seen->shape = static_cast<std::uint16_t>(piece.shape);
    seen++->signs = static_cast<std::uint16_t>(piece.signs);
    word->token = piece.token;
    word++->last = piece.last;
    word_features += 2 + shapes_[piece.shape].features + signs_[piece.signs].features;
    character_features += kGramsOfLetters[std::min(piece.letters.size(), kMaxLettersBytes)];
  });
  const auto pieces = static_cast<std::size_t>(seen - seen_.data());
  out.words.resize(pieces);
  out.word_features = word_features;
  out.character_features = character_features;
  const double words = group_factor(word_features), characters = group_factor(character_features);
  std::array<double, kHeads> of_word, of_character;
  Points word_points{}, character_points{};
  for (std::size_t head = 0; head < kHeads; ++head) {
    of_word[head] = model_.heads[head].word_points * words;
    of_character[head] = model_.heads[head].character_points * characters;
    word_points[head] = static_cast<float>(of_word[head]);
    character_points[head] = static_cast<float>(of_character[head]);
  }
  // Words that are not remembered first, for no sum stays in a register across a call; some are
  // asked of memory before one is summed up.
  const std::span<Seen> all(seen_.data(), pieces);
  std::size_t asked = 0;
  for (Seen& piece : all) {
    if (const Slot* const slot = look_up(piece.letters, piece.hash, folded.bytes)) {
      piece.sums = slot->sums[post];
      continue;
    }
    asked_[asked].piece = static_cast<std::size_t>(&piece - all.data());
    ask(piece.letters, piece.hash, asked_[asked]);
    if (++asked == kAskedTogether) {
      fill_asked(std::exchange(asked, 0), post);
    }
  }
  fill_asked(asked, post);
  const HeadWeights* const weights = model_.words.data();
  std::array<std::int64_t, 2 * kHeads> totals{};
  for (std::size_t first = 0; first < pieces; first += kPiecesAtOnce) {
    Totals some_words{}, some_characters{};
    word = out.words.data() + first;
    for (const Seen& piece : all.subspan(first, std::min(pieces - first, kPiecesAtOnce))) {
      const Wide sums =
          __builtin_convertvector(piece.sums + widen(weights[piece.pair]) +
                                      shapes_[piece.shape].sums + signs_[piece.signs].sums,
                                  Wide);
      const Totals of_words = __builtin_shufflevector(sums, sums, 0, 1, 2, 3);
      const Totals of_characters = __builtin_shufflevector(sums, sums, 4, 5, 6, 7);
      some_words += of_words;
      some_characters += of_characters;
      const Points points = __builtin_convertvector(of_words, Points) * word_points +
                            __builtin_convertvector(of_characters, Points) * character_points;
      std::memcpy(word++->points.data(), &points, sizeof points);
    }
    for (std::size_t head = 0; head < kHeads; ++head) {
      totals[head] += some_words[head];
      totals[kHeads + head] += some_characters[head];
    }
  }
  for (std::size_t head = 0; head < kHeads; ++head) {
    const double sum = static_cast<double>(totals[head]) * of_word[head] +
                       static_cast<double>(totals[kHeads + head]) * of_character[head];
    out.sums[head] += whole_points(std::clamp(sum, -kMaxPoints, kMaxPoints));
  }
}

}  // namespace vigie
