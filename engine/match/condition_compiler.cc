#include "engine/match/condition_compiler.h"

#include <algorithm>
#include <utility>

namespace vigie {
namespace {

constexpr std::size_t kMaxPhrasesPerRule = 20'000;
constexpr std::size_t kMaxWordsPerPhrase = 16;
constexpr std::size_t kMinStemLetters = 3;
/// Evaluating a regex costs more than any phrase's hit.
constexpr std::uint64_t kRegexCost = 1U << 20;

std::size_t letters(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(
      word, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_stem(std::string_view word) { return word.ends_with('*'); }

/// How often a phrase is to be feared, relative to others: longer is rarer.
std::uint64_t cost_of(const std::vector<std::string>& words) {
  std::size_t length = 0;
  for (const std::string& word : words) {
    length += word.size() - (is_stem(word) ? 2 : 0);
  }
  return std::uint64_t{1} << (16 - std::min<std::size_t>(length, 16));
}

void sort_unique(std::vector<std::uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

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
    complain(condition,
             "'" + condition.text +
                 "': with the values of its names the rule has more than 20,000 phrases");
    return std::nullopt;
  }
  phrases_ += texts.size();
  Tree tree;
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
  const std::vector<std::string> words = fold_(phrase);
  if (const std::string why = objection(phrase, words); !why.empty()) {
    complain(at, "'" + phrase + "': " + why);
    return std::nullopt;
  }
  place->second = program_->phrases.add(words);
  if (*place->second == costs_.size()) {
    costs_.push_back(cost_of(words));
  }
  return place->second;
}

std::string ConditionCompiler::objection(const std::string& phrase,
                                         const std::vector<std::string>& words) const {
  if (words.empty()) {
    return "a phrase needs a word, a number or an emoji";
  }
  if (words.size() > kMaxWordsPerPhrase) {
    return "a phrase has at most 16 words";
  }
  if (std::string why = misplaced_star(phrase); !why.empty()) {
    return why;
  }
  if (std::ranges::count(phrase, '*') != std::ranges::count_if(words, is_stem)) {
    return "a '*' stands right behind the beginning of a word";
  }
  for (const std::string& word : words) {
    if (is_stem(word) && letters(word) - 1 < kMinStemLetters) {
      return "a word that ends in '*' needs three letters or more before it";
    }
  }
  return {};
}

std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_regex(const Condition& condition) {
  const Result<std::uint32_t> number = program_->regexes.add(condition.text, condition.exact);
  if (!number) {
    complain(condition, number.error().text);
    return std::nullopt;
  }
  return Tree{Op::kRegex, *number, {}, {}};
}

/// All phrases of an any-list become one leaf.
std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_any(const Condition& condition) {
  Tree any{condition.op == Condition::Op::kNone ? Op::kNone : Op::kAny, 0, {}, {}};
  Tree phrases;
  for (const Condition& child : condition.children) {
    std::optional<Tree> tree = reduce(child);
    if (!tree) {
      continue;
    }
    if (tree->op == Op::kLeaf) {
      append(phrases.phrases, tree->phrases);
    } else {
      any.children.push_back(std::move(*tree));
    }
  }
  if (!phrases.phrases.empty()) {
    sort_unique(phrases.phrases);
    any.children.insert(any.children.begin(), std::move(phrases));
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

/// kAll and kNear. Every child is reduced even when one cannot hold, so that all problems are told.
std::optional<ConditionCompiler::Tree> ConditionCompiler::reduce_every(const Condition& condition) {
  Tree all{condition.op == Condition::Op::kNear ? Op::kNear : Op::kAll, condition.distance, {}, {}};
  bool can_hold = true;
  for (const Condition& child : condition.children) {
    std::optional<Tree> tree = reduce(child);
    if (!tree) {
      can_hold = false;
    } else if (all.op == Op::kNear && tree->op != Op::kLeaf) {
      complain(child, "a member of 'near' is a phrase or {any: [phrases]}");
    } else if (tree->op != Op::kNone || !tree->children.empty()) {
      all.children.push_back(std::move(*tree));
    }
  }
  if (!can_hold) {
    return std::nullopt;
  }
  // What is cheap to refute first; exclusions, which prove nothing, last.
  std::ranges::stable_sort(all.children, {}, [](const Tree& child) {
    return child.op == Op::kLeaf ? 0 : child.op == Op::kNone ? 3 : child.op == Op::kRegex ? 2 : 1;
  });
  return all;
}

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
        append(triggers.phrases, one.phrases);
        append(triggers.regexes, one.regexes);
        triggers.cost += one.cost;
      }
      return triggers;
    case Op::kNone:
      return triggers;
    default:
      for (const Tree& child : tree.children) {
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
  program_->nodes.push_back({tree.op, tree.operand, 0});
  if (tree.op == Op::kLeaf) {
    program_->nodes[at].operand = leaf(tree.phrases);
  }
  for (const Tree& child : tree.children) {
    emit(child);
  }
  program_->nodes[at].end = static_cast<std::uint32_t>(program_->nodes.size());
}

std::uint32_t ConditionCompiler::leaf(std::vector<std::uint32_t> phrases) {
  sort_unique(phrases);
  const auto [place, is_new] =
      leaves_.try_emplace(std::move(phrases), static_cast<std::uint32_t>(program_->leaves.size()));
  if (is_new) {
    program_->leaves.append(place->first);
  }
  return place->second;
}

void ConditionCompiler::complain(const Condition& at, std::string text) {
  problems_.push_back({*file_, at.line, at.column, std::move(text)});
}

}  // namespace vigie
