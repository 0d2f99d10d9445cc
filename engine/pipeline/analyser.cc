#include "engine/pipeline/analyser.h"

#include <algorithm>
#include <utility>

#include "engine/parse/language.h"

namespace vigie {

Analyser::Analyser(std::shared_ptr<const Knowledge> knowledge)
    : knowledge_(std::move(knowledge)),
      matcher_(knowledge_->rules),
      classifier_(knowledge_->catalogue, knowledge_->lexicons, knowledge_->models) {}

const Matches& Analyser::match(const Mention& mention) {
  folder_.fold(mention.title, mention.text, folded_);
  matcher_.match(mention, folded_, matches_);
  return matches_;
}

const Verdict& Analyser::classify(const Mention& mention) {
  detect_language(mention.language, mention.text, verdict_.language);
  classifier_.classify(folded_, matches_, verdict_);
  return verdict_;
}

void Analyser::judge(TenantId tenant, Record& record) {
  match(record.mention);
  record.verdict = classify(record.mention);
  record.topics.clear();
  collect_topics(tenant, record.topics);
}

void Analyser::collect_topics(TenantId tenant, std::vector<std::uint32_t>& topics) const {
  const auto first = static_cast<std::ptrdiff_t>(topics.size());
  for (const Match& match : matches_.matches) {
    const RuleInfo& rule = knowledge_->catalogue->rules[match.rule];
    if (rule.kind == RuleKind::kTopic &&
        (rule.every_tenant || std::ranges::binary_search(rule.tenants, tenant))) {
      topics.push_back(rule.topic);
    }
  }
  std::sort(topics.begin() + first, topics.end());
  topics.erase(std::unique(topics.begin() + first, topics.end()), topics.end());
}

void Analyser::collect_watchers(std::size_t tenants, std::vector<TenantId>& watchers) const {
  for (const Match& match : matches_.matches) {
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
