#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/tenant.h"
#include "engine/pipeline/knowledge.h"
#include "engine/store/store.h"
#include "engine/trend/emerging.h"

namespace vigie {

/// What people ask for that no rule looks for: rising terms of the mentions that a tenant keeps
/// without a topic and of those that nobody keeps, which are known by their terms alone.
struct EmergentStudy {
  /// How many times the period its background is long; it ends where the period begins.
  static constexpr Day kBackgroundPeriods = 4;
  static constexpr Day kDefaultDays = 14, kMaxDays = 31;
  /// With a background of less days there is no past to speak of.
  static constexpr std::size_t kMinBackgroundDays = 7;
  static constexpr std::size_t kMaxKeptMentions = 20'000;  ///< the newest
  static constexpr std::size_t kMaxExamples = 5;           ///< of each group

  struct Example {
    MentionRef ref;
    Time created_at{};
    std::string source, text;  ///< handles, addresses, links and telephone numbers masked
  };
  struct Group {
    EmergingGroup found;
    std::vector<Example> examples;  ///< kept mentions, those with most of its terms first
  };

  Day first = 0, last = 0;              ///< UTC, both included
  std::uint64_t kept = 0, dropped = 0;  ///< mentions of the period that were heard
  std::size_t background_days = 0;      ///< on which anybody was heard
  bool is_cut = false;                  ///< there were more than kMaxKeptMentions
  std::vector<Group> groups;

  bool is_cold() const { return background_days < kMinBackgroundDays; }
};

/// Whose study, by which knowledge.
struct EmergentSubject {
  TenantId id = 0;
  std::string language;  ///< term_language()
  std::shared_ptr<const Knowledge> knowledge;
  std::shared_ptr<const WordShares> word_shares;
};

/// Studies the days [first, last], at most kMaxDays. Reads the store; any thread.
Result<EmergentStudy> study_emergent(const Store& store, const EmergentSubject& subject, Day first,
                                     Day last);

/// A pack of one rule that looks for a group, in the language of rules/README.md.
struct RuleDraft {
  std::string pack;  ///< its name: "besoin_repar"
  std::string rule;  ///< its id: "besoin.repar"
  std::string topic;
  std::string yaml;
};
RuleDraft draft_rule(const EmergingGroup& group, const std::string& language);
/// The pack's tests as YAML: texts that have to match and others that must not.
std::string draft_tests(const RuleDraft& draft, const std::vector<std::string>& matching,
                        const std::vector<std::string>& others);

}  // namespace vigie
