#include "engine/quality/confusion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace vigie {
namespace {

constexpr std::array<std::string_view, 3> kTones = {"negative", "neutral", "positive"};
constexpr std::array<std::string_view, 2> kUrgencies = {"not_urgent", "urgent"};
constexpr double kZ = 1.96;

/// Judgements by place; those of one place by account.
using ByPlace = std::map<std::uint32_t, std::vector<const Judgement*>>;

struct Weighed {
  double sum = 0, squares = 0, hits = 0;
  /// `hit`: which share of the mention's weight. One mention is one draw, however many judged it.
  void add(double weight, double hit) {
    sum += weight;
    squares += weight * weight;
    hits += weight * hit;
  }
  std::optional<Estimate> estimate() const {
    return sum > 0 ? std::optional(wilson(hits / sum, sum * sum / squares)) : std::nullopt;
  }
};

/// `said`, `judged`: the class of a mention, of a judgement.
template <class Said, class Judged>
Confusion confusion(std::span<const std::string_view> names, const WeeklySample& sample,
                    const ByPlace& by_place, const std::vector<double>& weights, Said&& said,
                    Judged&& judged) {
  Confusion made;
  made.mentions.assign(names.size(), std::vector<double>(names.size(), 0));
  std::vector<Weighed> precision(names.size()), recall(names.size());
  Weighed accuracy;
  for (const auto& [place, judgements] : by_place) {
    const std::size_t engine = said(sample.mentions[place]);
    std::vector<double> shares(names.size(), 0);
    for (const Judgement* one : judgements) {
      shares[judged(*one)] += 1 / static_cast<double>(judgements.size());
    }
    precision[engine].add(weights[place], shares[engine]);
    accuracy.add(weights[place], shares[engine]);
    for (std::size_t people = 0; people < names.size(); ++people) {
      made.mentions[engine][people] += weights[place] * shares[people];
      recall[people].add(weights[place] * shares[people], engine == people ? 1 : 0);
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    made.classes.push_back({names[i], precision[i].estimate(), recall[i].estimate()});
  }
  made.accuracy = accuracy.estimate();
  return made;
}

template <class Judged>
Agreement agreement(std::size_t classes,
                    const std::vector<std::pair<const Judgement*, const Judgement*>>& pairs,
                    Judged&& judged) {
  Agreement made;
  made.mentions = pairs.size();
  if (pairs.empty()) {
    return made;
  }
  const auto n = static_cast<double>(pairs.size());
  std::vector<double> first(classes, 0), second(classes, 0);
  for (const auto& [one, other] : pairs) {
    made.observed += judged(*one) == judged(*other) ? 1 / n : 0;
    first[judged(*one)] += 1 / n;
    second[judged(*other)] += 1 / n;
  }
  double expected = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    expected += first[i] * second[i];
  }
  if (expected < 1 - 1e-12) {
    made.kappa = (made.observed - expected) / (1 - expected);
  }
  return made;
}

/// What the two judged who share the most.
std::vector<std::pair<const Judgement*, const Judgement*>> shared(const ByPlace& by_place) {
  std::map<std::pair<std::string, std::string>,
           std::vector<std::pair<const Judgement*, const Judgement*>>>
      all;
  for (const auto& [place, judgements] : by_place) {
    for (std::size_t i = 0; i + 1 < judgements.size(); ++i) {
      for (std::size_t j = i + 1; j < judgements.size(); ++j) {
        all[{judgements[i]->by, judgements[j]->by}].emplace_back(judgements[i], judgements[j]);
      }
    }
  }
  const auto most =
      std::ranges::max_element(all, {}, [](const auto& of_two) { return of_two.second.size(); });
  return most == all.end() ? std::vector<std::pair<const Judgement*, const Judgement*>>()
                           : most->second;
}

double leaning(const std::vector<const Judgement*>& judgements) {
  double sum = 0;
  for (const Judgement* one : judgements) {
    sum += one->tone == Tone::kPositive ? 1 : one->tone == Tone::kNegative ? -1 : 0;
  }
  return sum / static_cast<double>(judgements.size());
}

SampleResult::Sentiment sentiment(const WeeklySample& sample, const ByPlace& by_place) {
  std::array<std::vector<double>, WeeklySample::kStrata> strata;
  for (const auto& [place, judgements] : by_place) {
    const SampledMention& mention = sample.mentions[place];
    strata[stratum_of(mention.tone, mention.urgency)].push_back(leaning(judgements));
  }
  const auto all = static_cast<double>(sample.all());
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < strata.size(); ++i) {
    if (strata[i].empty()) {
      continue;
    }
    const auto n = static_cast<double>(strata[i].size());
    const auto population = static_cast<double>(sample.population[i]);
    double sum = 0, squares = 0;
    for (const double one : strata[i]) {
      sum += one;
    }
    for (const double one : strata[i]) {
      squares += (one - sum / n) * (one - sum / n);
    }
    const double share = population / all;
    const double spread = n > 1 ? squares / (n - 1) : 1;
    mean += share * sum / n;
    variance += share * share * std::max(0.0, 1 - n / population) * spread / n;
  }
  return {100 * mean, kZ * 100 * std::sqrt(variance)};
}

}  // namespace

Estimate wilson(double share, double effective_n) {
  const double z2 = kZ * kZ, n = effective_n;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {share, std::max(0.0, middle - half), std::min(1.0, middle + half), n};
}

SampleResult evaluate(const WeeklySample& sample, std::span<const Judgement> judgements) {
  ByPlace by_place;
  SampleResult result;
  for (const Judgement& one : judgements) {
    if (one.place < sample.mentions.size()) {
      by_place[one.place].push_back(&one);
      ++result.judgements;
    }
  }
  std::array<std::uint64_t, WeeklySample::kStrata> judged{};
  for (auto& [place, of_place] : by_place) {
    std::ranges::sort(of_place, {}, [](const Judgement* one) { return std::string_view(one->by); });
    ++judged[stratum_of(sample.mentions[place].tone, sample.mentions[place].urgency)];
  }
  result.judged = by_place.size();
  std::vector<double> weights(sample.mentions.size(), 0);
  for (const auto& [place, of_place] : by_place) {
    const std::size_t stratum =
        stratum_of(sample.mentions[place].tone, sample.mentions[place].urgency);
    weights[place] =
        static_cast<double>(sample.population[stratum]) / static_cast<double>(judged[stratum]);
  }
  std::uint64_t covered = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    covered += judged[i] != 0 ? sample.population[i] : 0;
  }
  const std::uint64_t all = sample.all();
  result.covered = all == 0 ? 0 : static_cast<double>(covered) / static_cast<double>(all);

  const auto tone = [](const auto& one) { return static_cast<std::size_t>(one.tone); };
  const auto said_urgent = [](const SampledMention& one) {
    return static_cast<std::size_t>(is_urgent(one.urgency));
  };
  const auto judged_urgent = [](const Judgement& one) {
    return static_cast<std::size_t>(one.urgent);
  };
  result.tone = confusion(kTones, sample, by_place, weights, tone, tone);
  result.urgency = confusion(kUrgencies, sample, by_place, weights, said_urgent, judged_urgent);
  const auto pairs = shared(by_place);
  result.tone_agreement = agreement(kTones.size(), pairs, tone);
  result.urgency_agreement = agreement(kUrgencies.size(), pairs, judged_urgent);
  if (result.judged >= SampleResult::kLeastForSentiment && covered == all) {
    result.net_sentiment = sentiment(sample, by_place);
  }
  return result;
}

}  // namespace vigie
