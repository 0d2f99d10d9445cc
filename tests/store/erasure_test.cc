// Whoever is forgotten leaves no byte: neither in what readers see nor in any file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "engine/store/backup.h"
#include "engine/store/memory_key_value.h"
#include "engine/store/rocks_key_value.h"
#include "tests/store/byte_probe.h"
#include "tests/store/store_fixture.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Day kFirstDay = 20'000;
constexpr std::string_view kWord = "zqxvkw83jhmfeuille", kName = "Ygrzopt Wbnd";

class ErasureOnDisk : public testing::Test {
 protected:
  ErasureOnDisk() { open(); }
  void open() {
    store.reset();
    StoreOptions options;
    options.tenants = {"rouen", "caen"};
    options.retention_days = {30, 30};
    auto key_value = open_rocks(folder + "/store");
    ASSERT_TRUE(key_value) << key_value.error().text;
    auto opened = Store::open(std::move(*key_value), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  static Pseudonym author(unsigned char number) {
    Pseudonym named{};
    named[0] = number;
    return named;
  }
  void tell_by(unsigned char who, const std::string& id, const std::string& text,
               Day day = kFirstDay) {
    Told told;
    told.id = id;
    told.text = text;
    told.author = author(who);
    told.has_author = true;
    told.urgency = Urgency::kHigh;
    told.hour = std::int64_t{day} * 24;
    told.identity = who == 1 ? Author{.id = "a", .name = kName, .url = {}}
                             : Author{.id = "b", .name = "Autre", .url = {}};
    EXPECT_EQ(tell(*store, told, catalogue).outcome, Store::Outcome::kStored) << id;
  }
  /// What ana says, on two days, among what others say; in packs, tails, overlays, alerts, letters.
  void fill() {
    for (int i = 0; i < 200; ++i) {
      tell_by(2, "other-" + std::to_string(i), "ordinary words " + std::to_string(i));
    }
    tell_by(1, "long-id-of-ana-1", "avant " + std::string(kWord) + " après");
    store->sync();
    tell_by(1, "long-id-of-ana-2", std::string(kWord) + " encore", kFirstDay + 1);
    store->add_alert(0, kFirstDay, "quote of " + std::string(kWord), {"mail"});
    for (const std::string_view torn : {"torn long-id-of-ana-1", "another's"}) {
      store->add_dead_letter(
          "hook", Time(std::chrono::hours(24 * kFirstDay)),
          {RejectReason::kMalformed, "torn", std::string(torn) + " " + std::string(kWord)});
    }
    store->sync();
    const MentionRef first = ref_of("long-id-of-ana-1");
    store->correct(first, {Tone::kPositive, {}, {}, "jeanne", {}});  // one version more
    store->sync();
  }
  MentionRef ref_of(const std::string& id) {
    MentionRef ref;
    EXPECT_TRUE(store->scan(0, {}, 0, [&](const StoredMention& stored) {
      if (stored.record.mention.id == id) {
        ref = stored.ref;
      }
      return true;
    }));
    return ref;
  }
  Store::Erased erase(bool everywhere = false) {
    const auto withdraw = [](std::string_view body, const std::set<MentionRef>& mentions) {
      EXPECT_FALSE(mentions.empty());
      return body.find(kWord) == body.npos ? std::nullopt : std::optional<std::string>("gone");
    };
    const Store::Erased erased = store->erase_author(
        {0,
         author(1),
         Time(std::chrono::hours(24 * (kFirstDay + 2))),
         "2026-1",
         {"another's"},
         everywhere},
        withdraw, [this](const Store::Applied& gone) { told_of.push_back(gone.ref); });
    store->sync();
    return erased;
  }
  void clean() {
    while (store->pack_some(Store::Fold::kOverlaid)) {
    }
    const std::uint64_t upto = store->unscrubbed();
    std::atomic<bool> cancelled{false};
    EXPECT_TRUE(store->scrub(cancelled));
    store->scrubbed(upto);
    store->sync();
  }

  TempFolder temp;
  const std::string folder = temp.path();
  std::unique_ptr<Store> store;
  std::shared_ptr<const Catalogue> catalogue = catalogue_named("first");
  std::vector<MentionRef> told_of;
};

TEST_F(ErasureOnDisk, LeavesNoByteOfTheAuthorInAnyFile) {
  fill();
  const ByteProbe probe(folder);
  ASSERT_THAT(probe.find(kWord), Not(IsEmpty())) << "the probe finds what is there";
  const Store::Erased erased = erase();
  EXPECT_EQ(erased.mentions, 2U);
  EXPECT_EQ(erased.identities, 2U) << "one a day";
  EXPECT_EQ(erased.alerts, 1U);
  EXPECT_EQ(erased.dead_letters, 2U);
  EXPECT_EQ(told_of.size(), 2U);
  EXPECT_NE(store->unscrubbed(), 0U);
  EXPECT_THAT(probe.find(kWord), Not(IsEmpty())) << "files are rewritten after the answer";
  clean();
  EXPECT_EQ(store->unscrubbed(), 0U);
  EXPECT_THAT(probe.find(kWord), IsEmpty());
  EXPECT_EQ(store->stats().mentions, 200U);
  EXPECT_EQ(store->reveal(0, author(1)).value(), std::nullopt);
  EXPECT_TRUE(store->reveal(0, author(2)).value());
  open();
  EXPECT_THAT(probe.find(kWord), IsEmpty());
  EXPECT_EQ(store->stats().mentions, 200U);
}

TEST_F(ErasureOnDisk, NothingOfTheAuthorComesBack) {
  fill();
  erase();
  Told again;
  again.id = "new";
  again.author = author(1);
  EXPECT_EQ(tell(*store, again, catalogue).outcome, Store::Outcome::kDropped);
  EXPECT_EQ(store->stats().suppressed, 1U);
  open();
  EXPECT_EQ(tell(*store, again, catalogue).outcome, Store::Outcome::kDropped);
  again.tenant = 1;
  EXPECT_EQ(tell(*store, again, catalogue).outcome, Store::Outcome::kStored)
      << "another town was not asked";
  EXPECT_TRUE(store->is_suppressed(0, author(1)));
  EXPECT_FALSE(store->is_suppressed(0, author(2)));
}

TEST_F(ErasureOnDisk, AnInterruptedOneIsKnownAsSuchAndCanBeAskedForAgain) {
  fill();
  const Pseudonym ana = author(1);
  EXPECT_EQ(erasure_in(store->key_value(), "rouen", ana).value(), std::nullopt);
  std::optional<std::string> midway;
  store->erase_author(
      {0, ana, {}, "2026-1"}, [](auto, auto&) { return std::nullopt; },
      [&](const Store::Applied&) {
        midway = erasure_in(store->key_value(), "rouen", ana).value();
      });
  EXPECT_EQ(midway, "") << "begun, not done";
  EXPECT_EQ(erasure_in(store->key_value(), "rouen", ana).value(), "2026-1");
  EXPECT_EQ(erase(true).mentions, 0U) << "once more does no harm";
  EXPECT_EQ(erasure_in(store->key_value(), "nowhere", ana).value(), std::nullopt);
}

TEST_F(ErasureOnDisk, RetentionLeavesNoByteEither) {
  fill();
  const ByteProbe probe(folder);
  store->expire(kFirstDay + 20);
  EXPECT_EQ(store->unscrubbed(), 0U) << "nothing was old enough";
  ASSERT_THAT(probe.find(kWord), Not(IsEmpty()));
  store->expire(kFirstDay + 32);
  const std::uint64_t upto = store->unscrubbed();
  ASSERT_NE(upto, 0U);
  open();
  EXPECT_EQ(store->unscrubbed(), upto) << "a restart does not forget that files hold it";
  clean();
  EXPECT_THAT(probe.find(kWord), IsEmpty());
  EXPECT_THAT(probe.find("ordinary words"), IsEmpty());
}

TEST_F(ErasureOnDisk, ReceiptsAreFoundAgainNewestFirst) {
  for (const std::string number : {"1", "2"}) {
    store->put_receipt(0, number, Time(microseconds(std::stoi(number))), "said " + number);
  }
  store->put_receipt(1, "3", {}, "another's");
  store->sync();
  open();
  const auto all = store->receipts(0, "", 10).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].receipt, "said 2");
  EXPECT_EQ(store->receipts(0, "1", 10)->at(0).receipt, "said 1");
  EXPECT_TRUE(store->receipts(0, "3", 10)->empty()) << "another town's";
}

