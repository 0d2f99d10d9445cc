#include "engine/classify/classifier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/classify/aspects.h"
#include "engine/classify/calibration.h"
#include "engine/classify/model_scorer.h"
#include "engine/classify/signed_words.h"
#include "engine/core/own_rules.h"

namespace vigie {
namespace {

/// A rule's weight is shared out over so many of its spans; more would explain nothing more.
constexpr std::uint32_t kMaxSpansPerRule = 8;
/// So many of a text's words are named for their learned weights, and none that weighs less: what
/// is named is stored with every mention.
constexpr std::size_t kMaxToneWords = 2, kMaxOpinionWords = 1, kMaxCueWords = 3, kMostNamed = 3;
constexpr int kLeastModelPoints = 30;
/// From this sum on an urgency or abuse names learned words: below, nobody asks.
constexpr std::int32_t kCueNamed = 300;
/// What is left of a confidence where praise may be irony, in percent.
constexpr unsigned kDoubtPercent = 60;

constexpr Axis axis_of(RuleKind kind) {
  switch (kind) {
    case RuleKind::kWatch:
      return Axis::kWatch;
    case RuleKind::kTopic:
      return Axis::kTopic;
    case RuleKind::kTone:
      return Axis::kTone;
    case RuleKind::kUrgency:
      return Axis::kUrgency;
    case RuleKind::kAbuse:
      return Axis::kAbuse;
  }
  return Axis::kTopic;
}

constexpr bool weighs(Axis axis) { return axis != Axis::kWatch && axis != Axis::kTopic; }

/// By axis, then by position, the title before the text; the rest only makes the order total.
constexpr auto kIsBefore = [](const Evidence& a, const Evidence& b) {
  const auto place = [](const Evidence& one) {
    return std::uint64_t{static_cast<std::uint8_t>(one.axis)} << 33 |
           std::uint64_t{one.span.field == Field::kText} << 32 | one.span.start;
  };
  const std::uint64_t place_a = place(a), place_b = place(b);
  if (place_a != place_b) [[likely]] {
    return place_a < place_b;
  }
  return std::tie(a.span.end, a.name, a.weight) < std::tie(b.span.end, b.name, b.weight);
};

}  // namespace

/// One mention at a time; all memory is kept from mention to mention.
class Classifier::Run {
 public:
  Run(std::shared_ptr<const Catalogue> catalogue, std::shared_ptr<const Lexicons> lexicons,
      std::shared_ptr<const Models> models)
      : catalogue_(std::move(catalogue)),
        lexicons_(std::move(lexicons)),
        models_(std::move(models)),
        french_(models_->french()),
        english_(models_->english()),
        plain_(models_->plain()),
        weighed_in_(catalogue_->names.size()) {}

  void classify(const FoldedText& folded, const Matches& matches, Verdict& verdict) {
    folded_ = &folded;
    verdict_ = &verdict;
    model_ = &models_->of(verdict.language_view());
    verdict.evidence.clear();
    const Lexicon& lexicon = lexicons_->of(verdict.language_view());
    expect_signed_words(lexicon, folded, signed_words_);
    add_rules(matches);
    score();
    add_signed_words(lexicon);
    raw_ = {};
    conclude_tone();
    tell_topics_apart();
    verdict.urgency_sum = conclude_cue(Axis::kUrgency, Head::kUrgency, raw_.urgency);
    verdict.abuse_sum = conclude_cue(Axis::kAbuse, Head::kAbuse, raw_.abuse);
    verdict.urgency_score = calibrate_urgency(verdict.urgency_sum);
    verdict.urgency = urgency_of(verdict.urgency_score);
    verdict.abuse_score = calibrate_abuse(verdict.abuse_sum);
    std::ranges::sort(verdict.evidence, kIsBefore);
    forget_repeated();
  }

  const RawSums& raw_sums() const { return raw_; }

 private:
  void add_rules(const Matches& matches) {
    ++mention_;
    topic_marks_.clear();
    firm_ = {};
    for (const Match& match : matches.matches) {
      const RuleInfo& rule = catalogue_->rules[match.rule];
      const Axis axis = axis_of(rule.kind);
      if (axis == Axis::kTopic && !is_own_rule(catalogue_->names[rule.name])) {
        mark_topic(rule.topic, matches, match);
      }
      if (weighs(axis) && std::exchange(weighed_in_[rule.name], mention_) == mention_) {
        continue;
      }
      const auto spans = static_cast<std::int32_t>(std::min(match.span_count, kMaxSpansPerRule));
      const std::int32_t weight = weighs(axis) ? rule.weight : 0;
      firm_[static_cast<std::size_t>(axis)] |= rule.firm && weight > 0;
      for (std::int32_t i = 0; i < spans; ++i) {
        const std::int32_t share = weight / spans + (i == 0 ? weight % spans : 0);
        const auto at = match.first_span + static_cast<std::uint32_t>(i);
        verdict_->evidence.push_back({axis, rule.name, matches.spans[at].span, share});
      }
    }
  }

