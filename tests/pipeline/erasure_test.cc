// Whoever asks a town to be forgotten is forgotten in all that the town has made of their words,
// and a store that is older than that hears of it before anybody sees it.
#include "engine/pipeline/erasure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/access/reveals.h"
#include "engine/alert/alert.h"
#include "engine/store/backup.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ErasureFlow : public testing::Test {
 protected:
  ErasureFlow() : engine(std::make_unique<TwoTowns>(disk)) {
    engine->take(by("ana", "1", "incendie à Rouen zqxvkw") + by("bob", "2", "rouen") +
                 by("ana", "3", "rouen et caen zqxvkw"));
    engine->clock.set(at("2026-10-16T06:30:00Z"));
    engine->take(by("ana", "4", "rouen encore zqxvkw") + by("bob", "5", "incendie à Rouen zqxvkw"));
  }
  static std::string by(const std::string& author, std::string_view id, std::string_view text) {
    return post(id, text,
                R"(,"author":{"id":")" + author + R"(","name":"Madame )" + author +
                    R"(","url":"https://m.example/@)" + author + R"("})");
  }
  Pseudonym ana(TenantId tenant = kRouen) const {
    return engine->pseudonyms.name(tenant, "mastodon", "ana");
  }
  ErasureEntry entry() const {
    return {"n-1", "rouen", ana(), engine->clock.now(), ErasureKind::kErasure};
  }
  Store::Erased erase() {
    Store::Erased erased;
    EXPECT_TRUE(engine->pipeline->change({{},
                                          [] {},
                                          [&](Store& store, const Store::Deleted& deleted) {
                                            erased = erase_author(store, kRouen, entry(), false,
                                                                  deleted);
                                          }}));
    engine->settle();
    return erased;
  }
  Result<Pseudonym> find(const AuthorWanted& wanted) {
    return find_author(*engine->store, engine->pseudonyms, kRouen, wanted);
  }

  MemoryDisk disk;
  std::unique_ptr<TwoTowns> engine;
};

TEST_F(ErasureFlow, ReachesAllThatWasMadeOfTheAuthorsWords) {
  const MentionRef first = engine->mention(kRouen, "1").ref;
  WorkRequest note;
  note.act = WorkAct::kNote;
  note.by = "marie";
  note.text = "note about her";
  note.at = engine->clock.now();
  note.about_day = first.day;
  note.about = first.sequence;
  ASSERT_TRUE(engine->store->work(work_on(founder_of(engine->mention(kRouen, "1"))), note));
  ASSERT_TRUE(keep_reveal(*engine->store, "rouen",
                          ask_reveal("r", ana(), "", "une bonne raison", "marie", {}).value(), {}));
  ASSERT_THAT(alert_bodies(*engine->store, kRouen), Not(IsEmpty()));
  const Store::Erased erased = erase();
  EXPECT_EQ(erased.mentions, 3U);
  EXPECT_EQ(erased.identities, 2U);
  EXPECT_THAT(stored_lines(*engine->store, kRouen),
              ElementsAre(HasSubstr("mastodon/2"),
                          AllOf(HasSubstr("mastodon/5"), Not(HasSubstr("follows")))))
      << "what bob repeated leads its story now";
  EXPECT_EQ(rolled_up(*engine->store, kRouen), recounted(*engine->store, kRouen));
  for (const std::string& body : alert_bodies(*engine->store, kRouen)) {
    const Alert alert = parse_alert(body).value();
    EXPECT_TRUE(alert.mention != to_string(first) ||
                alert.quote.find("zqxvkw") == std::string::npos)
        << body;
  }
  const auto events =
      engine->store->work_events(work_on({kRouen, first.day, first.sequence})).value();
  for (const WorkEvent& event : events) {
    EXPECT_EQ(event.done.text.find("about her"), std::string::npos);
  }
  EXPECT_TRUE(read_reveals(*engine->store, "rouen")->empty());
  EXPECT_EQ(engine->store->reveal(kRouen, ana()).value(), std::nullopt);
  EXPECT_EQ(stored_lines(*engine->store, kCaen).size(), 1U) << "the other town was not asked";
}

TEST_F(ErasureFlow, WhatTheAuthorWritesLaterIsDroppedAlsoWhatWasOnItsWay) {
  const auto on_its_way = engine->send(by("ana", "6", "rouen zqxvkw"));
  erase();
  EXPECT_EQ(on_its_way->kept + on_its_way->dropped, 1U);
  const Receipt later = engine->take(by("ana", "7", "rouen zqxvkw") + by("bob", "8", "rouen"));
  EXPECT_EQ(later.dropped, 1U);
  EXPECT_EQ(later.kept, 1U);
  EXPECT_EQ(engine->take(by("ana", "9", "caen")).kept, 1U) << "in the other town as before";
}

TEST_F(ErasureFlow, AnAuthorIsFoundByWhateverIsKnownOfThem) {
  const std::string mention = to_string(engine->mention(kRouen, "3").ref);
  EXPECT_EQ(find({"", "mastodon", "ana", "", ""}).value(), ana());
  EXPECT_EQ(find({"", "mastodon", "", "madame ANA", ""}).value(), ana());
  EXPECT_EQ(find({"", "mastodon", "", "https://m.example/@ana", ""}).value(), ana());
  EXPECT_EQ(find({"", "", "", "", mention}).value(), ana());
  EXPECT_EQ(find({"", "bluesky", "", "ana", ""}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find({"", "", "", "ana", ""}).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(find({"ana", "", "", "", ""}).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(find({"", "", "", "", "1-1"}).error().code, ErrorCode::kNotFound);
  engine->take(post("10", "rouen", R"(,"author":{"id":"an-other","name":"Madame ana"})"));
  const auto several = find({"", "mastodon", "", "madame ana", ""});
  EXPECT_EQ(several.error().code, ErrorCode::kRefused) << "it must be said who";
}

/// What a restore does: rows of before, a journal of after.
TEST_F(ErasureFlow, AnOlderStoreIsToldBeforeAnybodySeesIt) {
  MemoryDisk older;
  {
    const auto copy = older.open();
    WriteBatch rows;
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
      const auto at = engine->store->key_value().iterate(static_cast<Family>(i));
      for (at->seek({}); at->valid(); at->next()) {
        rows.put(static_cast<Family>(i), at->key(), at->value());
      }
    }
    ASSERT_TRUE(copy->write(rows));
    ASSERT_TRUE(copy->sync());
  }
  const std::vector<ErasureEntry> journal = {entry()};
  erase();
  EXPECT_TRUE(missing_erasures(engine->store->key_value(), journal)->empty());
  const auto missing = missing_erasures(*older.open(), journal).value();
  ASSERT_THAT(missing, ElementsAre(entry()));
  StoreOptions options;
  options.tenants = {"rouen", "caen"};
  {
    const auto store = Store::open(older.open(), options).value();
    replay_erasures(*store, missing, options.tenants);
  }
  EXPECT_TRUE(missing_erasures(*older.open(), journal)->empty());
  const auto store = Store::open(older.open(), options).value();
  EXPECT_EQ(stored_lines(*store, kRouen, Refs::kLeftOut),
            stored_lines(*engine->store, kRouen, Refs::kLeftOut));
  EXPECT_EQ(rolled_up(*store, kRouen), recounted(*store, kRouen));
  EXPECT_TRUE(store->is_suppressed(kRouen, ana()));
}

}  // namespace
}  // namespace vigie
