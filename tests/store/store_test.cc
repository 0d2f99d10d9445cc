#include "engine/store/store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "engine/store/keys.h"
#include "engine/store/memory_key_value.h"
#include "engine/store/rocks_key_value.h"
#include "tests/store/store_fixture.h"
#include "tests/store/work_on_alert.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using Outcome = Store::Outcome;
using Action = Finding::Action;

StoreOptions two_tenants() {
  StoreOptions options;
  options.tenants = {"rouen", "caen"};
  return options;
}

/// Every fact holds on memory and on RocksDB alike.
class StoreFacts : public testing::TestWithParam<bool> {
 protected:
  StoreFacts() { reopen(); }
  void reopen() {
    store.reset();
    auto key_value = open_key_value();
    ASSERT_TRUE(key_value) << key_value.error().text;
    auto opened = Store::open(std::move(*key_value), two_tenants());
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  Result<std::unique_ptr<KeyValue>> open_key_value() {
    return GetParam() ? open_rocks(folder_.path()) : disk.open();
  }
  Outcome tell_one(const Told& told) { return tell(*store, told, catalogue).outcome; }
  std::vector<std::string> texts(TenantId tenant) {
    std::vector<std::string> found;
    const auto done = store->scan(tenant, {}, 0, [&](const StoredMention& stored) {
      found.emplace_back(stored.record.mention.text);
      return true;
    });
    EXPECT_TRUE(done);
    return found;
  }

  MemoryDisk disk;
  std::shared_ptr<const Catalogue> catalogue = catalogue_named("a");

 private:
  TempFolder folder_;  // outlives the store that writes into it

 protected:
  std::unique_ptr<Store> store;
};
INSTANTIATE_TEST_SUITE_P(KeyValues, StoreFacts, testing::Bool());

TEST_P(StoreFacts, AnotherVersionsFolderIsRefusedAndLeftAsItIs) {
  EXPECT_EQ(tell_one({.id = "1"}), Outcome::kStored);
  store->commit();
  store.reset();
  const auto refusal_of = [&](std::uint32_t format) {
    auto key_value = open_key_value();
    WriteBatch batch;
    batch.put(Family::kMeta, "format", number_key({}, format));
    EXPECT_TRUE((*key_value)->write(batch));
    const auto opened = Store::open(std::move(*key_value), two_tenants());
    return opened ? std::nullopt : std::optional(opened.error().code);
  };
  EXPECT_EQ(refusal_of(kStoreFormat + 1), ErrorCode::kTooNew);
  EXPECT_EQ(refusal_of(kFormatWithoutFacts - 1), ErrorCode::kCorrupt);
  EXPECT_EQ(refusal_of(kStoreFormat), std::nullopt);
  reopen();
  EXPECT_EQ(texts(0).size(), 1U);
}

TEST_P(StoreFacts, TellsTheSameMentionOnceEvenAfterReopening) {
  EXPECT_EQ(tell_one({.id = "1"}), Outcome::kStored);
  EXPECT_EQ(tell_one({.id = "1"}), Outcome::kDuplicate);
  EXPECT_EQ(tell_one({.tenant = 1, .id = "1"}), Outcome::kStored);
  store->commit();
  reopen();
  EXPECT_EQ(tell_one({.id = "1"}), Outcome::kDuplicate);
  EXPECT_EQ(texts(0).size(), 1U);
}

TEST_P(StoreFacts, ADeletionOutlivesALateOriginal) {
  EXPECT_EQ(tell_one({.id = "1", .action = Action::kDelete}), Outcome::kRemembered);
  store->commit();
  reopen();
  EXPECT_EQ(tell_one({.id = "1"}), Outcome::kDuplicate);
  EXPECT_TRUE(texts(0).empty());
}

TEST_P(StoreFacts, KeepsAReplyOnlyIfItsParentIsKept) {
  EXPECT_EQ(tell_one({.id = "2", .action = Action::kKeepIfParentKnown, .parent = "1"}),
            Outcome::kDropped);
  tell_one({.id = "1"});
  EXPECT_EQ(tell_one({.id = "2", .action = Action::kKeepIfParentKnown, .parent = "1"}),
            Outcome::kStored);
  EXPECT_EQ(tell_one({.id = "3", .action = Action::kReplaceIfKnown, .revision = 1}),
            Outcome::kDropped);
}

TEST_P(StoreFacts, RevealsWhoWroteAndTheLatestIdentity) {
  tell_one({.id = "1", .identity = {.id = "a", .name = "Ana", .url = {}}});
  tell_one({.id = "2", .identity = {.id = "a", .name = "Anna", .url = {}}});
  store->commit();
  Pseudonym author{};
  author[0] = 7;
  EXPECT_EQ(**store->reveal(0, author), R"({"id":"a","name":"Anna","url":""})");
  EXPECT_FALSE(*store->reveal(1, author));
}

TEST_P(StoreFacts, ShowsDeliveriesOnceTheyAreDurable) {
  EXPECT_EQ(store->add_alert(0, 20000, "fuite", {"mail"}), 1U);
  store->commit();
  EXPECT_TRUE(store->deliveries(false, Time(), 10)->empty());
  store->sync();
  ASSERT_EQ(store->deliveries(false, Time(), 10)->size(), 1U);
  work_on_alert(*store, 1, WorkAct::kTake, "lea", Time());
  store->delivery_done(1, "mail");
  EXPECT_TRUE(store->deliveries(false, Time(), 10)->empty());
  EXPECT_EQ(store->alerts(0, 0, 10)->at(0).work.by, "lea");
}

/// A verdict that depends on the words alone; they are a number.
Told judged_by_text(Told told) {
  const unsigned long number = std::stoul(told.text);
  told.tone = static_cast<Tone>(number % 3);
  told.urgency = static_cast<Urgency>(number / 3 % 4);
  told.topics = {static_cast<std::uint32_t>(number / 7 % 3)};
  return told;
}
void judge_by_text(TenantId, const Catalogue&, Record& record) {
  Told told;
  told.text = record.mention.text;
  told = judged_by_text(told);
  record.verdict.tone = told.tone;
  record.verdict.urgency = told.urgency;
  record.topics = told.topics;
}

TEST_P(StoreFacts, AgreesWithANaiveOracleThroughAnyHistory) {
  struct Kept {
    Told told;
    std::int64_t first_hour;
    MentionRef ref;
    std::string ruleset;
    Correction said = {};
  };
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](unsigned count) { return static_cast<std::uint32_t>(random() % count); };
  std::map<std::pair<TenantId, std::string>, std::optional<Kept>> oracle;
  std::set<std::string> deleted;  // by their source: for every tenant
  for (int step = 0; step < 6000; ++step) {
    if (pick(20) == 0) store->commit();
    if (pick(100) == 0) store->pack_some();
    if (pick(1500) == 0) {
      store->sync();
      reopen();
    }
    if (pick(500) == 0) catalogue = catalogue_named(std::to_string(pick(3)));
    if (pick(400) == 0) {
      for (TenantId tenant = 0; tenant < 2; ++tenant) {
        for (std::optional from{MentionRef{tenant, 0, 0}}; from;) {
          from = store->reclassify_some(*from, false, catalogue, judge_by_text).next;
        }
      }
      for (auto& [name, slot] : oracle) {
        if (slot && slot->ruleset != catalogue->ruleset) {
          slot->ruleset = catalogue->ruleset;
          slot->told = judged_by_text(slot->told);
        }
      }
    }
    if (pick(4) == 0) {
      auto& slot = oracle[{pick(2), std::to_string(pick(900))}];
      Correction said;
      if (pick(3) != 0) said.tone = static_cast<Tone>(pick(3));
      if (pick(2) == 0) said.urgent = pick(2) == 0;
      if (slot) {
        ASSERT_TRUE(store->correct(slot->ref, said)) << "step " << step;
        slot->said = said;
      }
    }
    Told told{.tenant = pick(2), .id = std::to_string(pick(900)), .text = std::to_string(step)};
    told.action = pick(6) == 0 ? Action::kDelete : Action::kKeep;
    told.revision = pick(3);
    told.tone = static_cast<Tone>(pick(3));
    told.urgency = static_cast<Urgency>(pick(4));
    told.official = pick(9) == 0;
    told.hour += pick(72);
    if (pick(2) == 0) told.topics = {pick(3)};
    auto& slot = oracle[{told.tenant, told.id}];
    if (slot && pick(3) == 0) told.text = slot->told.text;
    const Store::Applied applied = tell(*store, told, catalogue);
    const auto outcome = applied.outcome;
    const MentionRef ref = applied.ref;
    Outcome expected = Outcome::kDuplicate;
    if (told.action == Action::kDelete) {
      const bool is_news = deleted.insert(told.id).second;
      expected = slot ? Outcome::kDeleted : is_news ? Outcome::kRemembered : Outcome::kDuplicate;
      slot.reset();
    } else if (deleted.contains(told.id)) {
      expected = Outcome::kDuplicate;
    } else if (!slot) {
      expected = Outcome::kStored;
      slot = Kept{told, told.hour, ref, catalogue->ruleset};
    } else if (told.revision > slot->told.revision) {
      expected = Outcome::kReplaced;
      if (told.text != slot->told.text) slot->said = {};
      slot->told = told;
      slot->ruleset = catalogue->ruleset;
    }
    ASSERT_EQ(outcome, expected) << "step " << step;
  }
  store->sync();
  while (store->pack_some()) {
  }
  for (int round = 0; round < 2; ++round, reopen()) {
    for (TenantId tenant = 0; tenant < 2; ++tenant) {
      std::map<std::string, std::string> told, kept;
      std::set<std::string> urgent, found_urgent;
      std::map<std::tuple<std::uint32_t, std::string, Tone, Urgency>, std::int64_t> counts, cells;
      for (const auto& [name, slot] : oracle) {
        if (name.first != tenant || !slot) continue;
        told[name.second] = slot->told.text;
        const Tone tone = slot->said.tone.value_or(slot->told.tone);
        Urgency urgency = slot->told.urgency;
        if (slot->said.urgent && *slot->said.urgent != (urgency >= Urgency::kHigh)) {
          urgency = *slot->said.urgent ? Urgency::kHigh : Urgency::kMedium;
        }
        if (urgency >= Urgency::kHigh) urgent.insert(name.second);
        if (slot->told.official) continue;
        const auto hour = static_cast<std::uint32_t>(slot->first_hour);
        ++counts[{hour, "", tone, urgency}];
        for (const auto topic : slot->told.topics) {
          ++counts[{hour, catalogue->names[topic], tone, urgency}];
        }
      }
      ASSERT_TRUE(store->scan(tenant, {}, 0, [&](const StoredMention& stored) {
        EXPECT_TRUE(kept.emplace(stored.record.mention.id, stored.record.mention.text).second);
        EXPECT_EQ((*store->mention(stored.ref))->record.mention.text, stored.record.mention.text);
        return true;
      }));
      EXPECT_EQ(kept, told);
      ASSERT_TRUE(store->scan_urgent(tenant, {}, 0, [&](const StoredMention& stored) {
        return found_urgent.emplace(stored.record.mention.id).second;
      }));
      EXPECT_EQ(found_urgent, urgent);
      const auto add = [&](const RollupRow& row) {
        row.for_each([&](Tone tone, Urgency level, std::int64_t count) {
          cells[{row.bucket, std::string(row.topic), tone, level}] += count;
        });
      };
      ASSERT_TRUE(store->visit_rollups(tenant, RollupGrain::kHour, 0, ~0U, add));
      EXPECT_EQ(cells, counts);
    }
  }
}

