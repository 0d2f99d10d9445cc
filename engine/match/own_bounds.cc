#include "engine/match/own_bounds.h"

#include <algorithm>

namespace vigie {
namespace {

/// What the rules so far come to.
struct Sum {
  std::size_t phrases = 0, bytes = 0, regexes = 0;

  bool is_too_much() const {
    return phrases > kMaxOwnPhrases || bytes > kMaxOwnPhraseBytes || regexes > kMaxOwnRegexes;
  }
};

/// Values are put in name after name: a last name without any makes no phrase of what was many.
void add_phrase(const std::string& text, const NameValues& values, Sum& sum) {
  const PhraseText phrase = split_phrase(text);
  std::size_t count = 1, most = 1, length = text.size();
  for (const std::string& name : phrase.names) {
    const std::vector<std::string>* const list = values(name);
    std::size_t longest = 0;
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      longest = std::max(longest, (*list)[i].size());
    }
    length += longest;
    count *= list == nullptr ? 0 : list->size();
    count = std::min(count, kMaxOwnPhrases + 1);
    most = std::max(most, count);
  }
  sum.phrases += most;
  sum.bytes += most * length;
}

void add(const Condition& condition, const NameValues& values, Sum& sum) {
  if (condition.op == Condition::Op::kPhrase) {
    add_phrase(condition.text, values, sum);
  }
  sum.regexes += condition.op == Condition::Op::kRegex ? 1 : 0;
  for (const Condition& child : condition.children) {
    if (!sum.is_too_much()) {
      add(child, values, sum);
    }
  }
}

}  // namespace

bool keeps_own_bounds(const RulePack& pack, const NameValues& values,
                      std::vector<Problem>& problems) {
  Sum sum;
  for (const Rule& rule : pack.rules) {
    add(rule.condition, values, sum);
    if (sum.is_too_much()) {
      problems.push_back(
          {pack.file, rule.line, rule.column,
           sum.regexes > kMaxOwnRegexes
               ? "up to this rule a town's own pack has more than 100 regular expressions"
               : "up to this rule a town's own pack has, with the values of its names, more than "
                 "20,000 phrases or 4 MiB of them"});
      return false;
    }
  }
  return true;
}

}  // namespace vigie
