#include "engine/web/mention_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

constexpr Day kFirstDay = 20000, kDays = 12;
constexpr Day kRetention = 5;

/// Two towns whose mentions are told, edited, corrected, taken back, judged anew and outlive their
/// time by chance.
class History {
 public:
  explicit History(std::uint32_t seed) : random_(seed) {
    StoreOptions options;
    options.tenants = {"techniville", "rouveville"};
    options.retention_days = {kRetention, 0};
    options.mentions_per_pack = 4;
    store_ = Store::open(disk_.open(), std::move(options)).value();
  }
  Store& store() { return *store_; }
  std::uint32_t upto(std::size_t most) {
    return static_cast<std::uint32_t>(random_() % (most + 1));
  }

  void step() {
    const std::uint32_t what = upto(99);
    if (what < 55 || known_.empty()) {
      tell_new();
    } else if (what < 65) {
      again(Finding::Action::kKeep);
    } else if (what < 73) {
      again(Finding::Action::kDelete);
    } else if (what < 80) {
      Correction correction;
      correction.urgent = upto(1) == 1;
      store_->correct(known_[upto(known_.size() - 1)].ref, correction);
    } else if (what < 88) {
      store_->commit();
    } else if (what < 94) {
      store_->sync();
      store_->pack_some();
    } else if (what < 97) {
      judge_anew();
    } else {
      store_->expire(kFirstDay + kDays - 4 + upto(4));
    }
  }

 private:
  struct Known {
    Told told;
    MentionRef ref;
  };
  void tell_new() {
    Told told;
    told.tenant = upto(1);
    told.id = std::to_string(++said_);
    told.urgency = static_cast<Urgency>(upto(3));
    told.official = upto(9) == 0;
    told.parent = upto(4) == 0 ? std::to_string(upto(said_)) : "";
    told.hour = 24 * (kFirstDay + upto(kDays - 1)) + upto(23);
    told.author = {static_cast<unsigned char>(upto(20))};
    told.has_author = upto(4) != 0;
    if (upto(1) == 1) {
      told.topics = {upto(2)};
    }
    const Store::Applied applied = tell(*store_, told, catalogue_);
    if (applied.outcome != Store::Outcome::kStored) {
      return;
    }
    MentionRef& founder = founders_[told.tenant];
    constexpr Day kMostAfter = 7;  // a replay may tell the newest first
    if (founder.sequence != 0 && founder.day <= applied.ref.day + kMostAfter && upto(1) == 0) {
      store_->join_story(applied.ref, founder, false);
    } else {
      founder = applied.ref;
    }
    known_.push_back({told, applied.ref});
  }
  void again(Finding::Action action) {
    Told& told = known_[upto(known_.size() - 1)].told;
    told.action = action;
    ++told.revision;
    told.text = "autre " + std::to_string(told.revision);
    told.urgency = static_cast<Urgency>(upto(3));
    tell(*store_, told, catalogue_);
    told.action = Finding::Action::kKeep;
  }
  void judge_anew() {
    catalogue_ = catalogue_named("rules " + std::to_string(said_));
    std::optional<MentionRef> next = MentionRef{upto(1), 0, 0};
    while (next) {
      next = store_
                 ->reclassify_some(*next, true, catalogue_,
                                   [this](TenantId, const Catalogue&, Record& record) {
                                     record.verdict.urgency = static_cast<Urgency>(upto(3));
                                   })
                 .next;
    }
  }

  std::mt19937 random_;
  MemoryDisk disk_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
  std::vector<Known> known_;
  std::map<TenantId, MentionRef> founders_;
  std::uint32_t said_ = 0;
};

std::vector<std::string> named(const std::vector<Story>& stories) {
  std::vector<std::string> names;
  for (const Story& story : stories) {
    names.push_back(std::to_string(story.founder.day) + "-" +
                    std::to_string(story.founder.sequence) + " " + std::to_string(story.mentions) +
                    " by " + std::to_string(story.authors));
  }
  return names;
}

