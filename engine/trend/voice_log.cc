#include "engine/trend/voice_log.h"

#include <algorithm>

namespace vigie {
namespace {

double shared_bits(const AuthorBits& a, const AuthorBits& b) {
  const double by_chance = a.at_least() * b.at_least() / 64.0;
  const double most = std::min(a.at_least(), b.at_least());
  return by_chance >= most ? 0 : most * std::max(0.0, a.shared(b) - by_chance) / (most - by_chance);
}

}  // namespace

double Voices::shared(const Voices& others) const {
  return shared_bits(kept, others.kept) + shared_bits(dropped, others.dropped);
}

Voices VoiceLog::Heard::all() const {
  Voices sum;
  for (const auto& [day, voices] : days) {
    sum.add(voices);
  }
  return sum;
}

double VoiceLog::Heard::author_days() const {
  double sum = 0;
  for (const auto& [day, voices] : days) {
    sum += voices.about();
  }
  return sum;
}

Voices& VoiceLog::voices(const std::string& key, const std::string& surface, std::uint32_t day) {
  Heard& heard = terms_[key];
  if (heard.surface.empty() || surface.size() < heard.surface.size() ||
      (surface.size() == heard.surface.size() && surface < heard.surface)) {
    heard.surface = surface;
  }
  const auto at =
      std::ranges::lower_bound(heard.days, day, {}, [](const auto& d) { return d.first; });
  return at != heard.days.end() && at->first == day ? at->second
                                                    : heard.days.insert(at, {day, {}})->second;
}

void VoiceLog::hear_kept(std::uint32_t day, std::span<const Term> terms, std::uint64_t author) {
  kept_[day].add(author);
  for (const Term& term : terms) {
    voices(term.key, term.surface, day).kept.add(author);
  }
}

void VoiceLog::hear_dropped(std::uint32_t day, const TermSketch& sketch, const VoiceLog* wanted) {
  dropped_[day].add(sketch.authors());
  for (const TermSketch::Entry& term : sketch.terms()) {
    if (wanted != nullptr && !wanted->terms_.contains(term.key)) {
      continue;
    }
    voices(term.key, term.surface, day).dropped.add(term.authors);
  }
}

double VoiceLog::author_days() const {
  double sum = 0;
  for (std::uint32_t day = 0; day < days(); ++day) {
    sum += authors_of(day);
  }
  return sum;
}

std::size_t VoiceLog::days_with_voices() const {
  std::size_t count = 0;
  for (std::uint32_t day = 0; day < days(); ++day) {
    count += authors_of(day) > 0;
  }
  return count;
}

}  // namespace vigie
