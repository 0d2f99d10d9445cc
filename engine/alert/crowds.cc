#include "engine/alert/crowds.h"

#include <algorithm>
#include <unordered_map>

#include "engine/core/own_rules.h"

namespace vigie {

CrowdRules::CrowdRules(std::shared_ptr<const Catalogue> catalogue)
    : catalogue_(std::move(catalogue)) {
  for (const RuleInfo& rule : catalogue_->rules) {
    if (rule.crowd.authors == 0) {
      continue;
    }
    auto known =
        std::ranges::find(rules_, rule.name, [](const Counting& one) { return one.rule->name; });
    if (known == rules_.end()) {
      known = rules_.insert(known, Counting{&rule, false, {}});
    }
    known->every_tenant |= rule.every_tenant;
    known->tenants.insert(known->tenants.end(), rule.tenants.begin(), rule.tenants.end());
  }
}

bool CrowdRules::Counting::concerns(TenantId tenant) const {
  return every_tenant || std::ranges::find(tenants, tenant) != tenants.end();
}

bool CrowdRules::may_concern(std::span<const std::uint32_t> topics) const {
  return std::ranges::any_of(rules_, [&](const Counting& one) {
    return std::ranges::find(topics, one.rule->topic) != topics.end();
  });
}

std::vector<Voice> CrowdRules::voices(const MentionRef& ref, std::string_view tenant,
                                      const Record& record, Spoken spoken) const {
  std::vector<Voice> voices;
  if (record.official || record.mode == Mode::kBackfill) {
    return voices;
  }
  for (const Counting& one : rules_) {
    const RuleInfo* const rule = one.rule;
    const bool has_spoken =
        one.concerns(ref.tenant) && may_name(catalogue_->names.at(rule->name), tenant) &&
        std::ranges::find(record.topics, rule->topic) != record.topics.end() &&
        std::ranges::any_of(record.verdict.evidence, [&](const Evidence& evidence) {
          return evidence.axis == Axis::kTopic && evidence.name == rule->name;
        });
    if (has_spoken) {
      voices.push_back({ref.tenant, record.mode, catalogue_->names.at(rule->name), rule->title,
                        catalogue_->names.at(rule->topic), rule->crowd, ref.sequence,
                        record.mention.created_at, record.received_at, spoken});
    }
  }
  return voices;
}

std::vector<Spoken> Crowds::see(const Voice& voice) {
  if (voice.heard_at - voice.said_at > kMaxLate) {
    return {};
  }
  Crowd& crowd = crowds_[{voice.tenant, voice.mode, voice.rule}];
  const Time gone = voice.heard_at - kMaxLate - voice.limit.within;
  crowd.erase(crowd.begin(), std::ranges::lower_bound(crowd, gone, {}, &Heard::said_at));
  add(crowd, {voice.said_at, voice.sequence, voice.spoken});
  return enough(crowd, voice);
}

void Crowds::add(Crowd& crowd, const Heard& heard) {
  crowd.insert(std::ranges::upper_bound(crowd, heard.said_at, {}, &Heard::said_at), heard);
  const auto is_theirs = [&](const Heard& one) { return one.spoken.author == heard.spoken.author; };
  if (std::ranges::count_if(crowd, is_theirs) > static_cast<std::ptrdiff_t>(kMaxOfAuthor)) {
    crowd.erase(std::ranges::find_if(crowd, is_theirs));
  }
  if (crowd.size() > kMaxVoices) {
    crowd.erase(crowd.begin());
  }
}

/// Windows that hold the voice, the earliest first: one that ends with it is the usual case.
std::vector<Spoken> Crowds::enough(const Crowd& crowd, const Voice& voice) {
  const auto within = voice.limit.within;
  auto first = std::ranges::upper_bound(crowd, voice.said_at - within, {}, &Heard::said_at);
  std::unordered_map<std::uint64_t, std::uint32_t> authors;
  for (auto last = first; last != crowd.end() && first->said_at <= voice.said_at; ++last) {
    ++authors[last->spoken.author];
    for (; last->said_at - first->said_at >= within; ++first) {
      if (const auto left = authors.find(first->spoken.author); --left->second == 0) {
        authors.erase(left);
      }
    }
    const bool holds_it = first->said_at <= voice.said_at && last->said_at >= voice.said_at;
    if (!holds_it || authors.size() < voice.limit.authors) {
      continue;
    }
    std::vector<Spoken> all;
    for (auto one = first; one <= last; ++one) {
      all.push_back(one->spoken);
    }
    return all;
  }
  return {};
}

void Crowds::forget(TenantId tenant, std::uint64_t sequence) {
  for (auto crowd = crowds_.lower_bound({tenant, Mode{}, {}});
       crowd != crowds_.end() && std::get<TenantId>(crowd->first) == tenant;) {
    std::erase_if(crowd->second, [&](const Heard& heard) { return heard.sequence == sequence; });
    crowd = crowd->second.empty() ? crowds_.erase(crowd) : std::next(crowd);
  }
}

}  // namespace vigie
