// Which mentions make the pipeline owe somebody an alert.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/alert/alert.h"
#include "engine/trend/work_due.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Alerts : public testing::Test {
 protected:
  std::vector<Alert> raised(TenantId tenant) {
    std::vector<Alert> alerts;
    for (const std::string& body : alert_bodies(*engine->store, tenant)) {
      alerts.push_back(parse_alert(body).value());
    }
    return alerts;
  }
  std::vector<std::string> owed() {
    std::vector<std::string> receivers;
    const auto deliveries = engine->store->deliveries(false, engine->clock.now(), 100);
    EXPECT_TRUE(deliveries);
    for (const Delivery& delivery : *deliveries) {
      receivers.push_back(std::to_string(delivery.alert) + " " + delivery.receiver);
    }
    return receivers;
  }

  MemoryDisk disk;
  std::unique_ptr<TwoTowns> engine = std::make_unique<TwoTowns>(disk);
};

TEST_F(Alerts, AnUrgentMentionIsOwedToThoseItsTownNames) {
  engine->take(post("1", "incendie à Caen") + post("2", "il pleut à Rouen"));
  EXPECT_THAT(raised(kRouen), IsEmpty());
  ASSERT_THAT(raised(kCaen), SizeIs(1));
  const Alert alert = raised(kCaen)[0];
  EXPECT_EQ(alert.subject, "danger.feu");
  EXPECT_EQ(alert.level, Urgency::kHigh);
  EXPECT_EQ(alert.quote, "incendie à Caen");
  EXPECT_EQ(alert.mention, to_string(engine->mention(kCaen, "1").ref));
  EXPECT_EQ(alert.raised_at, engine->clock.now());
  EXPECT_EQ(alert.deadline_at, due_at(engine->policy.tenants[kCaen], Urgency::kHigh,
                                      engine->mention(kCaen, "1").record.received_at))
      << "when its story is due, by the town's deadlines";
  EXPECT_THAT(owed(), ElementsAre("1 chat", "1 mail"));
}

TEST_F(Alerts, OneIncidentOneAlertUntilItGetsWorse) {
  for (int i = 0; i < 20; ++i) {
    engine->take(post(std::to_string(i), "incendie à Rouen, plus d'eau"));
  }
  EXPECT_THAT(raised(kRouen), SizeIs(1));
  engine->take(post("20", "explosion à Rouen, plus d'eau"));
  ASSERT_THAT(raised(kRouen), SizeIs(2));
  EXPECT_EQ(raised(kRouen)[1].news, News::kRisen);
  EXPECT_EQ(raised(kRouen)[1].incident, raised(kRouen)[0].incident);
  EXPECT_EQ(raised(kRouen)[1].mentions, 21U);
}

TEST_F(Alerts, DuplicatesRepostsAndDeletionsTellNobody) {
  engine->take(post("1", "incendie à Rouen"));
  engine->take(post("1", "incendie à Rouen"));
  engine->take(post("2", "explosion à Rouen", R"(,"kind":"repost")"));
  engine->take(post("3", "explosion à Rouen", R"(,"repost_of":"1")"));
  engine->take(deletion("1"));
  EXPECT_THAT(raised(kRouen), SizeIs(1));
}

TEST_F(Alerts, TheTownsOwnAccountTellsNobodyAndIsNotCounted) {
  const std::string author = R"(,"author":{"id":"mairie-de-rouen"})";
  engine->take(post("1", "Rouen, Caen : incendie en cours", author));
  EXPECT_TRUE(engine->mention(kRouen, "1").record.official);
  EXPECT_FALSE(engine->mention(kCaen, "1").record.official);
  EXPECT_THAT(raised(kRouen), IsEmpty());
  EXPECT_THAT(raised(kCaen), SizeIs(1)) << "to the neighbour it is news";
  EXPECT_THAT(rolled_up(*engine->store, kRouen), IsEmpty());
  EXPECT_EQ(rolled_up(*engine->store, kCaen), recounted(*engine->store, kCaen));
}

