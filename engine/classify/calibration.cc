#include "engine/classify/calibration.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

namespace vigie {
namespace {

struct Point {
  std::int32_t sum, score;
};

/// tanh(sum / 200): of two opposite opinions, how much more likely this one is.
constexpr std::array<Point, 9> kTone = {{{0, 0},
                                         {50, 245},
                                         {100, 462},
                                         {150, 635},
                                         {200, 762},
                                         {300, 905},
                                         {400, 964},
                                         {600, 995},
                                         {1000, 1000}}};
/// exp(-points / 200) in thousandths: how many times less likely another class is.
constexpr std::array<Point, 11> kOdds = {{{0, 1000},
                                          {50, 779},
                                          {100, 607},
                                          {200, 368},
                                          {300, 223},
                                          {400, 135},
                                          {500, 82},
                                          {600, 50},
                                          {800, 18},
                                          {1000, 7},
                                          {1600, 0}}};
/// Urgency and abuse: a rule's weight is its score until 800, so that whoever writes a rule sees at
/// once which level it reaches alone.
constexpr std::array<Point, 5> kCue = {
    {{0, 0}, {800, 800}, {1200, 900}, {2000, 970}, {3000, 1000}}};

constexpr std::uint16_t kMedium = 250, kHigh = 500, kCritical = 800;

/// Sums beyond this say nothing more, and products of them would not fit.
constexpr std::int32_t kMaxSum = 1'000'000;

std::int32_t interpolate(std::span<const Point> table, std::int32_t sum) {
  if (sum <= table.front().sum) {
    return table.front().score;
  }
  for (std::size_t i = 1; i < table.size(); ++i) {
    const Point low = table[i - 1], high = table[i];
    if (sum < high.sum) {
      return low.score + (sum - low.sum) * (high.score - low.score) / (high.sum - low.sum);
    }
  }
  return table.back().score;
}

}  // namespace

std::int16_t calibrate_tone(std::int32_t sum) {
  const std::int32_t score = interpolate(kTone, std::abs(sum));
  return static_cast<std::int16_t>(sum < 0 ? -score : score);
}

std::uint16_t calibrate_urgency(std::int32_t sum) {
  return static_cast<std::uint16_t>(interpolate(kCue, sum));
}

std::uint16_t calibrate_abuse(std::int32_t sum) {
  return static_cast<std::uint16_t>(interpolate(kCue, sum));
}

Tone tone_of(std::int32_t tone_sum, std::int32_t opinion_sum) {
  if (opinion_sum + std::abs(tone_sum) <= 0) {
    return Tone::kNeutral;
  }
  return tone_sum < 0 ? Tone::kNegative : Tone::kPositive;
}

Urgency urgency_of(std::uint16_t score) {
  if (score >= kCritical) {
    return Urgency::kCritical;
  }
  if (score >= kHigh) {
    return Urgency::kHigh;
  }
  return score >= kMedium ? Urgency::kMedium : Urgency::kLow;
}

std::uint16_t tone_confidence(std::int32_t tone_sum, std::int32_t opinion_sum,
                              std::int32_t percent) {
  const std::int32_t tone = std::min(std::abs(tone_sum), kMaxSum);
  const std::int32_t opinion = std::clamp(opinion_sum, -kMaxSum, kMaxSum);
  const auto odds = [percent](std::int32_t difference) {
    return interpolate(kOdds, static_cast<std::int32_t>(std::int64_t{difference} * percent / 100));
  };
  // The label's class first, then the two others: what they lack against it.
  const std::int32_t leaning = opinion + tone, other_leaning = opinion - tone;
  const std::int32_t others =
      leaning > 0 ? odds(leaning) + odds(2 * tone) : odds(-leaning) + odds(-other_leaning);
  return static_cast<std::uint16_t>(1'000'000 / (1000 + others));
}

}  // namespace vigie
