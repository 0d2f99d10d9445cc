#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/verdict.h"

namespace vigie {

using TenantId = std::uint32_t;  ///< dense index of a tenant in the configuration in force

/// What a rule decides. Only a watch rule decides whether a tenant keeps a mention.
enum class RuleKind : std::uint8_t { kWatch, kTopic, kTone, kUrgency, kAbuse };

/// When many say so: so many different authors within so long ask for somebody by themselves.
struct CrowdLimit {
  static constexpr std::uint16_t kMaxAuthors = 100;
  static constexpr std::chrono::hours kMaxWithin{4};  ///< who spoke is kept in memory so long

  std::uint16_t authors = 0;  ///< 0: any number is nothing special
  std::chrono::minutes within{0};
  bool operator==(const CrowdLimit&) const = default;
};

/// What the rest of the engine knows of one compiled rule. A rule that uses a tenant's variables is
/// compiled once per tenant and then appears once per tenant, under the same name.
struct RuleInfo {
  std::uint32_t name = 0;  ///< in Catalogue::names: the rule's id, unique over all packs
  RuleKind kind = RuleKind::kTopic;
  std::string title;              ///< what people call it; may be empty
  std::int32_t weight = 0;        ///< tone, urgency, abuse: signed contribution to the sum
  bool firm = true;               ///< urgency, abuse: learned words do not speak against it
  std::uint32_t topic = 0;        ///< topic rules: the topic's name, in Catalogue::names
  CrowdLimit crowd;               ///< topic rules
  bool every_tenant = true;       ///< else only `tenants`
  std::vector<TenantId> tenants;  ///< ascending
};

/// Everything a verdict refers to by number, fixed for the life of one rule set. Stored with the
/// mentions it judged, so that an old verdict can always be spelt out.
struct Catalogue {
  std::string ruleset;  ///< hash of rules, variables and lexicons: 16 hex digits
  std::string model;    ///< hash of the learned weights, or "none"
  std::vector<std::string> names;
  std::vector<RuleInfo> rules;
};

/// What an evidence's name says: a rule's id, "lexicon.fr.merci", "model.words" or "model.rest".
inline std::string_view spell(const Catalogue& catalogue, std::uint32_t name) {
  return name == kLearnedWord   ? kLearnedWordName
         : name == kLearnedRest ? kLearnedRestName
                                : std::string_view(catalogue.names.at(name));
}

/// Names of topics, sorted: comparable between catalogues.
inline std::vector<std::string_view> spell_topics(const Catalogue& catalogue,
                                                  std::span<const std::uint32_t> topics) {
  std::vector<std::string_view> names;
  for (const std::uint32_t topic : topics) {
    names.push_back(catalogue.names.at(topic));
  }
  std::ranges::sort(names);
  return names;
}

/// The title of the rule whose name is `name`; empty if it has none, or is a word of a lexicon.
inline std::string_view title_of(const Catalogue& catalogue, std::uint32_t name) {
  const auto rule = std::ranges::find(catalogue.rules, name, &RuleInfo::name);
  return rule == catalogue.rules.end() ? std::string_view() : rule->title;
}

}  // namespace vigie
