#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/store/change_log.h"
#include "engine/store/fact_row.h"
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
  explicit History(std::uint32_t seed) : random_(seed) { open(false); }
  void open(bool read_only) {
    store_.reset();
    StoreOptions options;
    options.tenants = {"techniville", "rouveville"};
    options.retention_days = {kRetention, 0};
    options.mentions_per_pack = 4;
    options.read_only = read_only;
    store_ = Store::open(disk_.open(), std::move(options)).value();
  }
  /// The store as Vigie wrote it before there were facts.
  void take_facts_away() {
    store_->sync();
    store_.reset();
    const auto disk = disk_.open();
    WriteBatch older;
    std::vector<MentionFact> facts;
    const auto at = disk->iterate(Family::kIds);
    for (at->seek("p"); at->valid() && at->key().starts_with("p"); at->next()) {
      RefKey ref;
      ASSERT_TRUE(parse_ref_key(at->key(), ref));
      ASSERT_TRUE(read_fact_row({0, ref.day, ref.sequence}, at->value(), facts));
      std::string row;
      for (const MentionFact& fact : facts) {
        put_varint(row, fact.ref.sequence - std::exchange(ref.sequence, fact.ref.sequence));
        put_u64(row, fact.id_hash);
      }
      older.put(Family::kIds, at->key(), row);
    }
    const auto urgent = disk->iterate(Family::kUrgent);
    for (urgent->seek({}); urgent->valid(); urgent->next()) {
      older.put(Family::kUrgent, urgent->key(), {});
    }
    older.put(Family::kMeta, "format", number_key({}, kFormatWithoutFacts));
    ASSERT_TRUE(disk->write(older));
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
    told.followers = upto(1000);
    if (upto(1) == 1) {
      told.topics = {upto(2)};
    }
    const HandedOver one = hand_over(*store_, told, catalogue_);
    const Store::Applied applied = store_->apply(one.findings, one.finding);
    if (applied.outcome != Store::Outcome::kStored) {
      return;
    }
    const Time told_at(std::chrono::hours(told.hour));
    MentionRef& founder = founders_[told.tenant];
    constexpr Day kMostAfter = 7;  // a replay may tell the newest first
    if (founder.sequence != 0 && founder.day <= applied.ref.day + kMostAfter && upto(1) == 0) {
      TimeSpan& spoken = spoken_[founder];
      spoken = {std::min(spoken.from, told_at), std::max(spoken.to, told_at)};
      store_->join_story(one.findings, one.finding, applied.ref, founder, false, spoken);
    } else {
      founder = applied.ref;
      spoken_[founder] = {told_at, told_at};
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
  std::map<MentionRef, TimeSpan> spoken_;  ///< by founder
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
                                       const TimeSpan& spoken, std::size_t limit) {
  std::set<MentionRef> founders;
  EXPECT_TRUE(store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
    founders.insert(founder_of(stored));
    return true;
  }));
  std::vector<Story> stories;
  for (const MentionRef& founder : founders) {
    const auto story = store.story(founder);
    if (founder.day >= from && founder.day < to && story.value() && (*story)->mentions > 1 &&
        (*story)->last_at >= spoken.from && (*story)->first_at <= spoken.to) {
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

std::string line_of(const MentionFact& fact) {
  std::string line = to_string(fact.ref) + " of " + to_string(fact.founder);
  for (const std::uint64_t number :
       {fact.id_hash, fact.answers, fact.voice, fact.followers,
        static_cast<std::uint64_t>(fact.created_at.time_since_epoch().count()),
        static_cast<std::uint64_t>(fact.received_at.time_since_epoch().count()),
        static_cast<std::uint64_t>(fact.urgency), std::uint64_t{fact.has_author},
        std::uint64_t{fact.official}, std::uint64_t{fact.leads}, std::uint64_t{fact.has_topic}}) {
    line += ' ' + std::to_string(number);
  }
  return line;
}

/// Adds lines until there are `limit`.
auto adding_to(std::vector<std::string>& lines, std::size_t limit) {
  return [&lines, limit](const MentionFact& fact) {
    lines.push_back(line_of(fact));
    return lines.size() < limit;
  };
}

/// The same facts, by the whole mentions.
template <class Scan>
std::vector<std::string> by_mentions(const Store& store, std::size_t limit, Scan&& scan) {
  std::vector<std::string> lines;
  EXPECT_TRUE(scan([&](const StoredMention& stored) {
    lines.push_back(line_of(fact_of(stored.ref, stored.record, store.id_hasher())));
    return lines.size() < limit;
  }));
  return lines;
}

TEST(Facts, AreThoseOfTheMentionsWhateverBecomesOfThem) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    History history(seed);
    const Store& store = history.store();
    std::size_t seen = 0, urgent_seen = 0, stories_seen = 0;
    for (int step = 0; step < 400; ++step) {
      history.step();
      if (history.upto(3) != 0) {
        continue;
      }
      const std::string where = "seed " + std::to_string(seed) + ", step " + std::to_string(step);
      const TenantId tenant = history.upto(1);
      const Day last = kFirstDay + history.upto(kDays), since = last - history.upto(kDays);
      const std::size_t limit = history.upto(1) == 0 ? 1'000'000 : 1 + history.upto(20);
      const MentionRef before{tenant, last, history.upto(40)};
      std::vector<std::string> facts, urgent;
      ASSERT_TRUE(store.scan_facts(tenant, before, since, adding_to(facts, limit)));
      ASSERT_EQ(facts, by_mentions(store, limit,
                                   [&](const auto& visit) {
                                     return store.scan(tenant, before, since, visit);
                                   }))
          << where;
      ASSERT_TRUE(store.scan_urgent_facts(tenant, adding_to(urgent, limit)));
      ASSERT_EQ(urgent, by_mentions(store, limit,
                                    [&](const auto& visit) {
                                      return store.scan_urgent(tenant, {}, 0, visit);
                                    }))
          << where;
      std::vector<std::string> told;
      ASSERT_TRUE(store.scan_told_urgent(tenant, [&](const StoredMention& stored) {
        told.push_back(to_string(stored.ref));
        return true;
      }));
      std::vector<std::string> all_told;
      ASSERT_TRUE(store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
        if (was_told_urgent(stored.record)) {
          all_told.push_back(to_string(stored.ref));
        }
        return true;
      }));
      ASSERT_EQ(told, all_told) << where;
      seen += facts.size();
      urgent_seen += urgent.size();
      const Time spoken_from(std::chrono::hours(24 * kFirstDay + history.upto(24 * kDays)));
      const TimeSpan spoken{spoken_from, spoken_from + std::chrono::hours(history.upto(100))};
      const auto widest =
          store.widest_stories(tenant, since, last, spoken, limit, [&](const Story& story) {
            return story.last_at >= spoken.from && story.first_at <= spoken.to;
          });
      ASSERT_EQ(named(widest.value()), widest_of_all(store, tenant, since, last, spoken, limit))
          << where;
      stories_seen += widest->size();
    }
    EXPECT_GT(seen, 300U) << "seed " << seed;
    EXPECT_GT(urgent_seen, 300U) << "seed " << seed;
    EXPECT_GT(stories_seen, 20U) << "seed " << seed;
  }
}