  void mark_topic(std::uint32_t topic, const Matches& matches, const Match& match) {
    for (std::uint32_t i = 0; i < match.span_count && topic_marks_.size() <= kMaxTopicMarks; ++i) {
      const std::uint32_t token = matches.spans[match.first_span + i].first_token;
      if (token != MatchSpan::kNoToken) {
        topic_marks_.push_back({topic, token});
      }
    }
  }

  void add_signed_words(const Lexicon& lexicon) {
    find_signed_words(lexicon, *folded_, signed_words_);
    for (const SignedWord& word : signed_words_.words) {
      if (word.weight != 0) {
        verdict_->evidence.push_back({Axis::kTone, word.entry->name,
                                      folded_->original(word.first_token, word.last_token),
                                      word.weight});
      }
    }
  }

  void score() {
    ModelScorer& scorer = model_ == &models_->french()    ? french_
                          : model_ == &models_->english() ? english_
                                                          : plain_;
    scorer.score(*folded_, scores_);
  }

  /// Until here, signed words and tone rules weigh what lexicon and pack say.
  void conclude_tone() {
    Verdict& verdict = *verdict_;
    for (const Evidence& evidence : verdict.evidence) {
      if (evidence.axis == Axis::kTone) {
        (evidence.weight > 0 ? raw_.positive : raw_.negative) += std::abs(evidence.weight);
      }
    }
    verdict.tone_sum = points(Head::kPolarity);
    verdict.opinion_sum = points(Head::kOpinion);
    opinion_words_.clear();
    tone_factors_ = {1, 1};
    opinion_factors_ = {0, 0};
    if (model_->knows_tone()) {
      verdict.opinion_sum += scale_signed_words();
    }
    for (const Evidence& evidence : verdict.evidence) {
      verdict.tone_sum += evidence.axis == Axis::kTone ? evidence.weight : 0;
    }
    std::int32_t named_opinion = 0;
    for (const Evidence& word : opinion_words_) {
      named_opinion += word.weight;
      verdict.evidence.push_back(word);
    }
    name_words(Axis::kTone, Head::kPolarity, kMaxToneWords, points(Head::kPolarity));
    name_words(Axis::kOpinion, Head::kOpinion, kMaxOpinionWords,
               verdict.opinion_sum - named_opinion);
    verdict.tone_score = calibrate_tone(verdict.tone_sum);
    verdict.tone = tone_of(verdict.tone_sum, verdict.opinion_sum);
    unsigned confidence =
        tone_confidence(verdict.tone_sum, verdict.opinion_sum, model_->confidence_percent);
    // Praise that may be irony is doubted only where something negative stands beside it.
    if (signed_words_.may_be_irony && raw_.negative != 0) {
      confidence = confidence * kDoubtPercent / 100;
    }
    verdict.tone_confidence = static_cast<std::uint16_t>(confidence);
    const std::string_view language = verdict.language_view();
    verdict.uncertain = confidence < kCertain || (language != "fr" && language != "en");
  }

  void tell_topics_apart() {
    word_points_.clear();
    if (topic_marks_.size() > 1) {
      for (const SignedWord& word : signed_words_.words) {
        const bool positive = word.weight > 0;
        word_points_.push_back({word.first_token,
                                whole_points(word.weight * tone_factors_[positive]),
                                whole_points(std::abs(word.weight) * opinion_factors_[positive])});
      }
      for (const ModelScores::Word& word : scores_.words) {
        word_points_.push_back(
            {word.token, word.whole(Head::kPolarity), word.whole(Head::kOpinion)});
      }
    }
    find_aspects(*folded_, topic_marks_, word_points_, signed_words_.contrasts,
                 model_->heads[static_cast<std::size_t>(Head::kOpinion)].bias, verdict_->aspects);
  }

  /// Turns the raw weights of the tone axis into points; says what the same words add to opinion.
  std::int32_t scale_signed_words() {
    const double length = lexicon_length(folded_->tokens.size());
    const auto saturation = [](std::int32_t sum) {
      return sum == 0 ? 0.0 : std::min(1.0, kLexiconSaturation / std::abs(sum));
    };
    const auto factors = [length](const LexiconScale& scale, double saturated) {
      return std::array{scale.negative / length + scale.saturating * saturated,
                        scale.positive / length + scale.saturating * saturated};
    };
    tone_factors_ = factors(model_->polarity, saturation(raw_.positive - raw_.negative));
    opinion_factors_ = factors(model_->opinion, saturation(raw_.positive + raw_.negative));
    std::int32_t opinion_points = 0;
    for (Evidence& one : verdict_->evidence) {
      if (one.axis != Axis::kTone) {
        continue;
      }
      const std::int32_t raw = one.weight;
      one.weight = whole_points(raw * tone_factors_[raw > 0]);
      const std::int32_t share = whole_points(std::abs(raw) * opinion_factors_[raw > 0]);
      opinion_points += share;
      if (std::abs(share) > kLeastModelPoints) {
        opinion_words_.push_back({Axis::kOpinion, one.name, one.span, share});
      }
    }
    return opinion_points;
  }

