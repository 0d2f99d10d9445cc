#pragma once

#include <memory>

#include "engine/classify/lexicon.h"
#include "engine/core/catalogue.h"
#include "engine/core/folded_text.h"
#include "engine/core/matches.h"
#include "engine/core/mention.h"
#include "engine/core/verdict.h"

namespace vigie {

/// Judges one mention: tone from signed words (negation, intensifiers, contrast, emoji) and tone
/// rules, urgency and abuse from their rules; integer weights whose sum goes through a published
/// calibration (calibration.h). Explained to the byte: a rule weighs once, however often its words
/// occur, and its weight is shared out over its spans; watch and topic rules leave evidence of
/// weight 0. A rule compiled once per tenant counts once, because a verdict is the same for all.
/// Urgency and abuse rules of negative weight only soften what others raised: alone they leave no
/// evidence.
/// Pure: same input, same verdict. Keeps scratch memory: one per worker thread.
class Classifier {
 public:
  Classifier(std::shared_ptr<const Catalogue> catalogue, std::shared_ptr<const Lexicons> lexicons);
  ~Classifier();
  /// Fills `verdict` but for its language, which the caller has set: it chooses the lexicon, and an
  /// unknown one (read with the French words) leaves the tone uncertain.
  void classify(const Mention& mention, const FoldedText& folded, const Matches& matches,
                Verdict& verdict);

 private:
  struct Scratch;

  void add_rules(const Matches& matches, Verdict& verdict);
  void add_words(const FoldedText& folded, Verdict& verdict);

  std::shared_ptr<const Catalogue> catalogue_;
  std::shared_ptr<const Lexicons> lexicons_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vigie
