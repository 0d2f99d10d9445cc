#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/quality/weekly_sample.h"

namespace vigie {

/// What somebody who did not see the verdict says of a mention of a sample.
struct Judgement {
  std::uint32_t place = 0;  ///< in WeeklySample::mentions
  std::string by;           ///< an account
  Tone tone = Tone::kNeutral;
  bool urgent = false;  ///< whether somebody must answer soon
  Time at{};
};

/// A share with its 95 % interval, Wilson's (JASA 22, 1927) with Kish's effective number of
/// judgements, (sum of weights)² / sum of squared weights (Survey Sampling, 1965): an approximation
/// that takes unequal weights into account and does not vanish at 0 and 1.
struct Estimate {
  double value = 0, low = 0, high = 0;
  double effective_n = 0;
};

/// How the engine's word and people's go together. A mention judged weighs as many as it stands
/// for: its stratum's mentions / those of the stratum that were judged; two judges share it.
struct Confusion {
  struct Class {
    std::string_view name;
    std::optional<Estimate> precision;  ///< nothing: the engine never said so
    std::optional<Estimate> recall;     ///< nothing: nobody said so
  };
  std::vector<Class> classes;
  std::vector<std::vector<double>> mentions;  ///< of the week: [engine's class][people's class]
  std::optional<Estimate> accuracy;           ///< nothing: nothing was judged
};

/// Two people's agreement on what both judged: observed share, and Cohen's kappa, (observed -
/// expected) / (1 - expected) by their own margins (Educational and Psychological Measurement 20,
/// 1960). No kappa where chance alone would agree always.
struct Agreement {
  std::uint64_t mentions = 0;
  double observed = 0;
  std::optional<double> kappa;
};

struct SampleResult {
  std::uint64_t judged = 0;  ///< distinct mentions
  std::uint64_t judgements = 0;
  double covered = 0;  ///< share of the week's mentions whose stratum was judged
  Confusion tone, urgency;
  Agreement tone_agreement, urgency_agreement;  ///< of the two who share the most

  /// 100 (P - N) / all of the week as people judge it: the stratified mean (Cochran 1977, 5.3), so
  /// the engine's mistakes are not in it; error 1.96 · its standard error with finite population
  /// correction, a stratum with one judged mention of several counting as if nothing was known of
  /// its spread (variance 1). Nothing under kLeastForSentiment judged, or while a stratum is not
  /// judged at all.
  struct Sentiment {
    double value = 0, error = 0;
  };
  std::optional<Sentiment> net_sentiment;
  static constexpr std::uint64_t kLeastForSentiment = 30;
};

/// Judgements of places outside the sample do not count.
SampleResult evaluate(const WeeklySample& sample, std::span<const Judgement> judgements);

/// Wilson's interval of a share among `effective_n` > 0, which need not be whole.
Estimate wilson(double share, double effective_n);

}  // namespace vigie
