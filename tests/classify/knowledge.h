#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/classify/classifier.h"
#include "engine/parse/text_folder.h"

namespace vigie {

/// The shipped lexicons, a few rules made by hand, and one mention at a time through them.
class TestKnowledge {
 public:
  explicit TestKnowledge(Models models = Models())
      : models_(std::make_shared<const Models>(std::move(models))) {
    std::vector<Problem> problems;
    lexicons_ = read_lexicons(VIGIE_SOURCE_DIR "/rules/lexicons", TextFolder::fold_phrase,
                              *catalogue_, problems);
    problems_ = to_string(problems);
  }

  bool ready() const { return lexicons_ != nullptr; }
  const std::string& problems() const { return problems_; }
  const Catalogue& catalogue() const { return *catalogue_; }

  /// A rule that fires wherever the test says so; its number.
  std::uint32_t add_rule(std::string name, RuleKind kind, std::int32_t weight, bool firm = true) {
    RuleInfo rule;
    rule.firm = firm;
    rule.kind = kind;
    rule.weight = weight;
    // Of a topic rule, its topic is called as the rule is.
    for (rule.name = 0; rule.name < catalogue_->names.size(); ++rule.name) {
      if (catalogue_->names[rule.name] == name) {
        break;
      }
    }
    if (rule.name == catalogue_->names.size()) {
      catalogue_->names.push_back(std::move(name));
    }
    rule.topic = kind == RuleKind::kTopic ? rule.name : 0;
    catalogue_->rules.push_back(rule);
    return static_cast<std::uint32_t>(catalogue_->rules.size() - 1);
  }

  const Verdict& classify(std::string_view text, std::string_view language = "fr",
                          const std::vector<std::uint32_t>& rules = {},
                          std::uint32_t spans_per_rule = 1) {
    folder_.fold({}, text, folded_);
    matches_.clear();
    for (const std::uint32_t rule : rules) {
      const auto first = static_cast<std::uint32_t>(matches_.spans.size());
      for (std::uint32_t i = 0; i < spans_per_rule; ++i) {
        matches_.spans.push_back({folded_.original(i, i), i, i});
      }
      matches_.matches.push_back({rule, first, spans_per_rule});
    }
    if (!classifier_) {
      classifier_ = std::make_unique<Classifier>(catalogue_, lexicons_, models_);
    }
    verdict_.language[0] = verdict_.language[1] = 0;
    language.copy(verdict_.language, 2);
    classifier_->classify(folded_, matches_, verdict_);
    return verdict_;
  }

 private:
  std::shared_ptr<Catalogue> catalogue_ = std::make_shared<Catalogue>();
  std::shared_ptr<const Lexicons> lexicons_;
  std::shared_ptr<const Models> models_;
  std::string problems_;
  std::unique_ptr<Classifier> classifier_;
  TextFolder folder_;
  FoldedText folded_;
  Matches matches_;
  Verdict verdict_;
};

}  // namespace vigie
