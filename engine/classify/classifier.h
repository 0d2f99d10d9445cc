#pragma once

#include <memory>

#include "engine/classify/lexicon.h"
#include "engine/classify/model.h"
#include "engine/core/catalogue.h"
#include "engine/core/folded_text.h"
#include "engine/core/matches.h"
#include "engine/core/verdict.h"

namespace vigie {

/// What a text gives before the model weighs it: the features that a model is trained on beside the
/// text's own words.
struct RawSums {
  std::int32_t positive = 0, negative = 0;  ///< of signed words and tone rules; negative: absolute
  std::int32_t urgency = 0, abuse = 0;      ///< of rules
};

/// Judges one mention. Tone: signed words (negation, intensifiers, contrast, emoji) and tone rules
/// as the language's model scales them, and its learned weights; urgency and abuse: rules as they
/// were written, and learned weights. All are whole points whose sum goes through a published
/// calibration (calibration.h). Explained to the byte: a rule weighs once, however often its words
/// occur, and its weight is shared out over its spans; learned weights are summed per word, the
/// strongest words of an axis are named, and "model.rest" is what the others and the bias add.
/// Watch and topic rules leave evidence of weight 0. A rule compiled once per tenant counts once,
/// because a verdict is the same for all. Urgency and abuse leave no evidence where nothing speaks
/// for them. Pure: same input, same verdict. Keeps scratch memory: one per worker thread.
class Classifier {
 public:
  Classifier(std::shared_ptr<const Catalogue> catalogue, std::shared_ptr<const Lexicons> lexicons,
             std::shared_ptr<const Models> models);
  ~Classifier();
  Classifier(Classifier&&) noexcept;
  /// Fills `verdict` but for its language, which the caller has set: it chooses lexicon and model,
  /// and one that is neither French nor English leaves the tone uncertain.
  void classify(const FoldedText& folded, const Matches& matches, Verdict& verdict);

  /// Of the mention just classified.
  const RawSums& raw_sums() const;

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

}  // namespace vigie
