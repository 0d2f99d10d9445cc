#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vigie {

/// What the crisis index looks at: the last hour before a moment.
struct CrisisFacts {
  double volume_p = 1;  ///< Surprise::p
  std::uint32_t mentions = 0, negative = 0;
  double usual_negative_share = 0.3, negative_correlation = 0.1;  ///< Baseline
  std::uint32_t alarming = 0;  ///< of urgency medium or more: words of the crisis lexicon
  double usual_alarming_share = 0.05;
  std::uint32_t authors = 0;
  double expected = 0;                           ///< mentions in an hour like this one
  std::uint32_t press = 0;                       ///< outlets with a negative or alarming piece
  std::uint32_t last_half = 0, half_before = 0;  ///< mentions in either half of the hour
};

/// One term: `score` 0..1 of `weight` points.
struct CrisisTerm {
  std::string_view name;
  double weight = 0, score = 0;
  double points() const { return weight * score; }
};

/// 0..100: how much of a crisis the last hour looks like, and why:
///
///  volume_surprise         30  (-log10 p - 1) / 7: from p = 0.1 to 1e-8
///  negative_share_surprise 25  (-log10 p - 1) / 4, p the beta-binomial tail of the negative ones
///  crisis_lexicon          20  (share of alarming ones - usual) / (0.5 - usual), each hour with
///                              three more mentions that are as usual
///  author_spread_press     15  two thirds (authors - e) / 2e, e the expected mentions, at least 4;
///                              one third outlets / 2
///  acceleration            10  log2((last half + 1) / (half before + 1)) / 3, from 5 mentions on
///
/// each cut to 0..1.
struct CrisisIndex {
  std::array<CrisisTerm, 5> terms;

  double value() const;
  /// "calm", from 25 "watch", from 50 "tension", from 75 "crisis".
  std::string_view word() const;
};

CrisisIndex crisis_index(const CrisisFacts& facts);

}  // namespace vigie
