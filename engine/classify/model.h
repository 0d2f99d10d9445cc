#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/classify/text_pieces.h"
#include "engine/core/result.h"

namespace vigie {

/// What one pass over a text's features is summed up for. Polarity and opinion together give the
/// three classes of tone: logits negative = opinion - polarity, neutral = 0, positive = opinion +
/// polarity.
enum class Head : std::uint8_t { kPolarity, kOpinion, kUrgency, kAbuse };
inline constexpr std::size_t kHeads = 4;
inline constexpr std::array<std::string_view, kHeads> kHeadNames = {"polarity", "opinion",
                                                                    "urgency", "abuse"};

/// The weights of one feature, for all heads side by side: one load serves all.
using HeadWeights = std::array<std::int8_t, kHeads>;
using HeadSums = std::array<std::int32_t, kHeads>;

/// How a head turns sums of weights into points (the unit of all evidence).
struct HeadScale {
  double word_points = 0;       ///< points of one unit of a word feature's weight
  double character_points = 0;  ///< of a character feature's
  std::int32_t bias = 0;        ///< points
  /// A word also counts by the kind of its text (kind_feature()), and a post has a bias of its own.
  bool by_kind = false;
  std::int32_t post_bias = 0;  ///< points beside `bias` if is_post()
};

/// How the signed words of the lexicon and the tone rules count beside the learned weights: a word
/// of weight w counts w * (its sign's share / length + saturating * saturation). length = sqrt(1 +
/// words of the text / 10); saturation = min(1, 400 / |S|), S the text's sum of weights (polarity),
/// or of their absolute values (opinion).
struct LexiconScale {
  double positive = 0, negative = 0, saturating = 0;
};
inline constexpr double kLexiconSaturation = 400;
inline double lexicon_length(std::size_t words) {
  return std::sqrt(1.0 + static_cast<double>(words) / 10.0);
}

/// Learned weights of one language: hashed word 1-2-grams with shapes and signs, and character
/// 2-5-grams, each group's sum divided by the square root of how many there are. Immutable once
/// read; shared by all workers.
struct Model {
  /// Format 1 knows no kinds of text; it is what is written where no head counts by kind.
  static constexpr std::uint32_t kFormat = 2, kFormatWithoutKinds = 1;
  static constexpr unsigned kMinBits = 1, kMaxBits = 18;

  std::string language;
  std::string trained_on;  ///< for people: sources and rows
  std::array<HeadScale, kHeads> heads;
  LexiconScale polarity{1, 1, 0};
  LexiconScale opinion{1, 1, 0};
  /// Of a tone's confidence: percent that is left of a difference in points before it becomes a
  /// probability. Fitted on texts the model had not seen.
  std::int32_t confidence_percent = 100;
  unsigned word_bits = 0, character_bits = 0;
  std::vector<HeadWeights> words, characters;  ///< 2^bits each; empty: nothing is learned
  std::string hash;                            ///< of the file: 16 hex digits; "none"

  bool has_weights() const { return !words.empty(); }
  bool counts_by_kind() const {
    return std::ranges::any_of(heads, [](const HeadScale& head) { return head.by_kind; });
  }
  /// Else the lexicon and tone rules decide the tone as they stand.
  bool knows_tone() const {
    return has_weights() && heads[static_cast<std::size_t>(Head::kPolarity)].word_points != 0;
  }
  std::uint32_t word_bucket(std::uint64_t feature) const {
    return static_cast<std::uint32_t>(text_pieces::mix(feature) >> (64 - word_bits));
  }
  std::uint32_t character_bucket(std::uint64_t feature) const {
    return static_cast<std::uint32_t>(text_pieces::mix(feature) >> (64 - character_bits));
  }
};

/// Features of a piece beside its word and pair, as hashes for word_bucket().
inline constexpr std::uint64_t kShapeFeature = 0x6000, kSignFeature = 0x5000;
inline constexpr std::uint64_t word_feature(std::uint64_t hash) { return hash * 3 + 1; }
/// A word's feature in texts of one kind alone, beside word_feature() in all: both kinds teach what
/// they share, and each keeps what is its own (Daumé 2007, "Frustratingly easy domain adaptation").
/// Not counted among a text's features.
inline constexpr std::uint64_t kind_feature(std::uint64_t hash, bool post) {
  return word_feature(hash) ^ (post ? 0x9e3779b97f4a7c15ULL : 0x7f4a7c159e3779b9ULL);
}
/// Calls visit(feature) for each feature of a combination of shapes (kShapes) or signs (kSigns).
template <class Visit>
void visit_shape_features(std::uint32_t shape, Visit&& visit) {
  for (std::uint32_t bit = 1; bit < kShapes; bit <<= 1) {
    if ((shape & bit) != 0) {
      visit(kShapeFeature + bit);
    }
  }
}
template <class Visit>
void visit_sign_features(std::uint32_t signs, Visit&& visit) {
  if ((signs & 3) != 0) {
    visit(kSignFeature + (signs & 3));
  }
  if ((signs >> 2 & 3) != 0) {
    visit(kSignFeature + 0x10 + (signs >> 2 & 3));
  }
  for (std::uint32_t bit = kSignEllipsis; bit < kSigns; bit <<= 1) {
    if ((signs & bit) != 0) {
      visit(kSignFeature + 0x100 + bit);
    }
  }
}

/// The nearest whole number, halves to the even one, of |points| below 2^31: the addition leaves it
/// in the low bits. What the library does by a call, this does in a register.
inline std::int32_t whole_points(double points) {
  constexpr double kPush = 6755399441055744.0;  // 1.5 * 2^52
  return static_cast<std::int32_t>(std::bit_cast<std::int64_t>(points + kPush));
}

/// What nobody trained: the lexicon and the rules alone decide, each weight counting as it stands,
/// and a sum below 140 either way is neutral.
Model plain_model();

/// A model file: lines of text up to an empty line, the last of them a hash of all else; then the
/// weights, words before characters.
/// `name` is for messages.
std::string encode_model(const Model& model);
Result<Model> decode_model(std::string_view bytes, std::string_view name);
Result<Model> read_model(const std::string& path);

/// The models in force, by language.
class Models {
 public:
  Models() : Models(plain_model(), plain_model()) {}
  Models(Model french, Model english)
      : french_(std::move(french)), english_(std::move(english)), plain_(plain_model()) {}

  /// French also for what is not known to be in another language, and for Haitian Creole, which
  /// short French is taken for. Other languages: the plain one.
  const Model& of(std::string_view language) const {
    if (language == "en") {
      return english_;
    }
    return language.empty() || language == "fr" || language == "ht" ? french_ : plain_;
  }
  const Model& french() const { return french_; }
  const Model& english() const { return english_; }
  const Model& plain() const { return plain_; }
  /// Hash of both, for verdicts: 16 hex digits, or "none".
  std::string hash() const;

 private:
  Model french_, english_, plain_;
};

/// Reads fr.model and en.model in `directory`; one that is missing is the plain one.
Result<Models> read_models(const std::string& directory);

}  // namespace vigie
