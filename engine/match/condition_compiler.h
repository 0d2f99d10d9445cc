#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/core/settings.h"
#include "engine/match/match_program.h"
#include "engine/match/phrase_text.h"
#include "engine/match/rule.h"
#include "engine/match/rule_set.h"

namespace vigie {

/// Turns conditions into nodes of one MatchProgram.
class ConditionCompiler {
 public:
  ConditionCompiler(const PhraseFolder& fold, std::vector<Problem>& problems)
      : problems_(problems) {
    program_->fold = fold;
  }

  /// Before a pack's rules. Of what every mention pays for (expressions, words with wildcards near
  /// their beginning) the shared packs have one share together, each town's own pack one of its
  /// own.
  void begin_pack(bool is_own);
  /// Adds one rule; false if it vanished (nothing left to look for) or has problems.
  bool add_rule(const std::string& file, const Condition& condition, const NameValues& values);

  std::size_t rules() const { return program_->root.size(); }
  std::unique_ptr<MatchProgram> finish();

 private:
  using Op = MatchProgram::Op;
  using Where = MatchProgram::Where;
  /// A condition with its phrases numbered and what cannot hold taken out.
  struct Tree {
    Op op = Op::kLeaf;
    bool without = false;
    Where where = Where::kAnywhere;      ///< kLeaf
    std::uint32_t operand = 0;           ///< distance, filter or regex
    std::vector<std::uint32_t> phrases;  ///< kLeaf
    std::vector<Tree> children;
  };
  /// What makes a rule worth evaluating, and how often that is to be feared.
  struct Triggers {
    std::vector<std::uint32_t> phrases, regexes;
    std::uint64_t cost = 0;
  };

  struct Share {
    std::size_t most_regexes = 1'000, most_short_patterns = 1'000;
    std::string_view of = "the shared packs together";
    std::size_t regexes = 0, short_patterns = 0;
  };

  // No tree: can never hold.
  std::optional<Tree> reduce(const Condition& condition);
  std::optional<Tree> reduce_phrase(const Condition& condition);
  std::optional<Tree> reduce_regex(const Condition& condition);
  std::optional<Tree> reduce_filter(const Condition& condition);
  std::optional<Tree> reduce_any(const Condition& condition);
  std::optional<Tree> reduce_every(const Condition& condition);
  std::optional<std::uint32_t> number_of(const std::string& phrase, const Condition& at);

  Triggers triggers_of(const Tree& tree) const;
  void emit(const Tree& tree);
  std::uint32_t leaf(const Tree& tree);
  void complain(const Condition& at, const std::string& text);

  std::vector<Problem>& problems_;
  std::unique_ptr<MatchProgram> program_ = std::make_unique<MatchProgram>();
  std::unordered_map<std::string, std::optional<std::uint32_t>> numbers_;  ///< by phrase as written
  std::vector<std::uint64_t> costs_;                                       ///< by phrase
  std::map<std::pair<std::vector<std::uint32_t>, Where>, std::uint32_t> leaves_;
  std::vector<std::vector<std::uint32_t>> rules_of_phrase_, rules_of_regex_;

  Share shared_, own_;
  Share* share_ = &shared_;

  // Of the rule being compiled.
  const std::string* file_ = nullptr;
  const NameValues* values_ = nullptr;
  std::size_t phrases_ = 0;
};

}  // namespace vigie
