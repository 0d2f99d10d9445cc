#pragma once

#include <cstdint>

#include "engine/core/verdict.h"

namespace vigie {

/// From sums of weights to scores in thousandths: the published tables of rules/README.md. Integers
/// and straight lines between the tables' points, so that every machine says the same byte.
std::int16_t calibrate_tone(std::int32_t sum);      ///< -1000..1000
std::uint16_t calibrate_urgency(std::int32_t sum);  ///< 0..1000
std::uint16_t calibrate_abuse(std::int32_t sum);    ///< 0..1000

/// Below it a tone is called uncertain: of two opposite opinions, one would be as likely.
inline constexpr std::uint16_t kCertain = 520;

/// Neutral unless opinion + |tone| is above 0; then the sign of `tone` decides.
Tone tone_of(std::int32_t tone_sum, std::int32_t opinion_sum);
Urgency urgency_of(std::uint16_t score);

/// How sure of the label, 0..1000: the probability that the three classes' logits give it
/// (negative: opinion - tone, neutral: 0, positive: opinion + tone; 200 points are one logit), each
/// difference first cut to `percent`.
std::uint16_t tone_confidence(std::int32_t tone_sum, std::int32_t opinion_sum,
                              std::int32_t percent);

}  // namespace vigie
