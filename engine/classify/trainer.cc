#include "engine/classify/trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

#include "engine/classify/held_out.h"
#include "engine/classify/model_scorer.h"
#include "engine/classify/regression.h"
#include "engine/classify/word_vectors.h"

namespace vigie {
namespace {

constexpr std::uint32_t kFolds = 5;
/// Characters are many and say the same again: their features count so much less. Of abuse they say
/// more: it is spelled in many ways.
constexpr double kCharacterShare[kTasks] = {0.25, 0.25, 0.4};
/// So that a rule of weight 500 counts for 3 logits: texts decide too.
constexpr double kTonePointsPerLogit = 200, kCuePointsPerLogit = 160;
constexpr double kCueThreshold = 500;  // points: high, or abusive
constexpr double kLexiconUnit = 200;
/// Rules beyond these sums are not learned from.
constexpr std::int32_t kLeastRules = -1000, kMostRules = 1500;
/// Largest weights beyond this share of the largest are cut, so that small ones keep their steps.
constexpr double kWeightCut = 0.6;
constexpr double kDensePullShare = 0.01;
constexpr std::size_t kVectorDimensions = 100;
/// Of the pull, by task: words take more of tone and urgency from their own rows than from their
/// company; of abuse there are more words than any list knows.
constexpr double kVectorPullShare[kTasks] = {4, 4, 1};
/// A row of a class that is rare in its source counts at most so many times.
constexpr double kMostBalance = 4;
/// Logits: a column whose odds tell yes from no by less is pulled as if by so much.
constexpr double kLeastOdds = 0.05;

/// What the lexicon and tone rules say, or whether it is a post where kinds count; then 1.
std::vector<float> dense_features(Task task, bool by_kind, bool post, const FoldedText& folded,
                                  const RawSums& raw) {
  if (by_kind) {
    return {post ? 1.0F : 0.0F, 1.0F};
  }
  if (task != Task::kTone) {
    return {1.0F};
  }
  const auto one = [](double value) { return static_cast<float>(value); };
  const double length = lexicon_length(folded.tokens.size());
  const double positive = raw.positive, negative = raw.negative;
  return {one(positive / kLexiconUnit / length), one(negative / kLexiconUnit / length),
          one(std::clamp((positive - negative) / kLexiconSaturation, -1.0, 1.0)),
          one(std::min(1.0, (positive + negative) / kLexiconSaturation)), 1.0F};
}

/// What the rules say of urgency or abuse, in logits.
double rule_offset(Task task, const RawSums& raw) {
  if (task == Task::kTone) {
    return 0;
  }
  const std::int32_t rules = task == Task::kUrgency ? raw.urgency : raw.abuse;
  return std::clamp(rules, kLeastRules, kMostRules) / kCuePointsPerLogit;
}

DesignRow design_row(const Trainer::Row& row) {
  return {row.columns, row.values, row.dense, row.label, row.weight, row.offset};
}

/// Each row's weight is its source's; with `even` 1 every class that a source has counts alike in
/// it, with less the rarer less.
void weigh_rows(double even, const std::vector<TrainingSource>& sources,
                std::vector<Trainer::Row>& rows) {
  std::map<std::uint32_t, Confusion> counts;
  for (const Trainer::Row& row : rows) {
    counts.try_emplace(row.source, 3).first->second.add(row.label, row.label);
  }
  for (Trainer::Row& row : rows) {
    row.weight = sources[row.source].weight;
    if (even > 0) {
      const Confusion& count = counts.at(row.source);
      double all = 0, classes = 0;
      for (std::uint32_t label = 0; label < 3; ++label) {
        all += static_cast<double>(count.rows(label));
        classes += count.rows(label) == 0 ? 0 : 1;
      }
      const double share = all / classes / static_cast<double>(count.rows(row.label));
      row.weight *= std::pow(std::min(kMostBalance, share), even);
    }
  }
}

/// The vectors of a model's word buckets, side by side: those of words that share one are added.
struct BucketVectors {
  std::size_t dimensions = 0;
  std::vector<float> values;
};

BucketVectors bucket_vectors(const WordVectors& vectors, const Model& model) {
  BucketVectors buckets{vectors.dimensions,
                        std::vector<float>(model.words.size() * vectors.dimensions)};
  for (std::size_t word = 0; word < vectors.words.size(); ++word) {
    const std::size_t at =
        model.word_bucket(word_feature(vectors.words[word])) * vectors.dimensions;
    for (std::size_t i = 0; i < vectors.dimensions; ++i) {
      buckets.values[at + i] += vectors.of(word)[i];
    }
  }
  return buckets;
}

/// The rows with the sum of their words' vectors before the other dense values.
std::vector<Trainer::Row> with_vectors(std::vector<Trainer::Row> rows, const BucketVectors& buckets,
                                       std::size_t words) {
  for (Trainer::Row& row : rows) {
    std::vector<float> sum(buckets.dimensions);
    for (std::size_t i = 0; i < row.columns.size() && row.columns[i] < words; ++i) {
      for (std::size_t j = 0; j < buckets.dimensions; ++j) {
        sum[j] += row.values[i] * buckets.values[row.columns[i] * buckets.dimensions + j];
      }
    }
    row.dense.insert(row.dense.begin(), sum.begin(), sum.end());
  }
  return rows;
}

/// What was learned of the vectors becomes part of the weights of the words that have them.
void fold_vectors(const Regression& regression, const BucketVectors& buckets,
                  RegressionWeights& weights) {
  if (buckets.dimensions == 0) {
    return;
  }
  const std::size_t outputs = regression.outputs, dense_at = regression.sparse * outputs;
  for (std::size_t i = 0; i < buckets.values.size(); ++i) {
    const std::size_t bucket = i / buckets.dimensions, dimension = i % buckets.dimensions;
    for (std::size_t output = 0; output < outputs; ++output) {
      weights[bucket * outputs + output] +=
          static_cast<double>(buckets.values[i]) * weights[dense_at + dimension * outputs + output];
    }
  }
  const auto first = weights.begin() + static_cast<std::ptrdiff_t>(dense_at);
  weights.erase(first, first + static_cast<std::ptrdiff_t>(buckets.dimensions * outputs));
}

/// Pulls a column the less, the further the odds of finding it in texts of yes and of no are apart:
/// by that logarithm to the minus `power`-th (Wang and Manning 2012 scale features by it).
void pull_by_odds(Regression& regression, std::span<const DesignRow> rows, double power) {
  std::array<std::vector<double>, 2> found = {std::vector<double>(regression.sparse),
                                              std::vector<double>(regression.sparse)};
  std::array<double, 2> all{};
  for (const DesignRow& row : rows) {
    all[row.label] += row.weight;
    for (const std::uint32_t column : row.columns) {
      found[row.label][column] += row.weight;
    }
  }
  regression.pull_factors.resize(regression.sparse);
  for (std::size_t column = 0; column < regression.sparse; ++column) {
    const double odds = std::fabs(std::log((found[1][column] + 1) / (all[1] + 2)) -
                                  std::log((found[0][column] + 1) / (all[0] + 2)));
    regression.pull_factors[column] =
        static_cast<float>(std::pow(std::max(odds, kLeastOdds), -power));
  }
}

/// How a task is fitted, whatever rows are learned from.
struct Fitting {
  Regression regression;
  double odds = 0;  ///< the power of pull_by_odds(); 0: every column is pulled alike
  std::uint32_t least_texts = 1;
};

/// `columns` of one group of features, each as often as it occurs; every occurrence is worth
/// `value`.
void add_columns(std::vector<std::uint32_t> columns, double value, Trainer::Row& row) {
  std::ranges::sort(columns);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0 && columns[i] == columns[i - 1]) {
      row.values.back() += static_cast<float>(value);
      continue;
    }
    row.columns.push_back(columns[i]);
    row.values.push_back(static_cast<float>(value));
  }
}

