#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/match/filter.h"
#include "engine/match/phrase_text.h"
#include "engine/match/phrase_trie.h"
#include "engine/match/regex_table.h"

namespace vigie {

/// Lists of numbers, one after the other in one block.
class NumberLists {
 public:
  void append(std::span<const std::uint32_t> list) {
    numbers_.insert(numbers_.end(), list.begin(), list.end());
    starts_.push_back(static_cast<std::uint32_t>(numbers_.size()));
  }
  std::span<const std::uint32_t> operator[](std::size_t i) const {
    return {numbers_.data() + starts_[i], starts_[i + 1] - starts_[i]};
  }
  std::size_t size() const { return starts_.size() - 1; }

 private:
  std::vector<std::uint32_t> starts_ = {0};
  std::vector<std::uint32_t> numbers_;
};

/// What rules become. A text's phrase hits and its regexes' literals trigger rules: every rule has
/// triggers such that it cannot hold unless one of them is there. Only triggered rules are
/// evaluated, so the cost grows with what a text holds, not with how many rules there are.
struct MatchProgram {
  enum class Op : std::uint8_t {
    kLeaf,      ///< one of the phrases of leaf `operand` occurs
    kAny,       ///< at least one child holds
    kAll,       ///< every child holds
    kNone,      ///< no child holds
    kNear,      ///< children are leaves, within `operand` words
    kOrdered,   ///< the same, each behind the one before
    kSentence,  ///< children are leaves, in one sentence
    kFilter,    ///< filter `operand`
    kRegex,     ///< regex `operand`
  };
  /// In which field a leaf's phrases count.
  enum class Where : std::uint8_t { kAnywhere, kTitle, kText };
  struct Node {
    Op op = Op::kLeaf;
    bool without = false;  ///< kNear, kOrdered, kSentence: no second leaf so close to the first
    std::uint32_t operand = 0;
    std::uint32_t end = 0;  ///< first node behind this one's subtree; children begin right after it
  };

  std::uint32_t first_rule = 0;     ///< of this program, in Catalogue::rules
  std::vector<std::uint32_t> root;  ///< by rule: its first node
  std::vector<Node> nodes;          ///< all rules' trees, parents before children
  NumberLists leaves;               ///< by leaf: its phrases, ascending; equal leaves are one
  std::vector<Where> leaf_where;    ///< by leaf
  std::vector<Filter> filters;
  PhraseFolder fold;            ///< what filters read is folded as the phrases were
  NumberLists rules_of_phrase;  ///< by phrase: the rules it triggers
  NumberLists rules_of_regex;   ///< by regex: the rules it triggers
  PhraseTrie phrases;
  RegexTable regexes;
};

}  // namespace vigie
