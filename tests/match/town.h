#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/matcher.h"
#include "engine/match/rule_reader.h"
#include "engine/match/rule_set.h"
#include "engine/parse/text_folder.h"
#include "tests/temp_folder.h"

namespace vigie {

inline Tenant tenant(std::string id, std::vector<std::string> packs, NamedLists variables = {}) {
  Tenant one;
  one.id = std::move(id);
  one.packs = std::move(packs);
  one.variables = std::move(variables);
  return one;
}

/// Rules in force, and what texts make of them.
class Town {
 public:
  /// One pack "p", given as YAML. No tenants: one that lists it.
  explicit Town(std::string_view pack, std::vector<Tenant> tenants = {}) {
    const TempFolder folder;
    folder.write("p.yaml", pack);
    packs_ = read_packs(folder.path(), problems_);
    if (tenants.empty()) {
      tenants.push_back(tenant("town", {"p"}));
    }
    compile(packs_, tenants);
  }
  /// Without a file: its rules' lines only.
  static Town with_rules(const std::string& rules) { return Town("rules:\n" + rules); }
  Town(const std::vector<RulePack>& packs, const std::vector<Tenant>& tenants) : packs_(packs) {
    compile(packs, tenants);
  }

  const std::vector<Problem>& problems() const { return problems_; }
  const std::vector<RulePack>& packs() const { return packs_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const std::shared_ptr<const RuleSet>& rules() const { return rules_; }

  const Matches& match(std::string_view text, std::string_view title = {}) {
    text_ = text;
    title_ = title;
    Mention mention;
    mention.text = text_;
    mention.title = title_;
    folder_.fold(title_, text_, folded_);
    matcher_->match(mention, folded_, matches_);
    return matches_;
  }
  /// The ids of the rules that fire, as the catalogue orders them.
  std::vector<std::string> fired(std::string_view text, std::string_view title = {}) {
    std::vector<std::string> ids;
    for (const Match& match : match(text, title).matches) {
      ids.push_back(catalogue_.names[catalogue_.rules[match.rule].name]);
    }
    return ids;
  }
  bool fires(std::string_view text, std::string_view title = {}) {
    return !match(text, title).matches.empty();
  }
  /// The words of the original that made the first rule true.
  std::vector<std::string> shown(std::string_view text, std::string_view title = {}) {
    std::vector<std::string> words;
    match(text, title);
    for (std::uint32_t i = 0; !matches_.matches.empty() && i < matches_.matches[0].span_count;
         ++i) {
      const Span& span = matches_.spans[matches_.matches[0].first_span + i].span;
      words.push_back(
          (span.field == Field::kTitle ? title_ : text_).substr(span.start, span.end - span.start));
    }
    return words;
  }

 private:
  void compile(const std::vector<RulePack>& packs, const std::vector<Tenant>& tenants) {
    if (problems_.empty()) {
      rules_ = RuleSet::compile(packs, tenants, TextFolder::fold_phrase, catalogue_, problems_);
    }
    EXPECT_EQ(rules_ == nullptr, !problems_.empty()) << to_string(problems_);
    if (rules_ != nullptr) {
      matcher_ = std::make_unique<Matcher>(rules_);
    }
  }

  std::vector<Problem> problems_;
  std::vector<RulePack> packs_;
  Catalogue catalogue_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Matcher> matcher_;
  TextFolder folder_;
  FoldedText folded_;
  Matches matches_;
  std::string text_, title_;
};

/// The one sentence that a pack of these rules is refused with.
inline std::string refusal(const std::string& rules) {
  const Town town = Town::with_rules(rules);
  EXPECT_EQ(town.problems().size(), 1U) << to_string(town.problems());
  return town.problems().empty() ? "" : town.problems().front().text;
}

}  // namespace vigie