double word_value(const Trainer::Row& row) { return group_factor(row.counted); }

/// In how many of the rows each word feature stands.
std::unordered_map<std::uint64_t, std::uint32_t> texts_of_features(
    const std::vector<const Trainer::Row*>& rows) {
  std::unordered_map<std::uint64_t, std::uint32_t> texts;
  std::vector<std::uint64_t> features;
  for (const Trainer::Row* row : rows) {
    features = row->features;
    std::ranges::sort(features);
    const auto repeated = std::ranges::unique(features);
    features.erase(repeated.begin(), repeated.end());
    for (const std::uint64_t feature : features) {
      ++texts[feature];
    }
  }
  return texts;
}

/// The rows without the word features that stand in fewer than `least` of them: as if these were
/// in the text, but not in the model.
std::vector<Trainer::Row> without_rare(const std::vector<const Trainer::Row*>& rows,
                                       std::uint32_t least, const Model& shape) {
  const auto texts = texts_of_features(rows);
  std::vector<Trainer::Row> kept;
  kept.reserve(rows.size());
  for (const Trainer::Row* row : rows) {
    Trainer::Row& one = kept.emplace_back(*row);
    one.columns.clear();
    one.values.clear();
    std::vector<std::uint32_t> words;
    for (const std::uint64_t feature : row->features) {
      if (texts.at(feature) >= least) {
        words.push_back(shape.word_bucket(feature));
      }
    }
    add_columns(std::move(words), word_value(*row), one);
    for (std::size_t i = 0; i < row->columns.size(); ++i) {
      if (row->columns[i] >= shape.words.size()) {
        one.columns.push_back(row->columns[i]);
        one.values.push_back(row->values[i]);
      }
    }
  }
  return kept;
}

