// The one word that files, JSON, metrics and people use for each enumerated value.
#include <array>
#include <cstddef>

#include "engine/core/connector_status.h"
#include "engine/core/mapping.h"
#include "engine/core/mention.h"
#include "engine/core/verdict.h"

namespace vigie {
namespace {

using std::string_view;

constexpr std::array<string_view, 7> kKinds = {"post",   "reply",   "repost", "comment",
                                               "review", "request", "message"};
constexpr std::array<string_view, 3> kTones = {"negative", "neutral", "positive"};
constexpr std::array<string_view, 4> kUrgencies = {"low", "medium", "high", "critical"};
constexpr std::array<string_view, 6> kAxes = {"watch",   "topic", "sentiment",
                                              "urgency", "abuse", "opinion"};
constexpr std::array<string_view, kRejectReasonCount> kReasons = {
    "malformed",    "invalid_utf8", "too_long",      "too_deep",
    "missing_text", "missing_id",   "invalid_field", "unsafe"};
constexpr std::array<string_view, 8> kStates = {"active",      "waiting",     "finished",
                                                "limited",     "retired",     "starting",
                                                "quota_spent", "unauthorised"};

template <class Value, std::size_t kCount>
string_view word(const std::array<string_view, kCount>& words, Value value) {
  return words.at(static_cast<std::size_t>(value));
}

template <class Value, std::size_t kCount>
std::optional<Value> parse(const std::array<string_view, kCount>& words, string_view text) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (words[i] == text) {
      return static_cast<Value>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

string_view to_string(Kind kind) { return word(kKinds, kind); }
string_view to_string(Tone tone) { return word(kTones, tone); }
string_view to_string(Urgency urgency) { return word(kUrgencies, urgency); }
string_view to_string(Axis axis) { return word(kAxes, axis); }
string_view to_string(RejectReason reason) { return word(kReasons, reason); }
string_view to_string(ConnectorStatus::State state) { return word(kStates, state); }

std::optional<Kind> parse_kind(string_view text) { return parse<Kind>(kKinds, text); }
std::optional<Tone> parse_tone(string_view text) { return parse<Tone>(kTones, text); }
std::optional<Urgency> parse_urgency(string_view text) { return parse<Urgency>(kUrgencies, text); }

}  // namespace vigie
