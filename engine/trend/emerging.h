#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trend/voice_log.h"
#include "engine/trend/word_shares.h"

namespace vigie {

/// How a study of emerging needs decides; the same for every town. Nothing here was fitted.
struct EmergingRules {
  /// k-anonymity: a term is shown if at least so many authors of kept mentions said it (people may
  /// read those), or so many of dropped ones (which nobody may).
  std::uint32_t min_kept_authors = 3, min_dropped_authors = 5;
  /// The town's own past counts fully once it holds many more author-days than this; before, what
  /// the language says anyway (WordShares) stands in (a Dirichlet prior's weight).
  double prior_author_days = 300;
  /// Two words stand side by side so often, given the rarer one.
  double pair_share = 0.05;
  /// A term rises only if so many voices are this improbable by the background (Poisson tail).
  double max_probability = 1e-3;
  /// Terms belong together if this share of the rarer one's voices also said the other, that day.
  double min_shared = 0.5;
  /// A need is heard on at least this share of the days, an event is soon over;
  double min_days_share = 1.0 / 3;
  /// and its voices do not crowd on few days: chi-square test against equal days, at this level.
  double min_evenness = 0.05;
  /// Fewer days with voices cannot tell a need from an event.
  std::size_t min_days = 7;
  std::size_t max_candidates = 2'000, max_terms_per_group = 12, max_groups = 20;
};

/// One term that rises.
struct EmergingTerm {
  std::string key, surface;
  double author_days = 0;              ///< distinct authors of each day, added up; estimated
  std::uint32_t authors_at_least = 0;  ///< distinct ones
  double share = 0, background = 0;    ///< f and b: author-days of the term / of all
  double jlh = 0;                      ///< (f - b) · f / b
};

/// Terms that the same people say on the same days: one need, or one event.
struct EmergingGroup {
  std::string id;  ///< 16 hex digits; the same as long as its first term leads it
  bool is_need = false;
  std::vector<EmergingTerm> terms;  ///< the most heard first; then by JLH
  std::vector<double> authors_by_day;
  std::uint32_t authors_at_least = 0;
  double authors = 0;  ///< distinct, estimated
  std::size_t days_heard = 0, days = 0;
  double evenness = 0;  ///< p of the chi-square test: low if voices crowd on few days
  double score = 0;     ///< greatest JLH × share of days heard
};

/// Whether the rules in force already look for a term.
using IsKnown = std::function<bool(std::string_view surface)>;

/// Terms of `foreground` that rise against `background`, in groups: needs first, then events, each
/// by score. The same input gives the same output.
std::vector<EmergingGroup> find_emerging(const VoiceLog& foreground, const VoiceLog& background,
                                         const WordShares& common, const IsKnown& is_known,
                                         const EmergingRules& rules = {});

/// P(X >= count) of a Poisson variable of this mean.
double poisson_tail(double count, double mean);
/// P(chi-square of `degrees` >= value), by Wilson and Hilferty (1931).
double chi_square_tail(double value, std::size_t degrees);

}  // namespace vigie