Result<RegressionWeights> fit_task(const Fitting& fitting,
                                   const std::vector<const Trainer::Row*>& rows,
                                   const Model& shape) {
  std::vector<Trainer::Row> kept;
  std::vector<DesignRow> design;
  if (fitting.least_texts > 1) {
    kept = without_rare(rows, fitting.least_texts, shape);
    std::ranges::transform(kept, std::back_inserter(design), design_row);
  } else {
    for (const Trainer::Row* row : rows) {
      design.push_back(design_row(*row));
    }
  }
  Regression regression = fitting.regression;
  if (fitting.odds > 0) {
    pull_by_odds(regression, design, fitting.odds);
  }
  return fit(regression, design);
}

bool has_runs(const std::vector<Trainer::Row>& rows, const std::vector<TrainingSource>& sources) {
  return std::ranges::any_of(rows, [&](const auto& row) { return sources[row.source].runs; });
}

/// The rows parted anew: of sources in runs, rows that stand near each other are held out together.
std::vector<Trainer::Row> parted_by_runs(std::vector<Trainer::Row> rows,
                                         const std::vector<TrainingSource>& sources) {
  std::map<std::uint32_t, std::size_t> places;
  for (const Trainer::Row& row : rows) {
    std::size_t& most = places[row.source];
    most = std::max(most, row.place + 1);
  }
  for (Trainer::Row& row : rows) {
    if (sources[row.source].runs) {
      row.fold = static_cast<std::uint32_t>(row.place * kFolds / places[row.source]);
    }
  }
  return rows;
}

/// The rows but for those of `fold`; kFolds: all.
std::vector<const Trainer::Row*> rows_without(std::uint32_t fold,
                                              const std::vector<Trainer::Row>& rows) {
  std::vector<const Trainer::Row*> known;
  for (const Trainer::Row& row : rows) {
    if (row.fold != fold) {
      known.push_back(&row);
    }
  }
  return known;
}

/// Predictions for texts that were not learned from: outputs of each row, side by side.
Result<std::vector<double>> cross_validate(const Fitting& fitting,
                                           const std::vector<Trainer::Row>& rows,
                                           const Model& shape) {
  const Regression& regression = fitting.regression;
  std::vector<double> outputs(rows.size() * regression.outputs);
  for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
    const Result<RegressionWeights> weights = fit_task(fitting, rows_without(fold, rows), shape);
    if (!weights) {
      return tl::make_unexpected(weights.error());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].fold == fold) {
        predict(regression, *weights, design_row(rows[i]),
                std::span(outputs).subspan(i * regression.outputs, regression.outputs));
      }
    }
  }
  return outputs;
}

struct Quantised {
  double unit = 0;  ///< of one step
  std::int8_t operator()(double weight) const {
    return unit == 0
               ? std::int8_t{0}
               : static_cast<std::int8_t>(std::clamp(std::nearbyint(weight / unit), -127.0, 127.0));
  }
};

Quantised quantise(const RegressionWeights& weights, std::size_t outputs, std::size_t output,
                   std::size_t from, std::size_t to) {
  double largest = 0;
  for (std::size_t column = from; column < to; ++column) {
    largest = std::max(largest, std::fabs(weights[column * outputs + output]));
  }
  return {largest * kWeightCut / 127};
}

/// Puts one output's sparse weights where a model keeps them.
void place(const RegressionWeights& weights, std::size_t outputs, std::size_t output, Head head,
           Task task, Model& model) {
  const double points_per_logit = task == Task::kTone ? kTonePointsPerLogit : kCuePointsPerLogit;
  const auto slot = static_cast<std::size_t>(head);
  const std::size_t words = model.words.size(), all = words + model.characters.size();
  const Quantised word = quantise(weights, outputs, output, 0, words);
  const Quantised character = quantise(weights, outputs, output, words, all);
  for (std::size_t column = 0; column < words; ++column) {
    model.words[column][slot] = word(weights[column * outputs + output]);
  }
  for (std::size_t column = words; column < all; ++column) {
    model.characters[column - words][slot] = character(weights[column * outputs + output]);
  }
  model.heads[slot].word_points = word.unit * points_per_logit;
  model.heads[slot].character_points =
      character.unit * points_per_logit * kCharacterShare[static_cast<std::size_t>(task)];
}

