#include "engine/match/condition_compiler.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/match/own_bounds.h"

namespace vigie {
namespace {

constexpr std::size_t kMaxPhrasesPerRule = 20'000;
/// Evaluating a regex costs more than any phrase's hit.
constexpr std::uint64_t kRegexCost = 1U << 20;

/// How often a phrase is to be feared, relative to others: longer is rarer.
std::uint64_t cost_of(const std::vector<std::string>& words) {
  std::size_t length = 0;
  for (const std::string& word : words) {
    length += word.size() - (WordPatterns::is_pattern(word) ? 2 : 0);
  }
  return std::uint64_t{1} << (16 - std::min<std::size_t>(length, 16));
}

void sort_unique(std::vector<std::uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

MatchProgram::Op op_of(Condition::Op op) {
  switch (op) {
    case Condition::Op::kNear:
      return MatchProgram::Op::kNear;
    case Condition::Op::kOrdered:
      return MatchProgram::Op::kOrdered;
    case Condition::Op::kSentence:
      return MatchProgram::Op::kSentence;
    default:
      return MatchProgram::Op::kAll;
  }
}

void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void ConditionCompiler::begin_pack(bool is_own) {
  own_ = {kMaxOwnRegexes, kMaxOwnShortPatterns, "one town's own pack"};
  share_ = is_own ? &own_ : &shared_;
}

bool ConditionCompiler::add_rule(const std::string& file, const Condition& condition,
                                 const NameValues& values) {
  const std::size_t before = problems_.size();
  file_ = &file;
  values_ = &values;
  phrases_ = 0;
  const std::optional<Tree> tree = reduce(condition);
  if (!tree || problems_.size() != before) {
    return false;
  }
  Triggers triggers = triggers_of(*tree);
  if (triggers.phrases.empty() && triggers.regexes.empty()) {
    complain(condition, "this rule only excludes: nothing in it can be found");
    return false;
  }
  const auto rule = static_cast<std::uint32_t>(program_->root.size());
  program_->root.push_back(static_cast<std::uint32_t>(program_->nodes.size()));
  emit(*tree);
  sort_unique(triggers.phrases);
  sort_unique(triggers.regexes);
  rules_of_phrase_.resize(costs_.size());
  rules_of_regex_.resize(program_->regexes.size());
  for (const std::uint32_t phrase : triggers.phrases) {
    rules_of_phrase_[phrase].push_back(rule);
  }
  for (const std::uint32_t regex : triggers.regexes) {
    rules_of_regex_[regex].push_back(rule);
  }
  return true;
}

std::unique_ptr<MatchProgram> ConditionCompiler::finish() {
  rules_of_phrase_.resize(costs_.size());
  rules_of_regex_.resize(program_->regexes.size());
  for (const auto& rules : rules_of_phrase_) {
    program_->rules_of_phrase.append(rules);
  }
  for (const auto& rules : rules_of_regex_) {
    program_->rules_of_regex.append(rules);
  }
  program_->phrases.finish();
  program_->regexes.finish();
  return std::move(program_);
}

std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce(const Condition& condition) {
  switch (condition.op) {
    case Condition::Op::kPhrase:
      return reduce_phrase(condition);
    case Condition::Op::kRegex:
      return reduce_regex(condition);
    case Condition::Op::kFilter:
      return reduce_filter(condition);
    case Condition::Op::kAny:
    case Condition::Op::kNone:
      return reduce_any(condition);
    default:
      return reduce_every(condition);
  }
}

std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_phrase(
    const Condition& condition) {
  std::vector<std::string> texts;
  if (phrases_ > kMaxPhrasesPerRule) {
    return std::nullopt;  // already complained of
  }
  const std::size_t room = kMaxPhrasesPerRule - phrases_;
  if (!expand_phrase(split_phrase(condition.text), *values_, room, texts)) {
    phrases_ = kMaxPhrasesPerRule + 1;
    complain(condition, in_quotes(condition.text) +
                            ": with the values of its names the rule has more than 20,000 phrases");
    return std::nullopt;
  }
  phrases_ += texts.size();
  Tree tree;
  if (condition.field) {
    tree.where = *condition.field == Field::kTitle ? Where::kTitle : Where::kText;
  }
  for (const std::string& text : texts) {
    if (const auto number = number_of(text, condition)) {
      tree.phrases.push_back(*number);
    }
  }
  if (tree.phrases.empty()) {
    return std::nullopt;
  }
  return tree;
}

std::optional<std::uint32_t> ConditionCompiler::number_of(const std::string& phrase,
                                                          const Condition& at) {
  const auto [place, is_new] = numbers_.try_emplace(phrase);
  if (!is_new) {
    return place->second;
  }
  const Result<std::vector<std::string>> words = words_of_phrase(phrase, program_->fold);
  if (!words) {
    complain(at, in_quotes(phrase) + ": " + words.error().text);
    return std::nullopt;
  }
  const WordPatterns& patterns = program_->phrases.patterns();
  const std::size_t short_before = patterns.short_ones();
  place->second = program_->phrases.add(*words);
  if (*place->second == costs_.size()) {
    costs_.push_back(cost_of(*words));
  }
  share_->short_patterns += patterns.short_ones() - short_before;
  if (share_->short_patterns > share_->most_short_patterns) {
    complain(at, in_quotes(phrase) + ": more than " + std::to_string(share_->most_short_patterns) +
                     " words in " + std::string(share_->of) +
                     " with fewer than three letters before their first '*' or '?'");
    return std::nullopt;
  }
  return place->second;
}

std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_regex(const Condition& condition) {
  const bool is_new = !program_->regexes.holds(condition.text, condition.exact);
  if (is_new && share_->regexes == share_->most_regexes) {
    complain(condition, "more than " + std::to_string(share_->most_regexes) +
                            " regular expressions in " + std::string(share_->of));
    return std::nullopt;
  }
  const Result<std::uint32_t> number = program_->regexes.add(condition.text, condition.exact);
  if (!number) {
    complain(condition, number.error().text);
    return std::nullopt;
  }
  share_->regexes += is_new ? 1 : 0;
  Tree tree;
  tree.op = Op::kRegex;
  tree.operand = *number;
  return tree;
}

std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_filter(
    const Condition& condition) {
  Filter filter = condition.filter;
  filter.words = program_->fold(filter.text);
  const auto known = std::ranges::find(program_->filters, filter);
  Tree tree;
  tree.op = Op::kFilter;
  tree.operand = static_cast<std::uint32_t>(known - program_->filters.begin());
  if (known == program_->filters.end()) {
    program_->filters.push_back(std::move(filter));
  }
  return tree;
}

/// All phrases of an any-list that count in the same field become one leaf.
std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_any(const Condition& condition) {
  Tree any;
  any.op = condition.op == Condition::Op::kNone ? Op::kNone : Op::kAny;
  std::map<Where, Tree> leaves;
  for (const Condition& child : condition.children) {
    std::optional<Tree> tree = reduce(child);
    if (!tree) {
      continue;
    }
    if (tree->op == Op::kLeaf) {
      leaves[tree->where].where = tree->where;
      append(leaves[tree->where].phrases, tree->phrases);
    } else {
      any.children.push_back(std::move(*tree));
    }
  }
  for (auto& [where, leaf] : leaves) {
    sort_unique(leaf.phrases);
    any.children.insert(any.children.begin(), std::move(leaf));
  }
  if (any.op == Op::kNone) {
    return any;  // without children it always holds
  }
  if (any.children.empty()) {
    return std::nullopt;
  }
  if (any.children.size() == 1) {
    return std::move(any.children.front());
  }
  return any;
}

/// kAll, and those of phrases close together. Every child is reduced even when one cannot hold, so
/// that all problems are told.
std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_every(const Condition& condition) {
  Tree all;
  all.op = op_of(condition.op);
  all.operand = condition.distance;
  all.without = condition.without;
  bool can_hold = true;
  for (const Condition& child : condition.children) {
    const bool is_unwanted = condition.without && !all.children.empty();
    std::optional<Tree> tree = reduce(child);
    if (!tree) {
      can_hold &= is_unwanted;  // nothing unwanted is left: the first alone decides
    } else if (all.op != Op::kAll && tree->op != Op::kLeaf) {
      complain(child, "close to one another stand phrases, or any of some phrases in one field");
    } else if (tree->op != Op::kNone || !tree->children.empty()) {
      all.children.push_back(std::move(*tree));
    }
  }
  if (!can_hold || all.children.empty()) {
    return std::nullopt;
  }
  if (condition.without && all.children.size() == 1) {
    return std::move(all.children.front());
  }
  if (all.op == Op::kAll) {
    // What is cheap to refute first; exclusions, which prove nothing, last.
    std::ranges::stable_sort(all.children, {}, [](const Tree& child) {
      return child.op == Op::kLeaf ? 0 : child.op == Op::kNone ? 3 : child.op == Op::kRegex ? 2 : 1;
    });
  }
  return all;
}

/// Empty: it can hold although nothing in it occurs.
ConditionCompiler::Triggers ConditionCompiler::triggers_of(const Tree& tree) const {
  Triggers triggers;
  switch (tree.op) {
    case Op::kLeaf:
      triggers.phrases = tree.phrases;
      for (const std::uint32_t phrase : tree.phrases) {
        triggers.cost += costs_[phrase];
      }
      return triggers;
    case Op::kRegex:
      return {{}, {tree.operand}, kRegexCost};
    case Op::kAny:
      for (const Tree& child : tree.children) {
        const Triggers one = triggers_of(child);
        if (one.cost == 0) {
          return {};
        }
        append(triggers.phrases, one.phrases);
        append(triggers.regexes, one.regexes);
        triggers.cost += one.cost;
      }
      return triggers;
    case Op::kNone:
    case Op::kFilter:
      return triggers;
    default:
      for (const Tree& child :
           std::span(tree.children).first(tree.without ? 1 : tree.children.size())) {
        Triggers one = triggers_of(child);
        if ((one.cost != 0 && one.cost < triggers.cost) || triggers.cost == 0) {
          triggers = std::move(one);
        }
      }
      return triggers;
  }
}

void ConditionCompiler::emit(const Tree& tree) {
  const std::size_t at = program_->nodes.size();
  program_->nodes.push_back({tree.op, tree.without, tree.operand, 0});
  if (tree.op == Op::kLeaf) {
    program_->nodes[at].operand = leaf(tree);
  }
  for (const Tree& child : tree.children) {
    emit(child);
  }
  program_->nodes[at].end = static_cast<std::uint32_t>(program_->nodes.size());
}

std::uint32_t ConditionCompiler::leaf(const Tree& tree) {
  std::vector<std::uint32_t> phrases = tree.phrases;
  sort_unique(phrases);
  const auto [place, is_new] =
      leaves_.try_emplace(std::pair(std::move(phrases), tree.where),
                          static_cast<std::uint32_t>(program_->leaves.size()));
  if (is_new) {
    program_->leaves.append(place->first.first);
    program_->leaf_where.push_back(tree.where);
  }
  return place->second;
}

void ConditionCompiler::complain(const Condition& at, const std::string& text) {
  problems_.push_back(problem_at(*file_, at, text));
}

}  // namespace vigie
