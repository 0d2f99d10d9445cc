#include "engine/pipeline/analyser.h"

#include <algorithm>
#include <utility>

#include "engine/parse/language.h"

namespace vigie {

Analyser::Analyser(std::shared_ptr<const Knowledge> knowledge)
    : knowledge_(std::move(knowledge)),
      matcher_(knowledge_->rules),
      classifier_(knowledge_->catalogue, knowledge_->lexicons, knowledge_->models) {}

void Analyser::fold(const Mention& mention, Analysis& analysis) const {
  folder_.fold(mention.title, mention.text, analysis.folded);
}

void Analyser::match(const Mention& mention, Analysis& analysis) {
  matcher_.match(mention, analysis.folded, analysis.matches);
}

void Analyser::classify(const Mention& mention, Analysis& analysis) {
  detect_language(mention.language, mention.text, analysis.verdict.language);
  classifier_.classify(analysis.folded, analysis.matches, analysis.verdict);
}

const Matches& Analyser::match(const Mention& mention) {
  fold(mention, alone_);
  match(mention, alone_);
  return alone_.matches;
}

const Verdict& Analyser::classify(const Mention& mention) {
  classify(mention, alone_);
  return alone_.verdict;
}

void Analyser::judge(TenantId tenant, Record& record) {
  match(record.mention);
  record.verdict = classify(record.mention);
  record.topics.clear();
  collect_topics(tenant, record.topics);
}

void Analyser::collect_topics(const Matches& matches, TenantId tenant,
                              std::vector<std::uint32_t>& topics) const {
  const auto first = static_cast<std::ptrdiff_t>(topics.size());
  for (const Match& match : matches.matches) {
    const RuleInfo& rule = knowledge_->catalogue->rules[match.rule];
    if (rule.kind == RuleKind::kTopic &&
        (rule.every_tenant || std::ranges::binary_search(rule.tenants, tenant))) {
      topics.push_back(rule.topic);
    }
  }
  std::sort(topics.begin() + first, topics.end());
  topics.erase(std::unique(topics.begin() + first, topics.end()), topics.end());
}

void Analyser::collect_watchers(const Matches& matches, std::size_t tenants,
                                std::vector<TenantId>& watchers) const {
  for (const Match& match : matches.matches) {
    const RuleInfo& rule = knowledge_->catalogue->rules[match.rule];
    if (rule.kind != RuleKind::kWatch) {
      continue;
    }
    if (!rule.every_tenant) {
      watchers.insert(watchers.end(), rule.tenants.begin(), rule.tenants.end());
      continue;
    }
    for (TenantId tenant = 0; tenant < tenants; ++tenant) {
      watchers.push_back(tenant);
    }
  }
}

}  // namespace vigie