void set_bias(Head head, double points, Model& model) {
  model.heads[static_cast<std::size_t>(head)].bias =
      static_cast<std::int32_t>(std::nearbyint(points));
}

bool has_every_class(const std::vector<Trainer::Row>& rows, std::uint32_t classes) {
  for (std::uint32_t label = 0; label < classes; ++label) {
    if (std::ranges::none_of(rows, [label](const auto& row) { return row.label == label; })) {
      return false;
    }
  }
  return true;
}

void place_tone(const Regression& regression, const std::vector<Trainer::Row>& rows,
                const std::vector<TrainingSource>& sources, const RegressionWeights& weights,
                const std::vector<double>& outputs, Model& model, std::vector<HeldOut>& held_out) {
  model.confidence_percent = confidence_percent(rows, outputs);
  report_held_out(
      Task::kTone, rows, sources,
      [&outputs](std::size_t row) {
        const double tone = outputs[2 * row], opinion = outputs[2 * row + 1];
        return opinion + std::fabs(tone) <= 0 ? 1U : tone < 0 ? 0U : 2U;
      },
      held_out);
  const auto dense = [&](std::size_t column, std::size_t output) {
    return weights[(regression.sparse + column) * 2 + output] * kTonePointsPerLogit;
  };
  place(weights, 2, 0, Head::kPolarity, Task::kTone, model);
  place(weights, 2, 1, Head::kOpinion, Task::kTone, model);
  model.polarity = {dense(0, 0) / kLexiconUnit, -dense(1, 0) / kLexiconUnit,
                    dense(2, 0) / kLexiconSaturation};
  model.opinion = {dense(0, 1) / kLexiconUnit, dense(1, 1) / kLexiconUnit,
                   dense(3, 1) / kLexiconSaturation};
  set_bias(Head::kPolarity, dense(4, 0), model);
  set_bias(Head::kOpinion, dense(4, 1), model);
}

void place_cue(const Regression& regression, Head head, bool by_kind,
               const std::vector<Trainer::Row>& rows, const std::vector<TrainingSource>& sources,
               const RegressionWeights& weights, const std::vector<double>& outputs,
               const std::vector<std::vector<double>>& judgements, Model& model,
               std::vector<HeldOut>& held_out) {
  const auto threshold_of = [&](bool post) {
    return choose_threshold(rows, post, sources, judgements);
  };
  const double threshold = threshold_of(false),
               post_threshold = by_kind ? threshold_of(true) : threshold;
  const Task task = head == Head::kUrgency ? Task::kUrgency : Task::kAbuse;
  report_held_out(
      task, rows, sources,
      [&](std::size_t row) {
        return outputs[row] > (rows[row].post ? post_threshold : threshold) ? 1U : 0U;
      },
      held_out);
  const double bias = weights.back();
  place(weights, 1, 0, head, task, model);
  set_bias(head, (bias - threshold) * kCuePointsPerLogit + kCueThreshold, model);
  if (by_kind) {
    HeadScale& scale = model.heads[static_cast<std::size_t>(head)];
    scale.by_kind = true;
    const double of_posts = weights[regression.sparse] + threshold - post_threshold;
    scale.post_bias = static_cast<std::int32_t>(std::nearbyint(of_posts * kCuePointsPerLogit));
  }
}

}  // namespace