/// All facts of both towns.
std::vector<std::string> all_facts(const Store& store) {
  std::vector<std::string> lines;
  for (const TenantId tenant : {0U, 1U}) {
    EXPECT_TRUE(store.scan_facts(tenant, {}, 0, adding_to(lines, ~std::size_t{0})));
    EXPECT_TRUE(store.scan_urgent_facts(tenant, adding_to(lines, ~std::size_t{0})));
  }
  return lines;
}

TEST(Facts, AStoreThatHasNoneGetsThem) {
  History history(7);
  for (int step = 0; step < 300; ++step) {
    history.step();
  }
  history.store().sync();
  const std::vector<std::string> facts = all_facts(history.store());
  EXPECT_GT(facts.size(), 50U);
  history.take_facts_away();
  history.open(true);
  EXPECT_EQ(all_facts(history.store()), facts) << "read, but not written";
  history.open(true);
  EXPECT_EQ(all_facts(history.store()), facts);
  for (int times = 0; times < 2; ++times) {
    history.open(false);
    EXPECT_EQ(all_facts(history.store()), facts);
    EXPECT_GT(history.store().stats().mentions, 20U);
  }
}

TEST(Facts, ADamagedRowIsRefused) {
  FactRowWriter writer;
  const MentionRef first{0, kFirstDay, 7};
  MentionFact fact;
  fact.ref = first;
  fact.founder = {0, kFirstDay - 1, 3};
  fact.answers = 9;
  writer.start(first);
  writer.add(fact);
  const std::string row(writer.row()), value = encode_fact(fact);
  std::vector<MentionFact> read;
  ASSERT_TRUE(read_fact_row(first, row, read));
  EXPECT_EQ(line_of(read.at(0)), line_of(fact));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(read_fact_row(first, row.substr(0, size), read)) << size;
  }
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(decode_fact(first, value.substr(0, size), fact)) << size;
  }
}

TEST(ChangeLog, SaysWhenItHasForgotten) {
  ChangeLog<int, 10> log;
  EXPECT_TRUE(log.since(0).complete);
  log.add({7, 8});
  EXPECT_EQ(log.since(0).changes.size(), 2U);
  const std::uint64_t upto = log.since(0).upto;
  log.add({9});
  EXPECT_EQ(log.since(upto).changes, std::vector{9});
  log.add(std::vector<int>(9));
  EXPECT_TRUE(log.since(upto).complete);
  EXPECT_FALSE(log.since(upto - 1).complete);
  EXPECT_TRUE(log.since(upto - 1).changes.empty());
}

}  // namespace
}  // namespace vigie
