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

/// Tone: steep for the first words, flat once the case is clear.
constexpr std::array<Point, 9> kTone = {{{0, 0},
                                         {100, 100},
                                         {200, 200},
                                         {400, 400},
                                         {700, 600},
                                         {1000, 730},
                                         {1500, 850},
                                         {2500, 950},
                                         {4000, 1000}}};
/// Urgency and abuse: a rule's weight is its score until 800, so that whoever writes a rule sees at
/// once which level it reaches alone.
constexpr std::array<Point, 5> kCue = {
    {{0, 0}, {800, 800}, {1200, 900}, {2000, 970}, {3000, 1000}}};

constexpr std::uint16_t kMedium = 250, kHigh = 500, kCritical = 800;

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

Tone tone_of(std::int16_t score) {
  if (score <= -kToneThreshold) {
    return Tone::kNegative;
  }
  return score >= kToneThreshold ? Tone::kPositive : Tone::kNeutral;
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

std::uint16_t tone_confidence(const ToneGrounds& grounds) {
  const std::int32_t score = std::abs(grounds.score);
  const std::int32_t magnitude = std::max(grounds.magnitude, 1);
  const std::int32_t agreement = 1000 * (std::abs(grounds.sum) / 8) / std::max(magnitude / 8, 1);
  // A neutral text says nothing either way (550), less sure the more its words pull it apart.
  std::int32_t confidence = 550 - std::min(magnitude, 1000) * 3 / 10;
  if (score >= kToneThreshold) {
    confidence = (450 + score * 55 / 100) * (500 + std::min(agreement, 1000) / 2) / 1000;
  }
  if (grounds.doubts_praise) {
    confidence -= 250;
  }
  return static_cast<std::uint16_t>(std::clamp(confidence, 0, 1000));
}

}  // namespace vigie
