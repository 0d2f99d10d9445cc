// What people did survives a restart and a power cut, and goes with what it was about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/store/memory_key_value.h"
#include "tests/store/store_fixture.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr Day kDay = 20'000;

class StoredWork : public testing::Test {
 protected:
  StoredWork() { open(); }
  void open(std::vector<std::string> towns = {"rouen", "caen"},
            std::vector<std::uint32_t> retention_days = {30, 0}) {
    store.reset();
    StoreOptions options;
    options.tenants = std::move(towns);
    options.retention_days = std::move(retention_days);
    auto opened = Store::open(disk.open(), options);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  static Told told_on(Day day, const std::string& id, TenantId tenant = 0) {
    Told told;
    told.tenant = tenant;
    told.id = id;
    told.hour = std::int64_t{day} * 24;
    return told;
  }
  MentionRef say(const std::string& id, Day day = kDay, TenantId tenant = 0) {
    return tell(*store, told_on(day, id, tenant), catalogue).ref;
  }
  MentionRef repeat(const std::string& id, const MentionRef& story, Day day = kDay) {
    const MentionRef ref = tell_again(*store, told_on(day, id), catalogue, story, false);
    store->commit();
    return ref;
  }
  void forget(const std::string& id) {
    Told told;
    told.id = id;
    told.action = Finding::Action::kDelete;
    tell(*store, told, catalogue);
    store->sync();
  }
  Result<std::optional<WorkEvent>> act(const MentionRef& story, WorkAct act, std::string text = {},
                                       const MentionRef& about = {}) {
    WorkRequest request{act, "marie", Time(std::chrono::minutes(++minute))};
    request.text = std::move(text);
    request.about_day = about.day;
    request.about = about.sequence;
    auto done = store->work(work_on(story), request);
    store->sync();
    return done;
  }
  Work now(const MentionRef& story) { return store->work_now(work_on(story)); }
  /// All bytes of the family, one after the other.
  std::string rows() {
    std::string all;
    const auto key_value = disk.open();
    const auto at = key_value->iterate(Family::kWork);
    for (at->seek({}); at->valid(); at->next()) {
      all += at->value();
    }
    return all;
  }

  MemoryDisk disk;
  std::unique_ptr<Store> store;
  std::shared_ptr<const Catalogue> catalogue = catalogue_named("first");
  int minute = 0;
};

TEST_F(StoredWork, IsTheSameAfterAPowerCut) {
  const MentionRef story = say("1");
  act(story, WorkAct::kTake);
  act(story, WorkAct::kTag, "voirie");
  act(story, WorkAct::kNote, "vu avec la régie");
  act(story, WorkAct::kAnswer);
  act(story, WorkAct::kUndo);
  const Work before = now(story);
  store.reset();
  disk.lose_unsynced();
  open();
  const Work after = now(story);
  EXPECT_EQ(after.state, WorkState::kTaken);
  EXPECT_EQ(after.at, before.at);
  EXPECT_EQ(after.last, before.last);
  EXPECT_THAT(after.tags, ElementsAre("voirie"));
  EXPECT_EQ(after.notes, 1U);
  const auto events = store->work_events(work_on(story)).value();
  ASSERT_THAT(events, SizeIs(5));
  EXPECT_EQ(events[3].from, WorkState::kTaken);
  EXPECT_EQ(events[3].to, WorkState::kAnswered);
  EXPECT_EQ(events[4].done.undoes, 4U);
  EXPECT_EQ((*act(story, WorkAct::kClose))->number, 6U) << "numbers go on";
}

TEST_F(StoredWork, ADraftKeepsItsCardAndTheAnswerItsDraft) {
  const MentionRef story = say("1");
  WorkRequest draft{WorkAct::kDraft, "marie", {}, "Bonjour"};
  draft.card = "eau.coupure";
  draft.network = "mastodon";
  ASSERT_TRUE(store->work(work_on(story), draft));
  WorkRequest answer{WorkAct::kAnswer, "paul"};
  answer.draft = 1;
  ASSERT_TRUE(store->work(work_on(story), answer));
  open();
  const auto events = store->work_events(work_on(story)).value();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].done.card, "eau.coupure");
  EXPECT_EQ(events[0].done.network, "mastodon");
  EXPECT_EQ(events[0].done.text, "Bonjour");
  EXPECT_EQ(events[1].done.draft, 1U);
  EXPECT_EQ(now(story).answered_with, 1U);
}

TEST_F(StoredWork, IsJournalledByTenantNewestFirst) {
  const MentionRef one = say("1"), other = say("2");
  act(one, WorkAct::kTake);
  act(other, WorkAct::kMute);
  act(one, WorkAct::kClose);
  const auto page = store->work_journal(0, 0, 2).value();
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].number, 3U);
  EXPECT_EQ(page[1].subject, work_on(other));
  EXPECT_THAT(store->work_journal(0, 2, 10).value(), SizeIs(1));
  EXPECT_THAT(store->work_journal(1, 0, 10).value(), IsEmpty());
  EXPECT_EQ(store->works(0).size(), 2U);
  EXPECT_THAT(store->works(1), IsEmpty());
}