/// Of every mention's story, whatever the store keeps in mind.
std::vector<std::string> widest_of_all(const Store& store, TenantId tenant, Day from, Day to,
                                       std::size_t limit) {
  std::set<MentionRef> founders;
  EXPECT_TRUE(store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    founders.insert(founder_of(stored));
    return true;
  }));
  std::vector<Story> stories;
  for (const MentionRef& founder : founders) {
    const auto story = store.story(founder);
    if (founder.day >= from && founder.day < to && story.value() && (*story)->mentions > 1) {
      stories.push_back(**story);
    }
  }
  std::ranges::sort(stories, [](const Story& one, const Story& other) {
    return std::tuple(other.authors, other.mentions, one.founder) <
           std::tuple(one.authors, one.mentions, other.founder);
  });
  stories.resize(std::min(limit, stories.size()));
  return named(stories);
}

std::vector<std::string> read(MentionFacts& facts, TenantId tenant, Day last, Day since,
                              std::size_t limit) {
  std::vector<std::string> all;
  const auto done = facts.scan(tenant, last, since, [&](const MentionFact& fact) {
    std::string line;
    for (const std::uint64_t number :
         {fact.sequence, static_cast<std::uint64_t>(fact.created_at.time_since_epoch().count()),
          fact.name, fact.author, fact.founder.sequence, std::uint64_t{fact.founder.day},
          static_cast<std::uint64_t>(fact.urgency), std::uint64_t{fact.official},
          std::uint64_t{fact.leads}, std::uint64_t{fact.has_topic}}) {
      line += std::to_string(number) + ' ';
    }
    all.push_back(line);
    return all.size() < limit;
  });
  EXPECT_TRUE(done);
  return all;
}

TEST(MentionFacts, WhatIsRememberedIsWhatIsStored) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    History history(seed);
    MentionFacts remembered(history.store()), urgent(history.store(), MentionFacts::Of::kUrgent);
    std::size_t seen = 0, stories_seen = 0;
    for (int step = 0; step < 400; ++step) {
      history.step();
      if (history.upto(3) != 0) {
        continue;
      }
      const TenantId tenant = history.upto(1);
      const Day last = kFirstDay + history.upto(kDays), since = last - history.upto(kDays);
      const std::size_t limit = history.upto(1) == 0 ? 1'000'000 : 1 + history.upto(20);
      MentionFacts fresh(history.store());
      const auto stored = read(fresh, tenant, last, since, limit);
      ASSERT_EQ(read(remembered, tenant, last, since, limit), stored)
          << "seed " << seed << ", step " << step;
      seen += stored.size();
      MentionFacts fresh_urgent(history.store(), MentionFacts::Of::kUrgent);
      ASSERT_EQ(read(urgent, tenant, last, since, limit),
                read(fresh_urgent, tenant, last, since, limit))
          << "seed " << seed << ", step " << step;
      const auto widest = history.store().widest_stories(tenant, since, last, limit,
                                                         [](const Story&) { return true; });
      ASSERT_EQ(named(widest.value()), widest_of_all(history.store(), tenant, since, last, limit))
          << "seed " << seed << ", step " << step;
      stories_seen += widest->size();
    }
    EXPECT_GT(seen, 300U) << "seed " << seed;
    EXPECT_GT(stories_seen, 20U) << "seed " << seed;
  }
}

TEST(RewriteLog, SaysWhenItHasForgotten) {
  RewriteLog log;
  EXPECT_TRUE(log.since(0).complete);
  log.add({{0, 1, 2, 7}, {0, 1, 2, 8}});
  EXPECT_EQ(log.since(0).changes.size(), 2U);
  const std::uint64_t upto = log.since(0).upto;
  log.add({{0, 1, 2, 9}});
  ASSERT_EQ(log.since(upto).changes.size(), 1U);
  EXPECT_EQ(log.since(upto).changes[0].sequence, 9U);
  log.add(std::vector<Rewrite>(RewriteLog::kRemembered - 1));
  EXPECT_TRUE(log.since(upto).complete);
  EXPECT_FALSE(log.since(upto - 1).complete);
  EXPECT_TRUE(log.since(upto - 1).changes.empty());
}

}  // namespace
}  // namespace vigie
