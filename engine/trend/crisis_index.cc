#include "engine/trend/crisis_index.h"

#include <algorithm>
#include <cmath>

#include "engine/trend/tail.h"

namespace vigie {
namespace {

double cut(double score) { return std::clamp(score, 0.0, 1.0); }
/// 0 at a chance of 0.1, 1 after `decades` more powers of ten.
double surprise_score(double p, double decades) {
  return cut((-std::log10(std::max(p, 1e-300)) - 1) / decades);
}

double negative_share(const CrisisFacts& facts) {
  if (facts.negative == 0) {
    return 0;
  }
  const double p = share_tail(facts.negative, facts.mentions, facts.usual_negative_share,
                              facts.negative_correlation);
  return surprise_score(p, 4);
}

double lexicon(const CrisisFacts& facts) {
  constexpr double kMost = 0.5, kAsUsual = 3;
  const double usual = std::min(facts.usual_alarming_share, kMost / 2);
  const double share =
      (facts.alarming + kAsUsual * usual) / (static_cast<double>(facts.mentions) + kAsUsual);
  return cut((share - usual) / (kMost - usual));
}

double spread(const CrisisFacts& facts) {
  const double expected = std::max(facts.expected, 4.0);
  return (2 * cut((facts.authors - expected) / (2 * expected)) + cut(facts.press / 2.0)) / 3;
}

double acceleration(const CrisisFacts& facts) {
  constexpr std::uint32_t kLeast = 5;
  return facts.last_half < kLeast
             ? 0
             : cut(std::log2((facts.last_half + 1.0) / (facts.half_before + 1.0)) / 3);
}

}  // namespace

double CrisisIndex::value() const {
  double sum = 0;
  for (const CrisisTerm& term : terms) {
    sum += term.points();
  }
  return sum;
}

std::string_view CrisisIndex::word() const {
  const double now = value();
  return now >= 75 ? "crisis" : now >= 50 ? "tension" : now >= 25 ? "watch" : "calm";
}

CrisisIndex crisis_index(const CrisisFacts& facts) {
  return {{{{"volume_surprise", 30, surprise_score(facts.volume_p, 7)},
            {"negative_share_surprise", 25, negative_share(facts)},
            {"crisis_lexicon", 20, lexicon(facts)},
            {"author_spread_press", 15, spread(facts)},
            {"acceleration", 10, acceleration(facts)}}}};
}

}  // namespace vigie
