#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/core/folded_text.h"

namespace vigie {

enum class Tone : std::uint8_t { kNegative, kNeutral, kPositive };
enum class Urgency : std::uint8_t { kLow, kMedium, kHigh, kCritical };
/// `kTone` is which way a text leans, `kOpinion` whether it leans at all.
enum class Axis : std::uint8_t { kWatch, kTopic, kTone, kUrgency, kAbuse, kOpinion };
inline constexpr std::size_t kAxisCount = 6;

/// Names in evidence for learned weights: of a word, and of all words that are not named with the
/// bias. They stand in no catalogue; spell() knows their names.
inline constexpr std::uint32_t kLearnedWord = 0xfffffffe, kLearnedRest = 0xffffffff;
inline constexpr std::string_view kLearnedWordName = "model.words", kLearnedRestName = "model.rest";
constexpr bool is_learned(std::uint32_t name) { return name >= kLearnedWord; }

/// One reason of a verdict: this rule or word, at these bytes, weighs this much on this axis. The
/// integer weights of an axis add up exactly to its sum in the verdict.
struct Evidence {
  Axis axis = Axis::kTopic;
  std::uint32_t name = 0;  ///< in Catalogue::names: the rule's id, or "lexicon.…"; or learned
  Span span;               ///< empty for a bias or a remainder
  std::int32_t weight = 0;
  bool operator==(const Evidence&) const = default;
};

/// The tone towards one of several topics.
struct Aspect {
  std::uint32_t topic = 0;  ///< in Catalogue::names
  Tone tone = Tone::kNeutral;
  std::int16_t score = 0;  ///< -1000..1000
  bool operator==(const Aspect&) const = default;
};

/// What Vigie thinks of one mention; the same for every tenant. Scores are in thousandths:
/// integers, so that the same input gives the same bytes on every machine.
struct Verdict {
  Tone tone = Tone::kNeutral;
  std::int16_t tone_score = 0;        ///< -1000 negative … 1000 positive
  std::uint16_t tone_confidence = 0;  ///< 0..1000: how sure of the label
  bool uncertain = true;
  Urgency urgency = Urgency::kLow;
  std::uint16_t urgency_score = 0;  ///< 0..1000
  std::uint16_t abuse_score = 0;    ///< 0..1000; abusive from 500
  /// Sums of the evidence's weights. The tone is neutral unless opinion + |tone| is above 0.
  std::int32_t tone_sum = 0, opinion_sum = 0, urgency_sum = 0, abuse_sum = 0;
  char language[3] = {0, 0, 0};    ///< ISO 639-1 ("fr"), "" unknown
  std::vector<Evidence> evidence;  ///< by axis, then by position
  /// By topic; empty unless the text speaks of several: then each has the tone of all.
  std::vector<Aspect> aspects;

  std::string_view language_view() const {
    return {language, language[0] == '\0' ? 0U : language[1] == '\0' ? 1U : 2U};
  }
};

inline bool is_urgent(Urgency urgency) { return urgency >= Urgency::kHigh; }

std::string_view to_string(Tone tone);
std::string_view to_string(Urgency urgency);
std::string_view to_string(Axis axis);
std::optional<Tone> parse_tone(std::string_view text);
std::optional<Urgency> parse_urgency(std::string_view text);

}  // namespace vigie