  /// Urgency or abuse. `of_rules` becomes what the rules alone weigh.
  std::int32_t conclude_cue(Axis axis, Head head, std::int32_t& of_rules) {
    for (const Evidence& evidence : verdict_->evidence) {
      of_rules += evidence.axis == axis ? evidence.weight : 0;
    }
    std::int32_t learned = points(head);
    if (firm_[static_cast<std::size_t>(axis)]) {
      learned = std::max(learned, 0);
    }
    const std::int32_t sum = of_rules + learned;
    if (sum <= 0) {  // what calms says nothing where nothing alarms
      std::erase_if(verdict_->evidence, [axis](const Evidence& one) { return one.axis == axis; });
      return 0;
    }
    name_words(axis, head, sum < kCueNamed ? 0 : kMaxCueWords, learned);
    return sum;
  }

  std::int32_t points(Head head) const { return scores_.sums[static_cast<std::size_t>(head)]; }

  /// Evidence for `sum` points: the strongest words, at most `most`, and the rest.
  void name_words(Axis axis, Head head, std::size_t most, std::int32_t sum) {
    std::array<std::uint64_t, kMostNamed> strongest{};
    if (most != 0) {
      find_strongest(head, strongest);
    }
    for (const std::uint64_t one : std::span(strongest).first(most)) {
      if (one == 0) {
        break;
      }
      const ModelScores::Word& word = scores_.words[~static_cast<std::uint32_t>(one)];
      const std::int32_t points = word.whole(head);
      sum -= points;
      verdict_->evidence.push_back(
          {axis, kLearnedWord, folded_->original(word.token, word.last), points});
    }
    if (sum != 0) {
      verdict_->evidence.push_back({axis, kLearnedRest, {}, sum});
    }
  }

  /// The words of more than kLeastModelPoints, the strongest first, of equal ones the first: the
  /// points' bits (of positive numbers they ascend as the numbers do), then those of the position,
  /// turned over; 0 where there is none. Which words are strong cannot be guessed: they are
  /// gathered, and then compared, without a branch.
  void find_strongest(Head head, std::array<std::uint64_t, kMostNamed>& out) {
    const auto slot = static_cast<std::size_t>(head);
    strong_.resize(std::max(strong_.size(), scores_.words.size() + 1));
    std::size_t count = 0;
    std::uint32_t at = UINT32_MAX;
    for (const ModelScores::Word& word : scores_.words) {
      const float strength = std::abs(word.points[slot]);
      strong_[count] = std::uint64_t{std::bit_cast<std::uint32_t>(strength)} << 32 | at--;
      count += strength > kLeastModelPoints;
    }
    std::uint64_t first = 0, second = 0, third = 0;
    for (std::uint64_t one : std::span(strong_).first(count)) {
      const auto keep_greater = [&one](std::uint64_t& kept) {
        const std::uint64_t greater = std::max(kept, one);
        one = std::min(kept, one);
        kept = greater;
      };
      keep_greater(first);
      keep_greater(second);
      keep_greater(third);
    }
    out = {first, second, third};
  }

  /// Two tenants' copies of a watch or topic rule may have marked the same words.
  void forget_repeated() {
    const auto repeated = std::ranges::unique(
        verdict_->evidence,
        [](const auto& one, const auto& two) { return !weighs(one.axis) && one == two; });
    verdict_->evidence.erase(repeated.begin(), repeated.end());
  }

  std::shared_ptr<const Catalogue> catalogue_;
  std::shared_ptr<const Lexicons> lexicons_;
  std::shared_ptr<const Models> models_;
  ModelScorer french_, english_, plain_;

  // Of the mention at hand.
  const FoldedText* folded_ = nullptr;
  const Model* model_ = nullptr;
  Verdict* verdict_ = nullptr;
  SignedWords signed_words_;
  ModelScores scores_;
  std::vector<std::uint64_t> strong_;  ///< see find_strongest()
  RawSums raw_;
  /// By axis: a rule alarms against which no learned words speak.
  std::array<bool, kAxisCount> firm_{};
  std::vector<TopicMark> topic_marks_;
  /// What a signed word's weight is multiplied by, negative ones first.
  std::array<double, 2> tone_factors_{}, opinion_factors_{};
  std::vector<WordPoints> word_points_;
  std::vector<Evidence> opinion_words_;  ///< what signed words add to opinion
  /// Per name of the catalogue: the mention (counted from 1) in which a rule of it last weighed.
  std::vector<std::uint64_t> weighed_in_;
  std::uint64_t mention_ = 0;
};

Classifier::Classifier(std::shared_ptr<const Catalogue> catalogue,
                       std::shared_ptr<const Lexicons> lexicons,
                       std::shared_ptr<const Models> models)
    : run_(std::make_unique<Run>(std::move(catalogue), std::move(lexicons), std::move(models))) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;

void Classifier::classify(const FoldedText& folded, const Matches& matches, Verdict& verdict) {
  run_->classify(folded, matches, verdict);
}

const RawSums& Classifier::raw_sums() const { return run_->raw_sums(); }

}  // namespace vigie
