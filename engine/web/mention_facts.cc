#include "engine/web/mention_facts.h"

#include <algorithm>
#include <vector>

namespace vigie {
namespace {

/// So many rewritten mentions are read one by one; of more, their days are read anew.
constexpr std::size_t kReadOneByOne = 200;

}  // namespace

Result<void> MentionFacts::scan(TenantId tenant, Day last, Day since, const Visit& visit) {
  if (const Result<void> done = follow_rewrites(); !done) {
    return done;
  }
  ++scans_;
  bool goes_on = true;
  for (Day upto = last; goes_on;) {
    const Result<std::optional<Day>> day = day_with_some(tenant, upto);
    if (!day) {
      return tl::make_unexpected(day.error());
    }
    if (!*day || **day < since) {
      break;
    }
    const Place place{tenant, **day};
    DayFacts& facts = days_[place];
    facts.asked_at = scans_;
    if (const Result<void> added = add_newer(place, facts); !added) {
      return added;
    }
    for (const MentionFact& fact : facts.newest_first) {
      if (!(goes_on = visit(fact))) {
        break;
      }
    }
    if (goes_on && !facts.is_whole) {
      if (const Result<void> added = add_older(place, facts, visit, goes_on); !added) {
        return added;
      }
    }
    if (**day == 0) {
      break;
    }
    upto = **day - 1;
  }
  forget_oldest();
  return {};
}

MentionFact MentionFacts::fact_of(const StoredMention& stored) const {
  const Record& record = stored.record;
  const Mention& mention = record.mention;
  MentionFact fact;
  fact.sequence = stored.ref.sequence;
  fact.created_at = mention.created_at;
  const std::string_view named = record.official ? mention.in_reply_to : mention.id;
  fact.name = named.empty() ? 0 : store_.id_hasher()(mention.source, named);
  fact.author = author_hash(record);
  fact.followers = mention.author.followers;
  fact.founder = founder_of(stored);
  fact.received_at = record.received_at;
  fact.day = stored.ref.day;
  fact.urgency = urgency_in_force(record);
  fact.official = record.official;
  fact.leads = record.leads;
  fact.has_topic = !record.topics.empty();
  return fact;
}

Result<std::optional<Day>> MentionFacts::day_with_some(TenantId tenant, Day day) const {
  return of_ == Of::kAll ? std::optional(day) : store_.urgent_day(tenant, day);
}

Result<void> MentionFacts::read(TenantId tenant, const MentionRef& before, Day since,
                                const std::function<bool(const StoredMention&)>& visit) const {
  return of_ == Of::kAll ? store_.scan(tenant, before, since, visit, RecordParts::kWithoutEvidence)
                         : store_.scan_urgent(tenant, before, since, visit);
}

Result<void> MentionFacts::follow_rewrites() {
  const RewriteLog::News news = store_.rewrites().since(rewrites_seen_);
  if (!news.complete) {
    days_.clear();
    kept_ = 0;
  }
  const bool one_by_one = news.changes.size() <= kReadOneByOne;
  for (Rewrite rewrite : news.changes) {
    rewrite.sequence = one_by_one ? rewrite.sequence : 0;
    if (const Result<void> done = follow(rewrite); !done) {
      return done;
    }
  }
  rewrites_seen_ = news.upto;
  return {};
}

Result<void> MentionFacts::follow(const Rewrite& rewrite) {
  const auto begin = days_.lower_bound({rewrite.tenant, rewrite.from});
  const auto end = days_.lower_bound({rewrite.tenant, rewrite.to});
  if (rewrite.sequence == 0) {
    for (auto day = begin; day != end; ++day) {
      kept_ -= day->second.newest_first.size();
    }
    days_.erase(begin, end);
    return {};
  }
  if (begin == end) {
    return {};
  }
  auto& facts = begin->second.newest_first;
  const auto fact =
      std::ranges::lower_bound(facts, rewrite.sequence, std::greater(), &MentionFact::sequence);
  if (fact == facts.begin() && (facts.empty() || fact->sequence != rewrite.sequence)) {
    return {};  // it is read with what is new
  }
  if (fact == facts.end() && !begin->second.is_whole) {
    return {};  // it was not read yet
  }
  const bool is_known = fact != facts.end() && fact->sequence == rewrite.sequence;
  const auto stored = store_.mention({rewrite.tenant, rewrite.from, rewrite.sequence});
  if (!stored) {
    return tl::make_unexpected(stored.error());
  }
  const bool is_wanted =
      *stored && (of_ == Of::kAll || is_urgent(urgency_in_force((*stored)->record)));
  if (is_wanted && is_known) {
    *fact = fact_of(**stored);
  } else if (is_wanted) {
    facts.insert(fact, fact_of(**stored));  // it is urgent now
    ++kept_;
  } else if (is_known) {
    facts.erase(fact);
    --kept_;
  }
  return {};
}

Result<void> MentionFacts::add_newer(const Place& place, DayFacts& facts) {
  if (facts.newest_first.empty() && !facts.is_whole) {
    return {};  // add_older() begins with the newest
  }
  const std::uint64_t known = facts.newest_first.empty() ? 0 : facts.newest_first.front().sequence;
  std::vector<MentionFact> newer;
  const auto take = [&](const StoredMention& stored) {
    if (stored.ref.sequence > known) {
      newer.push_back(fact_of(stored));
    }
    return stored.ref.sequence > known;
  };
  const auto& [tenant, day] = place;
  const Result<void> done = read(tenant, MentionRef{tenant, day + 1, 0}, day, take);
  if (done) {
    facts.newest_first.insert(facts.newest_first.begin(), newer.begin(), newer.end());
    kept_ += newer.size();
  }
  return done;
}

Result<void> MentionFacts::add_older(const Place& place, DayFacts& facts, const Visit& visit,
                                     bool& goes_on) {
  const auto& [tenant, day] = place;
  const MentionRef before = facts.newest_first.empty()
                                ? MentionRef{tenant, day + 1, 0}
                                : MentionRef{tenant, day, facts.newest_first.back().sequence};
  const Result<void> done = read(tenant, before, day, [&](const StoredMention& stored) {
    facts.newest_first.push_back(fact_of(stored));
    ++kept_;
    return goes_on = visit(facts.newest_first.back());
  });
  facts.is_whole = goes_on && done;
  return done;
}

void MentionFacts::forget_oldest() {
  if (kept_ <= kMaxKept && days_.size() <= kMaxDays) {
    return;
  }
  std::vector<std::map<Place, DayFacts>::iterator> oldest_first;
  for (auto day = days_.begin(); day != days_.end(); ++day) {
    oldest_first.push_back(day);
  }
  std::ranges::stable_sort(oldest_first, {}, [](const auto& day) { return day->second.asked_at; });
  for (const auto& day : oldest_first) {
    if (kept_ <= kMaxKept && days_.size() <= kMaxDays) {
      break;
    }
    kept_ -= day->second.newest_first.size();
    days_.erase(day);
  }
}

}  // namespace vigie