TEST_F(Alerts, TheSameAccountNameElsewhereIsNotTheTowns) {
  engine->take(R"({"id":"1","source":"x","text":"incendie à Rouen",)"
               R"("author":{"id":"mairie-de-rouen"}})");
  EXPECT_FALSE(engine->mention(kRouen, "1").record.official);
  EXPECT_THAT(raised(kRouen), SizeIs(1));
}

TEST_F(Alerts, HistoryThatIsFilledInTellsNobodyAndHidesNothing) {
  engine->take(post("1", "explosion à Rouen"), {.mode = Mode::kBackfill});
  EXPECT_THAT(raised(kRouen), IsEmpty());
  EXPECT_THAT(owed(), IsEmpty());
  EXPECT_THAT(urgent_ids(*engine->store, kRouen), ElementsAre("1"));
  engine->take(post("2", "explosion à Rouen"));
  EXPECT_THAT(raised(kRouen), SizeIs(1));
}

TEST_F(Alerts, AReplayTellsWhatItWouldHaveTold) {
  engine->take(post("1", "incendie à Rouen", R"(,"created_at":"2025-03-01T10:00:00Z")") +
                   post("2", "incendie à Rouen", R"(,"created_at":"2025-03-01T15:00:00Z")") +
                   post("3", "incendie à Rouen", R"(,"created_at":"2025-03-02T10:00:00Z")"),
               {.mode = Mode::kReplay});
  ASSERT_THAT(raised(kRouen), SizeIs(3)) << "19 quiet hours lie between the second and third";
  EXPECT_EQ(raised(kRouen)[0].incident, "danger.feu@2025-03-01T10:00:00Z");
  EXPECT_EQ(raised(kRouen)[1].news, News::kClosed);
  EXPECT_EQ(raised(kRouen)[2].incident, "danger.feu@2025-03-02T10:00:00Z");
}

TEST_F(Alerts, AnEditThatMakesAMentionUrgentIsNews) {
  engine->take(post("1", "drôle d'odeur à Rouen"));
  EXPECT_THAT(raised(kRouen), IsEmpty());
  engine->take(post("1", "incendie à Rouen !", R"(,"edited_at":"2026-10-14T06:20:00Z")"));
  ASSERT_THAT(raised(kRouen), SizeIs(1));
  EXPECT_EQ(raised(kRouen)[0].quote, "incendie à Rouen !");
}

TEST_F(Alerts, ARestartRemembersWhatIsUnderWay) {
  engine->take(post("1", "incendie à Rouen") + post("2", "incendie à Rouen encore"));
  const std::string incident = raised(kRouen)[0].incident;
  engine.reset();
  engine = std::make_unique<TwoTowns>(disk);
  engine->take(post("3", "incendie à Rouen toujours"));
  EXPECT_THAT(raised(kRouen), SizeIs(1));
  engine->take(post("4", "explosion à Rouen"));
  ASSERT_THAT(raised(kRouen), SizeIs(2)) << "another rule names another incident";
  engine->take(post("5", "explosion et incendie à Rouen"));
  EXPECT_THAT(raised(kRouen), SizeIs(2));
  EXPECT_EQ(raised(kRouen)[0].incident, incident);
}

TEST_F(Alerts, AnIncidentIsNotAnnouncedAgainBecauseItsFirstMentionWasTakenBack) {
  engine->take(post("1", "incendie à Rouen"));
  engine->take(deletion("1"));
  engine.reset();
  engine = std::make_unique<TwoTowns>(disk);
  engine->take(post("2", "incendie à Rouen"));
  EXPECT_THAT(raised(kRouen), SizeIs(1));
}

