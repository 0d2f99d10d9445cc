#include "engine/classify/classifier.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "engine/classify/calibration.h"
#include "engine/classify/signed_words.h"

namespace vigie {
namespace {

/// A rule's weight is shared out over so many of its spans; more would explain nothing more.
constexpr std::uint32_t kMaxSpansPerRule = 8;

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
auto place_of(const Evidence& evidence) {
  return std::tuple(evidence.axis, evidence.span.field == Field::kText, evidence.span.start,
                    evidence.span.end, evidence.name, evidence.weight);
}

/// What calms ("yesterday", "a drill") says nothing where nothing alarmed.
void forget_idle_calm(Axis axis, std::vector<Evidence>& evidence) {
  const bool alarmed = std::ranges::any_of(
      evidence, [axis](const Evidence& one) { return one.axis == axis && one.weight > 0; });
  if (!alarmed) {
    std::erase_if(evidence, [axis](const Evidence& one) { return one.axis == axis; });
  }
}

void add_up(Verdict& verdict) {
  verdict.tone_sum = verdict.urgency_sum = verdict.abuse_sum = 0;
  for (const Evidence& evidence : verdict.evidence) {
    if (evidence.axis == Axis::kTone) {
      verdict.tone_sum += evidence.weight;
    } else if (evidence.axis == Axis::kUrgency) {
      verdict.urgency_sum += evidence.weight;
    } else if (evidence.axis == Axis::kAbuse) {
      verdict.abuse_sum += evidence.weight;
    }
  }
}

/// Praise that may be irony is doubted only where something negative stands beside it.
ToneGrounds grounds_of(const Verdict& verdict, bool may_be_irony) {
  ToneGrounds grounds{verdict.tone_score, verdict.tone_sum, 0, false};
  bool negative = false;
  for (const Evidence& evidence : verdict.evidence) {
    if (evidence.axis == Axis::kTone) {
      grounds.magnitude += std::abs(evidence.weight);
      negative = negative || evidence.weight < 0;
    }
  }
  grounds.doubts_praise = may_be_irony && negative;
  return grounds;
}

void conclude(Verdict& verdict, bool may_be_irony) {
  verdict.tone_score = calibrate_tone(verdict.tone_sum);
  verdict.tone = tone_of(verdict.tone_score);
  verdict.tone_confidence = tone_confidence(grounds_of(verdict, may_be_irony));
  const std::string_view language = verdict.language_view();
  verdict.uncertain = verdict.tone_confidence < kCertain || (language != "fr" && language != "en");
  verdict.urgency_score = calibrate_urgency(verdict.urgency_sum);
  verdict.urgency = urgency_of(verdict.urgency_score);
  verdict.abuse_score = calibrate_abuse(verdict.abuse_sum);
}

}  // namespace

struct Classifier::Scratch {
  SignedWords words;
  /// Per name of the catalogue: the mention (counted from 1) in which a rule of it last weighed.
  std::vector<std::uint64_t> weighed_in;
  std::uint64_t mention = 0;
};

Classifier::Classifier(std::shared_ptr<const Catalogue> catalogue,
                       std::shared_ptr<const Lexicons> lexicons)
    : catalogue_(std::move(catalogue)),
      lexicons_(std::move(lexicons)),
      scratch_(std::make_unique<Scratch>()) {
  scratch_->weighed_in.resize(catalogue_->names.size());
}

Classifier::~Classifier() = default;

void Classifier::classify(const Mention&, const FoldedText& folded, const Matches& matches,
                          Verdict& verdict) {
  verdict.evidence.clear();
  add_rules(matches, verdict);
  forget_idle_calm(Axis::kUrgency, verdict.evidence);
  forget_idle_calm(Axis::kAbuse, verdict.evidence);
  add_words(folded, verdict);
  std::ranges::sort(verdict.evidence, {}, place_of);
  // Two tenants' copies of a watch or topic rule may have marked the same words.
  const auto repeated = std::ranges::unique(verdict.evidence, [](const auto& one, const auto& two) {
    return !weighs(one.axis) && one == two;
  });
  verdict.evidence.erase(repeated.begin(), repeated.end());
  add_up(verdict);
  conclude(verdict, scratch_->words.may_be_irony);
}

void Classifier::add_rules(const Matches& matches, Verdict& verdict) {
  ++scratch_->mention;
  for (const Match& match : matches.matches) {
    const RuleInfo& rule = catalogue_->rules[match.rule];
    const Axis axis = axis_of(rule.kind);
    if (weighs(axis) &&
        std::exchange(scratch_->weighed_in[rule.name], scratch_->mention) == scratch_->mention) {
      continue;
    }
    const auto spans = static_cast<std::int32_t>(std::min(match.span_count, kMaxSpansPerRule));
    const std::int32_t weight = weighs(axis) ? rule.weight : 0;
    for (std::int32_t i = 0; i < spans; ++i) {
      const std::int32_t share = weight / spans + (i == 0 ? weight % spans : 0);
      const auto at = match.first_span + static_cast<std::uint32_t>(i);
      verdict.evidence.push_back({axis, rule.name, matches.spans[at].span, share});
    }
  }
}

void Classifier::add_words(const FoldedText& folded, Verdict& verdict) {
  SignedWords& found = scratch_->words;
  find_signed_words(lexicons_->of(verdict.language_view()), folded, found);
  for (const SignedWord& word : found.words) {
    if (word.weight != 0) {
      verdict.evidence.push_back({Axis::kTone, word.entry->name,
                                  folded.original(word.first_token, word.last_token), word.weight});
    }
  }
}

}  // namespace vigie