// ---- Backups ------------------------------------------------------------------------------------

class Backup : public ErasureOnDisk {
 protected:
  std::string path(const std::string& name) { return folder + "/backups/" + name; }
  BackupManifest back_up(const std::string& name) {
    auto written = write_backup(store->key_value(), path(name), Time{});
    EXPECT_TRUE(written) << written.error().text;
    return std::move(*written);
  }
  static std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::map<std::string, std::string> image(const KeyValue& key_value) {
    std::map<std::string, std::string> rows;
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
      const auto at = key_value.iterate(static_cast<Family>(i));
      for (at->seek({}); at->valid(); at->next()) {
        rows[std::to_string(i) + "/" + std::string(at->key())] = at->value();
      }
    }
    return rows;
  }
  /// What verify_backup says against it.
  std::string objection(const std::string& name, bool without_identities = false) {
    const auto verified = verify_backup(path(name), without_identities);
    return verified ? "" : verified.error().text;
  }
};

TEST_F(Backup, GivesBackEveryRow) {
  fill();
  const BackupManifest manifest = back_up("one");
  EXPECT_EQ(manifest.files.size(), kFamilyCount);
  ASSERT_EQ(objection("one"), "");
  auto restored = open_rocks(folder + "/restored");
  ASSERT_TRUE(restored);
  const auto done = restore_rows(path("one"), *verify_backup(path("one"), false), **restored);
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(image(**restored), image(store->key_value()));
  EXPECT_EQ(image(**restored).size(), manifest.rows());
  StoreOptions options;
  options.tenants = {"rouen", "caen"};
  const auto opened = Store::open(std::move(*restored), options);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ((*opened)->stats().mentions, store->stats().mentions);
}

