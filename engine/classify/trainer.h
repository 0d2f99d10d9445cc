#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/classify/classifier.h"
#include "engine/classify/evaluation.h"
#include "engine/classify/model.h"
#include "engine/core/folded_text.h"

namespace vigie {

/// What a model learns to tell. Tone has the classes of Tone; urgency and abuse have no (0) and yes
/// (1).
enum class Task : std::uint8_t { kTone, kUrgency, kAbuse };
inline constexpr std::size_t kTasks = 3;

/// Where labelled texts come from.
struct TrainingSource {
  std::string name;
  double weight = 1;  ///< of each of its rows
  /// Rules were written beside these texts: what they say of them is not learned from.
  bool rules_hidden = false;
  /// Ordinary texts, none of which is urgent (or abusive): at most this share of them may be called
  /// so. 1: any.
  double at_most = 1;
  /// Rows that stand near each other speak of the same event: the thresholds of urgency and abuse
  /// are chosen for events that are known and for events that nobody has seen alike.
  bool runs = false;
};

/// How well texts of one source were judged by models that had not seen them.
struct HeldOut {
  std::string source;
  Task task = Task::kTone;
  Confusion confusion{0};
};

struct TrainingOptions {
  std::string language;
  unsigned word_bits = 17, character_bits = 17;
  /// Strength of the pull to zero (L2) on learned weights, by task; a hundredth of it on how the
  /// lexicon counts, one to four times as much on what words have from their company.
  double pull[kTasks] = {25, 10, 10};
  /// How much less a feature of urgency or abuse is pulled whose odds in texts of yes and of no are
  /// far apart: the pull is divided by the logarithm of their ratio to this power, by task. Tone
  /// has none.
  double odds[kTasks] = {0, 0, 0};
  /// Words, pairs and signs teach that stand in so many of the texts learned from, by task: what
  /// stands in one alone says more of that text than of the word. Characters always do.
  std::uint32_t least_texts[kTasks] = {1, 1, 1};
  /// How far the classes of a source count alike, by task: from 0, each by its rows, to 1. What is
  /// common where texts were collected is then not taken for what words say.
  double even[kTasks] = {0, 0, 0};
  /// Words also count by the kind of their text (kind_feature()), by task. Tone knows no kinds.
  bool by_kind[kTasks] = {false, false, false};
  /// Learned in each weight's own scale (Regression::scaled), by task.
  bool scaled[kTasks] = {true, true, true};
};

/// Fits a Model to labelled texts: regularised logistic regression by L-BFGS, three classes for
/// tone, two for urgency and abuse; then 8-bit weights. Words that keep the same company in the
/// texts of add_text() lean the same way (word_vectors.h): a text's sum of word vectors is a
/// feature, too, and what is learned of it is added to the words' own weights, so that a model
/// knows no vectors. Five-fold cross-validation, pairs of rows
/// (0 and 1, 2 and 3, …) of a source kept together, gives predictions for texts the model had not
/// seen; from these come the confidence's scale and the thresholds of urgency and abuse: the best
/// mean macro-F1 over the sources, by their rows, that stays within their `at_most`; where a source
/// has runs, together with predictions for whole runs the model had not seen. Deterministic: the
/// same rows in the same order give the same bytes on the same machine.
class Trainer {
 public:
  explicit Trainer(TrainingOptions options) : options_(std::move(options)) {}

  /// The source's number for add().
  std::uint32_t add_source(TrainingSource source);
  /// `raw`: what the classifier summed up for this text (Classifier::raw_sums). `label`: a class of
  /// `task`.
  /// `place`: the row's in its source, from 0: pairs stay together where some rows are left out.
  void add(std::uint32_t source, Task task, std::uint32_t label, std::size_t place,
           const FoldedText& folded, const RawSums& raw);

  /// A text whose words teach by their company alone, labelled or not. Without any, and where no
  /// word is frequent, every word is learned for itself.
  void add_text(const FoldedText& folded);

  /// A task without rows of every class teaches nothing: its weights are 0. Appends to `held_out`
  /// what cross-validation found, by task and source.
  Result<Model> train(std::vector<HeldOut>& held_out) const;

  struct Row {
    std::uint32_t source = 0, label = 0, fold = 0;
    std::size_t place = 0;
    bool post = false;                    ///< is_post(), where kinds count
    std::vector<std::uint64_t> features;  ///< of words, as hashes, each as often as it occurs
    std::uint32_t counted = 0;            ///< of them: those by kind are not
    std::vector<std::uint32_t> columns;   ///< words, then characters behind 2^word_bits; ascending
    std::vector<float> values;
    std::vector<float> dense;  ///< lexicon, or whether it is a post; then 1
    double offset = 0;         ///< rules, in logits
    double weight = 1;         ///< of this row in the loss
  };

 private:
  TrainingOptions options_;
  std::vector<TrainingSource> sources_;
  std::vector<Row> rows_[kTasks];
  std::vector<std::vector<std::uint64_t>> texts_;  ///< words' hashes
};

}  // namespace vigie
