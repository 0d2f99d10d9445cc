#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/folded_text.h"
#include "engine/core/settings.h"
#include "engine/match/filter.h"

namespace vigie {

/// What a rule asks of a mention: a tree, whether it was written as YAML or as a query. Leaves are
/// phrases ("coupure d'eau", "inond*", "{commune}"), raw RE2 and filters.
struct Condition {
  enum class Op : std::uint8_t {
    kPhrase,    ///< words in a row; `text`
    kAny,       ///< at least one child
    kAll,       ///< every child
    kNone,      ///< no child: only beside something that can be found
    kNear,      ///< every child, close together: phrases, or kAny of phrases
    kOrdered,   ///< the same, each child behind the one before
    kSentence,  ///< the same, all beginning in one sentence
    kFilter,    ///< `filter`: only beside something that can be found
    kRegex,     ///< raw RE2 over the folded text, or over the original if `exact`; `text`
  };
  Op op = Op::kPhrase;
  std::string text;
  std::vector<Condition> children;
  /// kNear, kOrdered: at most so many words stand between the end of the child that ends first and
  /// the start of the child that starts last, within one field. Children of kNear may overlap.
  std::uint32_t distance = 0;
  /// kNear, kOrdered, kSentence, of two children: the first has a place that has no place of the
  /// second so close to it.
  bool without = false;
  bool exact = false;
  std::optional<Field> field;  ///< kPhrase: only there
  Filter filter;
  int line = 0, column = 0;
  /// Of what was written as a query: the whole query, and at which of its bytes this stands.
  std::shared_ptr<const std::string> query;
  std::size_t query_at = 0;
};

/// The part of `condition` because of which it could hold for nearly every text, as it only
/// excludes or filters; null if something in it has to be found.
const Condition* find_unfindable(const Condition& condition);

/// It and all below it.
std::size_t count_conditions(const Condition& condition);

/// A phrase or any of some phrases: what may stand close to another.
bool is_of_phrases(const Condition& condition);

/// What is wrong with a part of a rule: its line and column, and for a query the line of it with a
/// mark below.
Problem problem_at(const std::string& file, const Condition& at, const std::string& text);

struct Rule {
  std::string id;  ///< [a-z0-9._-]+, unique over all packs
  RuleKind kind = RuleKind::kTopic;
  std::string topic;        ///< topic rules
  CrowdLimit crowd;         ///< topic rules: when that many say so it is an alert
  std::int32_t weight = 0;  ///< tone, urgency, abuse
  bool firm = true;         ///< urgency, abuse: learned words do not speak against it
  std::string title;        ///< for people: what it finds, in alerts and on the screens
  std::string about;        ///< for people: why this rule
  Condition condition;
  int line = 0, column = 0;
};

/// Names, each with its values: a pack's lists, a tenant's variables.
using NamedLists = std::map<std::string, std::vector<std::string>>;

/// One test beside a pack: a text, said by one or by several people, and what must come of it.
struct RuleTest {
  std::string name, text, title;
  NamedLists variables;                           ///< of the tenant the test is run as
  std::vector<std::string> matches, matches_not;  ///< rule ids
  std::vector<std::string> topics;                ///< exactly these, if `says_topics`
  bool says_topics = false;
  std::string tone, urgency;  ///< empty: not asked
  std::optional<bool> alert;
  std::uint16_t said_by = 1;  ///< so many different people, evenly `over` so long
  std::chrono::minutes over{0};
  std::string file;
  int line = 0;
};

struct RulePack {
  std::string name;  ///< the file's name without ".yaml"
  std::string file;
  std::string language;
  std::string title;
  NamedLists lists;                          ///< {name} usable in phrases, fixed in the pack
  std::vector<std::string> needs, optional;  ///< {name} that a tenant must, or may, give
  bool firm = true;                          ///< its rules, unless they say otherwise
  std::vector<Rule> rules;
};

}  // namespace vigie