TEST_F(Alerts, WordsThatWereTakenBackGoFromTheAlertToo) {
  engine->take(post("1", "incendie à Rouen", R"(,"url":"https://x.example/1")"));
  ASSERT_THAT(raised(kRouen)[0].quote, HasSubstr("incendie"));
  engine->take(deletion("1"));
  const Alert alert = raised(kRouen).at(0);
  EXPECT_EQ(alert.quote, "[retiré par son auteur]");
  EXPECT_THAT(alert.url, IsEmpty());
  EXPECT_THAT(alert.marks, IsEmpty());
  EXPECT_THAT(alert.subject, Not(IsEmpty())) << "that there was an alert, and why, stays";
}

TEST_F(Alerts, AnEditedMentionIsNotCountedTwice) {
  engine->take(post("1", "incendie, plus d'eau à Rouen"));
  engine->take(
      post("1", "incendie et pas d'eau à Rouen", R"(,"edited_at":"2026-10-14T06:10:00Z")"));
  engine->take(post("2", "explosion, plus d'eau à Rouen"));
  ASSERT_THAT(raised(kRouen), SizeIs(2));
  EXPECT_EQ(raised(kRouen)[1].news, News::kRisen);
  EXPECT_EQ(raised(kRouen)[1].mentions, 2U);
}

TEST_F(Alerts, WhatWasToldIsNoNewsAgainDaysLaterWhoeverRepeatsIt) {
  const std::string words = "Un incendie ravage un entrepôt de la zone du port de Rouen cette nuit";
  engine->take(post("1", words, R"(,"author":{"id":"ana"})"));
  ASSERT_THAT(raised(kRouen), SizeIs(1));
  engine->clock.advance(std::chrono::hours(60));
  engine->take(
      post("2", words + " !!", R"(,"author":{"id":"bob"},"created_at":"2026-10-16T18:00:00Z")"));
  ASSERT_THAT(raised(kRouen), SizeIs(2));
  EXPECT_EQ(raised(kRouen)[1].news, News::kClosed) << "the first one is over, that is all";
  engine.reset();
  engine = std::make_unique<TwoTowns>(disk);
  engine->clock.set(at("2026-10-17T12:00:00Z"));
  engine->take(post("3", words, R"(,"author":{"id":"eve"},"created_at":"2026-10-17T12:00:00Z")"));
  EXPECT_THAT(raised(kRouen), SizeIs(2));
  engine->take(
      post("4", "incendie à la mairie de Rouen", R"(,"created_at":"2026-10-17T12:00:00Z")"));
  EXPECT_THAT(raised(kRouen), SizeIs(3)) << "but this is";
}

TEST_F(Alerts, TheEndOfAnIncidentIsOwedToThoseWhoWereTold) {
  engine->take(post("1", "incendie à Caen", R"(,"author":{"id":"ana"})") +
               post("2", "encore un incendie à Caen", R"(,"author":{"id":"bob"})"));
  engine->clock.advance(std::chrono::hours(7));
  engine->settle();
  engine.reset();  // the engine was off when it ended
  engine = std::make_unique<TwoTowns>(disk);
  engine->clock.set(at("2026-10-14T14:00:00Z"));
  engine->settle();
  ASSERT_THAT(raised(kCaen), SizeIs(2));
  const Alert end = raised(kCaen)[1];
  EXPECT_EQ(end.news, News::kClosed);
  EXPECT_EQ(end.incident, raised(kCaen)[0].incident);
  EXPECT_EQ(end.mentions, 2U);
  EXPECT_EQ(end.stories, 2U);
  EXPECT_EQ(end.authors, 2U);
  EXPECT_EQ(end.quote, "");
  EXPECT_THAT(owed(), ElementsAre("1 chat", "1 mail", "2 chat", "2 mail"));
}

TEST_F(Alerts, WhatIsNotYetSafeIsOwedToNobody) {
  engine->send(post("1", "incendie à Rouen"));
  engine->pipeline->step();
  ASSERT_EQ(engine->committed(), 0U) << "nothing was synced yet";
  EXPECT_THAT(owed(), IsEmpty());
  EXPECT_THAT(engine->shown, IsEmpty());
  engine->settle();
  EXPECT_EQ(engine->committed(), 1U);
  EXPECT_THAT(owed(), SizeIs(1));
}

}  // namespace
}  // namespace vigie