TEST(Store, APowerCutTakesOnlyWhatWasNotSynced) {
  MemoryDisk disk;
  auto store = std::move(*Store::open(disk.open(), two_tenants()));
  tell(*store, {.id = "safe"}, catalogue_named("a"));
  store->sync();
  tell(*store, {.id = "lost"}, catalogue_named("a"));
  store->commit();
  store.reset();
  disk.lose_unsynced();
  store = std::move(*Store::open(disk.open(), two_tenants()));
  EXPECT_EQ(tell(*store, {.id = "safe"}, catalogue_named("a")).outcome, Outcome::kDuplicate);
  EXPECT_EQ(tell(*store, {.id = "lost"}, catalogue_named("a")).outcome, Outcome::kStored);
}

// The name makes it run first, before RocksDB has threads that a fork would leave behind.
TEST(StoreDeathTest, AKilledProcessLosesNothingAcknowledged) {
  TempFolder folder;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = std::move(*Store::open(std::move(*open_rocks(folder.path())), two_tenants()));
    const auto catalogue = catalogue_named("a");
    for (int i = 0;; ++i) {
      tell(*store, {.id = std::to_string(i)}, catalogue);
      store->sync();
      if (::write(pipe[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(pipe[1]);
  int acknowledged = -1;
  while (acknowledged < 200 &&
         ::read(pipe[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
  ASSERT_EQ(acknowledged, 200) << "it ended by itself";
  auto store = std::move(*Store::open(std::move(*open_rocks(folder.path())), two_tenants()));
  std::map<std::string, int> found;
  ASSERT_TRUE(store->scan(0, {}, 0, [&](const StoredMention& stored) {
    ++found[std::string(stored.record.mention.id)];
    return true;
  }));
  for (int i = 0; i <= acknowledged; ++i) {
    EXPECT_EQ(found[std::to_string(i)], 1) << i;
  }
}

TEST_P(StoreFacts, ACorrectionSaysWhoAndWhenAndWhatWasSaidBefore) {
  const MentionRef ref = tell(*store, {.id = "1"}, catalogue).ref;
  const auto said = [&] { return (*store->mention(ref))->record.corrections; };
  for (int i = 0; i < 20; ++i) {
    Correction correction;
    correction.useful = i % 2 == 0;
    correction.by = "léa" + std::to_string(i);
    correction.at = Time(std::chrono::seconds(i));
    EXPECT_TRUE(store->correct(ref, correction));
  }
  store->sync();
  reopen();
  while (store->pack_some()) {
  }
  ASSERT_EQ(said().size(), kMaxCorrections);
  EXPECT_EQ(said().front().by, "léa12");
  EXPECT_EQ(said().back().by, "léa19");
  EXPECT_EQ(said().back().at, Time(std::chrono::seconds(19)));
  EXPECT_EQ(said().back().useful, false);
  EXPECT_FALSE(said().back().tone || said().back().urgent);
}

TEST_P(StoreFacts, NobodyCorrectsWhatIsNotThere) {
  const MentionRef ref = tell(*store, {.id = "1"}, catalogue).ref;
  Correction negative;
  negative.tone = Tone::kNegative;
  EXPECT_FALSE(store->correct({0, ref.day, ref.sequence + 1}, negative));
  EXPECT_FALSE(store->correct({0, ref.day + 1, ref.sequence}, negative));
  EXPECT_FALSE(store->correct({1, ref.day, ref.sequence}, negative)) << "another tenant's";
  EXPECT_FALSE(store->correct({7, ref.day, ref.sequence}, negative));
  tell_one({.id = "1", .action = Action::kDelete});
  EXPECT_FALSE(store->correct(ref, negative));
  store->commit();
  EXPECT_TRUE(counts_nothing(*store));
}

TEST(Record, JoinedIsWhatItWouldBeHadItBeenOfTheStory) {
  for (const bool leads : {false, true}) {
    for (const std::uint64_t likes : {0U, 7U}) {  // flags of one byte, of two and of three
      Record record;
      record.mention.source = "mastodon";
      record.mention.id = "1";
      record.mention.text = "Une fuite d'eau";
      record.mention.engagement.likes = likes;
      record.topics = {1, 300};
      record.verdict.evidence.push_back({Axis::kTone, 5, {Field::kText, 1, 9}, -400});
      std::string alone, joined = "before ", expected = joined;
      encode_record(record, alone);
      record.repeats = {20'000, 1'234'567};
      record.leads = leads;
      encode_record(record, expected);
      join_record(alone, *record.repeats, leads, joined);
      EXPECT_EQ(joined, expected);
    }
  }
}

TEST(Record, CutAnywhereIsRefused) {
  Record record;
  record.mention.id = "1";
  record.mention.text = "Une fuite d'eau";
  record.mention.place.latitude = 49.4;
  record.mention.rating = 4;
  record.topics = {1, 300};
  record.verdict.tone_sum = -1100;
  record.verdict.evidence.push_back({Axis::kTone, 5, {Field::kTitle, 1, 9}, -400});
  record.verdict.evidence.push_back({Axis::kTone, kLearnedRest, {}, -850});
  record.verdict.evidence.push_back({Axis::kTone, kLearnedWord, {Field::kText, 4, 9}, 150});
  record.told_otherwise = true;
  record.corrections = {{Tone::kPositive, false, std::nullopt, "léa", Time(microseconds(-5))}, {}};
  std::string bytes;
  encode_record(record, bytes);
  const auto read = decode_record(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->mention.text, record.mention.text);
  EXPECT_EQ(read->mention.rating, 4);
  EXPECT_EQ(read->topics, record.topics);
  EXPECT_EQ(read->verdict.evidence, record.verdict.evidence);
  EXPECT_TRUE(read->told_otherwise);
  ASSERT_EQ(read->corrections.size(), 2U);
  EXPECT_TRUE(read->corrections[0].agrees_with(record.corrections[0]));
  EXPECT_EQ(read->corrections[0].by, "léa");
  EXPECT_EQ(read->corrections[0].at, record.corrections[0].at);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_record(std::string_view(bytes).substr(0, size))) << size;
  }
}

/// A folder as it was before there were the newest families.
TEST(StoreFolder, AnEarlierVersionsIsBroughtUpToDateByTheServiceAndOthersSaySo) {
  const TempFolder folder;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* earlier = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, folder.path(), &earlier).ok());
    delete earlier;
  }
  RocksOptions reading;
  reading.read_only = true;
  const auto refused = open_rocks(folder.path(), reading);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("start the service once"), std::string::npos)
      << refused.error().text;
  EXPECT_TRUE(open_rocks(folder.path()));
  EXPECT_TRUE(open_rocks(folder.path(), reading));
}

}  // namespace
}  // namespace vigie
