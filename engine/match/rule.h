#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/catalogue.h"

namespace vigie {

/// What a rule asks of a text: a tree. Leaves are phrases ("coupure d'eau", "inond*", "{commune}")
/// or raw RE2.
struct Condition {
  enum class Op : std::uint8_t {
    kPhrase,  ///< words in a row; `text`
    kAny,     ///< at least one child
    kAll,     ///< every child
    kNone,    ///< no child: only beside something that can be found
    kNear,    ///< every child, close together: phrases, or kAny of phrases
    kRegex,   ///< raw RE2 over the folded text, or over the original if `exact`; `text`
  };
  Op op = Op::kPhrase;
  std::string text;
  std::vector<Condition> children;
  /// kNear: at most so many words stand between the end of the child that ends first and the start
  /// of the child that starts last, within one field. Children may come in any order, and overlap.
  std::uint32_t distance = 0;
  bool exact = false;
  int line = 0, column = 0;
};

struct Rule {
  std::string id;  ///< [a-z0-9._-]+, unique over all packs
  RuleKind kind = RuleKind::kTopic;
  std::string topic;        ///< topic rules
  std::int32_t weight = 0;  ///< tone, urgency, abuse
  std::string title;        ///< for people: what it finds, in alerts and on the screens
  std::string about;        ///< for people: why this rule
  Condition condition;
  int line = 0, column = 0;
};

/// Names, each with its values: a pack's lists, a tenant's variables.
using NamedLists = std::map<std::string, std::vector<std::string>>;

/// One test beside a pack: a text and what must come of it.
struct RuleTest {
  std::string name, text, title;
  NamedLists variables;                           ///< of the tenant the test is run as
  std::vector<std::string> matches, matches_not;  ///< rule ids
  std::vector<std::string> topics;                ///< exactly these, if `says_topics`
  bool says_topics = false;
  std::string tone, urgency;  ///< empty: not asked
  std::optional<bool> alert;
  std::string file;
  int line = 0;
};

struct Pack {
  std::string name;  ///< the file's name without ".yaml"
  std::string file;
  std::string language;
  std::string title;
  NamedLists lists;                          ///< {name} usable in phrases, fixed in the pack
  std::vector<std::string> needs, optional;  ///< {name} that a tenant must, or may, give
  std::vector<Rule> rules;
};

}  // namespace vigie
