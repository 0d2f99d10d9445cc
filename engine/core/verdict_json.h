#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/catalogue.h"
#include "engine/core/json_writer.h"
#include "engine/core/mention.h"
#include "engine/core/verdict.h"

namespace vigie {

/// The one shape in which commands and the API spell mentions and verdicts: the contract others
/// build on. What a source did not say is left out of a mention; a verdict has all of its members
/// always.

/// What one tenant makes of a mention.
struct TenantOpinion {
  std::string_view tenant;                ///< its id
  std::span<const std::uint32_t> topics;  ///< names in the catalogue
  bool alert = false;                     ///< somebody is told of it
};

/// What is said of an author whose identity is sealed.
struct AuthorMark {
  std::string_view pseudonym;  ///< hexadecimal; empty: the author is unknown or named openly
  bool official = false;       ///< speaks for the tenant
};

/// Into the object under way: the members of a canonical mention.
void write_mention_members(const Mention& mention, const AuthorMark& author, JsonWriter& json);

/// A canonical mention alone, as a line of NDJSON.
std::string mention_line(const Mention& mention);

/// Into the object under way: sentiment, aspects (one per topic, with the mention's own tone until
/// aspects are told apart), urgency, abuse, evidence, ruleset, model. Evidence spans are byte
/// offsets into `mention`'s text, or its title where "field" says so.
void write_verdict_members(const Mention& mention, const Verdict& verdict,
                           const Catalogue& catalogue, std::span<const std::uint32_t> topics,
                           JsonWriter& json);

/// The whole object that `vigie classify` prints for one mention.
void write_verdict_line(const Mention& mention, const Verdict& verdict, const Catalogue& catalogue,
                        std::span<const TenantOpinion> opinions, JsonWriter& json);

}  // namespace vigie