std::uint32_t Trainer::add_source(TrainingSource source) {
  sources_.push_back(std::move(source));
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Trainer::add(std::uint32_t source, Task task, std::uint32_t label, std::size_t place,
                  const FoldedText& folded, const RawSums& raw) {
  Model shape;
  shape.word_bits = options_.word_bits;
  shape.character_bits = options_.character_bits;
  const std::uint32_t characters_at = 1U << options_.word_bits;
  std::vector<std::uint32_t> words, characters;
  Row row;
  visit_text_pieces(folded, [&](const TextPiece& piece) {
    const auto add = [&](std::uint64_t feature) {
      row.features.push_back(feature);
      words.push_back(shape.word_bucket(feature));
    };
    add(word_feature(piece.hash));
    add(piece.pair);
    visit_shape_features(piece.shape, add);
    visit_sign_features(piece.signs, add);
    if (!piece.letters.empty()) {
      visit_character_grams(piece.letters, [&](std::uint64_t gram) {
        characters.push_back(characters_at + shape.character_bucket(gram));
      });
    }
  });
  row.counted = static_cast<std::uint32_t>(row.features.size());
  const auto slot = static_cast<std::size_t>(task);
  if (options_.by_kind[slot]) {
    row.post = is_post(folded);
    visit_text_pieces(folded, [&](const TextPiece& piece) {
      row.features.push_back(kind_feature(piece.hash, row.post));
      words.push_back(shape.word_bucket(row.features.back()));
    });
  }
  row.source = source;
  row.label = label;
  row.place = place;
  row.fold = static_cast<std::uint32_t>(place / 2 % kFolds);
  row.dense = dense_features(task, options_.by_kind[slot], row.post, folded, raw);
  row.offset = sources_[source].rules_hidden ? 0.0 : rule_offset(task, raw);
  const double character_value =
      group_factor(static_cast<std::uint32_t>(characters.size())) * kCharacterShare[slot];
  add_columns(std::move(words), word_value(row), row);
  add_columns(std::move(characters), character_value, row);
  rows_[slot].push_back(std::move(row));
}

void Trainer::add_text(const FoldedText& folded) {
  std::vector<std::uint64_t>& words = texts_.emplace_back();
  visit_text_pieces(folded, [&words](const TextPiece& piece) { words.push_back(piece.hash); });
}

Result<Model> Trainer::train(std::vector<HeldOut>& held_out) const {
  Model model = plain_model();
  model.language = options_.language;
  model.word_bits = options_.word_bits;
  model.character_bits = options_.character_bits;
  model.words.resize(std::size_t{1} << options_.word_bits);
  model.characters.resize(std::size_t{1} << options_.character_bits);
  const BucketVectors vectors =
      bucket_vectors(learn_word_vectors(texts_, kVectorDimensions), model);
  std::size_t rows = 0;
  for (std::size_t task = 0; task < kTasks; ++task) {
    rows += rows_[task].size();
    const bool is_tone = task == static_cast<std::size_t>(Task::kTone);
    if (!has_every_class(rows_[task], is_tone ? 3 : 2)) {
      continue;
    }
    std::vector<Row> taught = with_vectors(rows_[task], vectors, model.words.size());
    weigh_rows(options_.even[task], sources_, taught);
    Fitting fitting{{}, options_.odds[task], options_.least_texts[task]};
    Regression& regression = fitting.regression;
    regression.outputs = is_tone ? 2 : 1;
    regression.sparse = model.words.size() + model.characters.size();
    regression.dense = taught.front().dense.size();
    regression.vectors = vectors.dimensions;
    regression.vector_pull = options_.pull[task] * kVectorPullShare[task];
    regression.pull = options_.pull[task];
    regression.scaled = options_.scaled[task];
    regression.dense_pull = options_.pull[task] * kDensePullShare;
    if (is_tone) {  // which way a text leans saturates by its difference, whether by its sum
      regression.left_out.resize(regression.dense * 2);
      const std::size_t lexicon_at = vectors.dimensions * 2;
      regression.left_out[lexicon_at + 2 * 2 + 1] = regression.left_out[lexicon_at + 3 * 2] = true;
    }
    const Result<std::vector<double>> outputs = cross_validate(fitting, taught, model);
    Result<RegressionWeights> weights = fit_task(fitting, rows_without(kFolds, taught), model);
    if (!outputs || !weights) {
      return tl::make_unexpected((outputs ? weights.error() : outputs.error()));
    }
    // What a threshold is chosen by: an event is met by those who know it and by those who do not.
    std::vector<std::vector<double>> judgements = {*outputs};
    if (!is_tone && has_runs(taught, sources_)) {
      Result<std::vector<double>> in_runs =
          cross_validate(fitting, parted_by_runs(taught, sources_), model);
      if (!in_runs) {
        return tl::make_unexpected(in_runs.error());
      }
      judgements.push_back(std::move(*in_runs));
    }
    fold_vectors(regression, vectors, *weights);
    if (is_tone) {
      place_tone(regression, taught, sources_, *weights, *outputs, model, held_out);
    } else {
      place_cue(regression,
                task == static_cast<std::size_t>(Task::kUrgency) ? Head::kUrgency : Head::kAbuse,
                options_.by_kind[task], taught, sources_, *weights, *outputs, judgements, model,
                held_out);
    }
  }
  model.trained_on =
      std::to_string(rows) + " rows of " + std::to_string(sources_.size()) + " sources";
  return model;
}

}  // namespace vigie
