#include "engine/match/explainer.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace vigie {
namespace {

using Op = Condition::Op;

bool looks_at_the_text(Op op) {
  return op != Op::kAny && op != Op::kAll && op != Op::kNone && op != Op::kFilter;
}

/// The parts of `rule` that look at the text, parents before children, each as a rule of its own
/// whose id is its number.
void add_parts(const Condition& condition, const Rule& rule, std::size_t& next, RulePack& pack) {
  if (looks_at_the_text(condition.op)) {
    Rule part = rule;
    part.id = std::to_string(next++);
    part.topic = part.title = "";
    part.condition = condition;
    pack.rules.push_back(std::move(part));
  }
  for (const Condition& child : condition.children) {
    add_parts(child, rule, next, pack);
  }
}

std::string written(const Condition& condition) {
  const std::string distance = '/' + std::to_string(condition.distance);
  const std::string_view without = condition.without ? " NOT" : "";
  switch (condition.op) {
    case Op::kPhrase:
      return std::string(!condition.field                    ? ""
                         : *condition.field == Field::kTitle ? "title:"
                                                             : "text:") +
             '"' + condition.text + '"';
    case Op::kAny:
      return "any";
    case Op::kAll:
      return "all";
    case Op::kNone:
      return "none";
    case Op::kNear:
      return ("NEAR" + distance).append(without);
    case Op::kOrdered:
      return ("ONEAR" + distance).append(without);
    case Op::kSentence:
      return std::string("SENTENCE").append(without);
    case Op::kFilter:
      return condition.text + ':' + condition.filter.text;
    case Op::kRegex:
      return '/' + condition.text + '/';
  }
  return {};
}

bool holds_for(const RuleInfo& rule, TenantId tenant) {
  return rule.every_tenant || std::ranges::binary_search(rule.tenants, tenant);
}

}  // namespace

std::unique_ptr<Explainer> Explainer::make(const std::vector<RulePack>& packs,
                                           const std::vector<Tenant>& tenants,
                                           std::string_view rule, const PhraseFolder& fold,
                                           std::vector<Problem>& problems) {
  std::unique_ptr<Explainer> explainer(new Explainer(tenants, fold));
  std::vector<RulePack> parts;
  std::size_t next = 0;
  for (const RulePack& pack : packs) {
    RulePack of_pack = pack;
    of_pack.rules.clear();
    for (const Rule& one : pack.rules) {
      if (rule.empty() || one.id == rule) {
        explainer->rules_.push_back({one, parts.size(), next});
        add_parts(one.condition, one, next, of_pack);
      }
    }
    explainer->packs_.push_back(pack.name);
    parts.push_back(std::move(of_pack));
  }
  const auto compiled = RuleSet::compile(parts, tenants, fold, explainer->catalogue_, problems);
  if (compiled == nullptr) {
    return nullptr;
  }
  explainer->found_.resize(next);
  explainer->matcher_ = std::make_unique<Matcher>(compiled);
  return explainer;
}

std::vector<Explainer::OfRule> Explainer::explain(const Mention& mention, const FoldedText& folded,
                                                  TenantId tenant) {
  for (auto& spans : found_) {
    spans.clear();
  }
  Matches matches;
  matcher_->match(mention, folded, matches);
  for (const Match& match : matches.matches) {
    const RuleInfo& info = catalogue_.rules[match.rule];
    if (!holds_for(info, tenant)) {
      continue;
    }
    const std::string& number = catalogue_.names[info.name];
    std::size_t part = 0;
    std::from_chars(number.data(), number.data() + number.size(), part);
    for (std::uint32_t i = 0; i < match.span_count; ++i) {
      found_[part].push_back(matches.spans[match.first_span + i].span);
    }
  }
  std::vector<OfRule> all;
  for (const Entry& rule : rules_) {
    const std::vector<std::string>& listed = tenants_[tenant].packs;
    if (std::ranges::find(listed, packs_[rule.pack]) != listed.end()) {
      std::size_t part = rule.first_part;
      all.push_back({&rule.rule, explain_part(rule.rule.condition, part, mention)});
    }
  }
  return all;
}

Explanation Explainer::explain_part(const Condition& condition, std::size_t& part,
                                    const Mention& mention) const {
  Explanation explanation;
  explanation.condition = written(condition);
  explanation.is_phrase = condition.op == Op::kPhrase;
  if (looks_at_the_text(condition.op)) {
    explanation.spans = found_[part++];
    explanation.holds = !explanation.spans.empty();
  }
  for (const Condition& child : condition.children) {
    explanation.children.push_back(explain_part(child, part, mention));
  }
  const auto& children = explanation.children;
  if (condition.op == Op::kAny || condition.op == Op::kNone) {
    explanation.holds =
        std::ranges::any_of(children, &Explanation::holds) == (condition.op == Op::kAny);
  } else if (condition.op == Op::kAll) {
    explanation.holds = std::ranges::all_of(children, &Explanation::holds);
  } else if (condition.op == Op::kFilter) {
    Filter filter = condition.filter;
    filter.words = fold_(filter.text);
    explanation.holds = vigie::holds(filter, mention, fold_);
  }
  return explanation;
}

}  // namespace vigie
