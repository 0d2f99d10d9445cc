#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace vigie {

/// What bodies of the API look like: a name under components/schemas, and its JSON Schema.
using OpenApiSchema = std::pair<std::string_view, std::string_view>;

/// Who may do what: sessions, accounts, tokens, the audit.
std::span<const OpenApiSchema> access_schemas();
/// Mentions, stories, corrections, and what is handed in.
std::span<const OpenApiSchema> mentions_schemas();
/// Work, alerts, silences, argument cards and drafts.
std::span<const OpenApiSchema> desk_schemas();
/// Statistics, key figures, needs, samples, objectives.
std::span<const OpenApiSchema> figures_schemas();
/// Sources, their coverage and costs, rules, health.
std::span<const OpenApiSchema> sources_schemas();
/// A town's rules, and what is looked for with their language.
std::span<const OpenApiSchema> rules_schemas();
/// What a town sets for itself.
std::span<const OpenApiSchema> settings_schemas();
/// What the law lets people ask for.
std::span<const OpenApiSchema> privacy_schemas();

}  // namespace vigie
