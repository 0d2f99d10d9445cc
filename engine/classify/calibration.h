#pragma once

#include <cstdint>
#include <string_view>

#include "engine/core/verdict.h"

namespace vigie {

/// From sums of weights to scores in thousandths: the published tables of rules/README.md. Integers
/// and straight lines between the tables' points, so that every machine says the same byte.
std::int16_t calibrate_tone(std::int32_t sum);      ///< -1000..1000
std::uint16_t calibrate_urgency(std::int32_t sum);  ///< 0..1000
std::uint16_t calibrate_abuse(std::int32_t sum);    ///< 0..1000

/// Negative up to -kToneThreshold, positive from kToneThreshold on.
inline constexpr std::int16_t kToneThreshold = 140;
/// Below it a tone is called uncertain.
inline constexpr std::uint16_t kCertain = 400;

Tone tone_of(std::int16_t score);
Urgency urgency_of(std::uint16_t score);

/// What a tone's confidence is made of.
struct ToneGrounds {
  std::int16_t score = 0;
  std::int32_t sum = 0;        ///< of all weights
  std::int32_t magnitude = 0;  ///< sum of their absolute values: more than |sum| if they disagree
  bool doubts_praise = false;  ///< irony may be meant
};
/// How sure of the label, 0..1000.
std::uint16_t tone_confidence(const ToneGrounds& grounds);

}  // namespace vigie