TEST_F(StoredWork, IsRefusedOnWhatIsNotThere) {
  const MentionRef story = say("1");
  const MentionRef copy = repeat("2", story);
  EXPECT_EQ(act(copy, WorkAct::kTake).error().code, ErrorCode::kNotFound) << "its story is";
  EXPECT_EQ(act({1, story.day, story.sequence}, WorkAct::kTake).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(act({0, kDay, 99}, WorkAct::kTake).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(
      store->work({0, kDay, WorkSubject::Kind::kAlert, 7}, {WorkAct::kTake, "marie"}).error().code,
      ErrorCode::kNotFound);
}

TEST_F(StoredWork, ANoteGoesWithTheMentionItIsAboutAndAllWithTheStory) {
  const MentionRef story = say("1");
  const MentionRef copy = repeat("2", story);
  act(story, WorkAct::kNote, "secret un", story);
  act(story, WorkAct::kNote, "secret deux", copy);
  act(story, WorkAct::kTag, "secret trois", copy);
  act(story, WorkAct::kTake);
  act(story, WorkAct::kDraft, "secret un, répondu", story);
  forget("1");
  EXPECT_EQ(now(story).notes, 1U);
  EXPECT_THAT(rows(), Not(HasSubstr("secret un")));
  EXPECT_THAT(rows(), HasSubstr("secret deux"));
  forget("2");
  EXPECT_THAT(rows(), Not(HasSubstr("secret")));
  EXPECT_EQ(now(story).state, WorkState::kTaken) << "who did what stays";
  open();
  EXPECT_EQ(now(story).notes, 0U);
  EXPECT_THAT(now(story).tags, IsEmpty());
  EXPECT_TRUE(store->work_events(work_on(story)).value()[0].withdrawn);
}

TEST_F(StoredWork, GoesWhenRetentionTakesTheLastMention) {
  const MentionRef story = say("1", kDay);
  repeat("2", story, kDay + 2);
  act(story, WorkAct::kNote, "secret un", story);
  act(story, WorkAct::kClose);
  store->expire(kDay + 31);
  EXPECT_EQ(now(story).state, WorkState::kClosed) << "a copy is left";
  EXPECT_THAT(rows(), Not(HasSubstr("secret")));
  store->expire(kDay + 33);
  EXPECT_EQ(now(story).state, WorkState::kNew);
  EXPECT_EQ(rows(), "");
  open();
  EXPECT_THAT(store->works(0), IsEmpty());
}

TEST_F(StoredWork, StaysWhenThatOfATownThatLeftGoes) {
  const MentionRef of_rouen = say("1"), of_caen = say("1", kDay, 1);
  ASSERT_EQ(of_rouen.sequence, of_caen.sequence);
  ASSERT_TRUE(act(of_rouen, WorkAct::kTake));
  ASSERT_TRUE(act(of_caen, WorkAct::kTake));
  open({"caen"}, {0});
  store->expire(kDay + 31);
  EXPECT_EQ(now({0, of_caen.day, of_caen.sequence}).state, WorkState::kTaken);
}

TEST_F(StoredWork, OnAnAlertIsWorkOnItsStory) {
  const MentionRef story = say("1");
  const std::uint64_t about_it = store->add_alert(0, kDay, "{}", {}, story);
  const std::uint64_t figures = store->add_alert(0, kDay, "{}", {});
  store->sync();
  act(story, WorkAct::kTake);
  EXPECT_EQ(store->alert(about_it).value()->work.state, WorkState::kTaken);
  EXPECT_EQ(store->alert(figures).value()->work.state, WorkState::kNew);
  const WorkSubject own = store->alert(figures).value()->subject;
  EXPECT_TRUE(store->work(own, {WorkAct::kClose, "paul"}));
  EXPECT_EQ(store->alert(figures).value()->work.state, WorkState::kClosed);
  store->sync();
  store->expire(kDay + 31);
  EXPECT_EQ(rows(), "");
}

TEST_F(StoredWork, IsNewAgainWhenSomethingIsAnnouncedAnew) {
  const MentionRef story = say("1");
  act(story, WorkAct::kClose);
  store->reopen_work(work_on(story), Time(std::chrono::minutes(9)));
  store->reopen_work(work_on(story), Time(std::chrono::minutes(9)));
  EXPECT_EQ(now(story).state, WorkState::kClosed) << "not before the batch is written";
  store->sync();
  EXPECT_EQ(now(story).state, WorkState::kNew);
  EXPECT_EQ(now(story).by, "vigie");
  EXPECT_THAT(store->work_events(work_on(story)).value(), SizeIs(2));
}

}  // namespace
}  // namespace vigie