TEST_F(Backup, IsOfOneMomentWhateverIsWrittenMeanwhile) {
  fill();
  const auto iterators = store->key_value().iterate_all();
  ASSERT_TRUE(iterators);
  tell_by(2, "later", "later");
  store->sync();
  std::uint64_t before = 0, now = 0;
  auto& ids = *(*iterators)[static_cast<std::size_t>(Family::kIds)];
  const auto live = store->key_value().iterate(Family::kIds);
  for (ids.seek("p"); ids.valid(); ids.next()) {
    ++before;
  }
  for (live->seek("p"); live->valid(); live->next()) {
    ++now;
  }
  EXPECT_EQ(now, before + 1);
}

TEST_F(Backup, DamageHalfAndNewerOnesAreFound) {
  fill();
  back_up("one");
  const std::string rows = path("one") + "/data/mentions.rows";
  const std::string whole = content(rows), manifest = content(path("one") + "/manifest.json");
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 1;
  write(rows, flipped);
  EXPECT_THAT(objection("one"), HasSubstr("its bytes are others"));
  write(rows, std::string_view(whole).substr(0, whole.size() - 1));
  EXPECT_THAT(objection("one"), HasSubstr("mentions.rows is not as it was written"));
  std::filesystem::remove(rows);
  EXPECT_THAT(objection("one"), HasSubstr("it is missing"));
  write(rows, whole);
  EXPECT_EQ(objection("one"), "");
  std::string other = manifest;
  other.insert(other.find("\"rows\":") + 7, "1");
  write(path("one") + "/manifest.json", other);
  EXPECT_THAT(objection("one"), HasSubstr("does not fit its own code"));
  std::string newer = manifest;
  newer.replace(newer.find(":1,"), 3, ":2,");
  write(path("one") + "/manifest.json", newer);
  EXPECT_EQ(verify_backup(path("one"), false).error().code, ErrorCode::kTooNew);
  std::filesystem::remove(path("one") + "/manifest.json");
  EXPECT_EQ(verify_backup(path("one"), false).error().code, ErrorCode::kNotFound);
}

TEST_F(Backup, OpensNoIdentityWithoutTheFolderThatIsHeldApart) {
  fill();
  back_up("one");
  std::filesystem::remove_all(path("one") + "/identities");
  EXPECT_THAT(objection("one"), HasSubstr("it is missing"));
  EXPECT_EQ(objection("one", true), "");
  auto restored = open_rocks(folder + "/restored");
  ASSERT_TRUE(restore_rows(path("one"), *verify_backup(path("one"), true), **restored));
  StoreOptions options;
  options.tenants = {"rouen", "caen"};
  const auto opened = Store::open(std::move(*restored), options);
  EXPECT_EQ((*opened)->reveal(0, author(1)).value(), std::nullopt);
  EXPECT_EQ((*opened)->stats().mentions, store->stats().mentions);
}

TEST_F(Backup, OfAfterAnErasureHoldsNothingOfIt) {
  fill();
  back_up("before");
  erase();
  back_up("after");
  const ByteProbe after(path("after"));
  EXPECT_THAT(ByteProbe(path("before")).find(kWord), Not(IsEmpty()));
  while (store->pack_some(Store::Fold::kOverlaid)) {
  }
  back_up("folded");
  EXPECT_THAT(ByteProbe(path("folded")).find(kWord), IsEmpty());
}

}  // namespace
}  // namespace vigie
