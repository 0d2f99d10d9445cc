// Unusual volume, from the posts to the receiver's mailbox, by a clock that the test sets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/alert/alert.h"
#include "engine/alert/alerter.h"
#include "engine/alert/volume_incident.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Surprises : public testing::Test {
 protected:
  void start(std::optional<bool> volume_alerts = {}) {
    const Time now = engine ? engine->clock.now() : at("2026-10-01T00:00:00Z");
    alerter.reset();
    engine.reset();
    std::vector<Tenant> towns = two_towns();
    towns[kRouen].name = "Rouen";
    towns[kRouen].volume_alerts = volume_alerts;
    engine = std::make_unique<TwoTowns>(disk, 1, towns, now);
    std::vector<Alerter::Receiver> receivers;
    receivers.push_back({"mail", std::make_unique<Mailbox>(mails)});
    receivers.push_back({"chat", std::make_unique<Mailbox>(chats)});
    alerter = std::make_unique<Alerter>(*engine->store, std::move(receivers),
                                        Alerter::Rules{"https://vigie.example"}, engine->clock,
                                        engine->metrics, 1);
  }
  void settle() {
    engine->settle();
    while (alerter->step()) {
    }
  }
  /// Somebody in Rouen says something every `apart`, for that long.
  void people_talk(microseconds long_enough, microseconds apart) {
    for (const Time until = engine->clock.now() + long_enough; engine->clock.now() < until;) {
      engine->clock.advance(apart);
      ++said;
      const std::string author =
          R"(,"author":{"id":"a)" + std::to_string(said * 7919 % 500) + R"("})";
      engine->take(post("p" + std::to_string(said), "rien ne va à Rouen",
                        author + R"(,"created_at":")" + format_time(engine->clock.now()) + R"(")"));
    }
    settle();
  }
  /// Nobody says anything.
  void time_passes(microseconds long_enough) {
    for (const Time until = engine->clock.now() + long_enough; engine->clock.now() < until;) {
      engine->clock.advance(minutes(1));
      settle();
    }
  }
  std::vector<Alert> volume_alerts() {
    std::vector<Alert> alerts;
    for (const std::string& body : alert_bodies(*engine->store, kRouen)) {
      const Alert alert = parse_alert(body).value();
      if (alert.subject == kVolumeSubject) {
        alerts.push_back(alert);
      }
    }
    return alerts;
  }

  class Mailbox final : public Notifier {
   public:
    explicit Mailbox(std::vector<Message>& got) : got_(got) {}
    Attempt deliver(const Message& message) override {
      got_.push_back(message);
      return Attempt::delivered();
    }

   private:
    std::vector<Message>& got_;
  };

  MemoryDisk disk;
  std::vector<Message> mails, chats;
  std::unique_ptr<TwoTowns> engine;
  std::unique_ptr<Alerter> alerter;
  std::uint64_t said = 0;
};

TEST_F(Surprises, AreToldOnceAndSoIsTheirEnd) {
  start();
  people_talk(days(25), minutes(10));
  EXPECT_THAT(volume_alerts(), IsEmpty());

  const Time broke_out = engine->clock.now();
  people_talk(minutes(20), seconds(12));
  ASSERT_THAT(volume_alerts(), SizeIs(1)) << "once, however much is said";
  const Alert opening = volume_alerts()[0];
  EXPECT_LE(opening.raised_at, broke_out + minutes(10));
  EXPECT_EQ(opening.level, Urgency::kHigh);
  EXPECT_EQ(opening.news, News::kOpened);
  EXPECT_EQ(opening.mention, "") << "nobody in particular is quoted";
  EXPECT_THAT(opening.title, HasSubstr("habituel à cette heure : "));
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].subject, "[URGENT] Volume inhabituel – Rouen");
  EXPECT_THAT(mails[0].text, HasSubstr("Volume inhabituel, p = "));
  EXPECT_THAT(mails[0].text, Not(HasSubstr("«"))) << "there is nothing to quote";
  EXPECT_THAT(mails[0].text, HasSubstr("https://vigie.example/#/rouen\n"));

  time_passes(hours(3));
  ASSERT_THAT(volume_alerts(), SizeIs(2));
  const Alert closing = volume_alerts()[1];
  EXPECT_EQ(closing.news, News::kClosed);
  EXPECT_EQ(closing.incident, opening.incident);
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[1].subject, "[TERMINÉ] Volume inhabituel – Rouen");
  EXPECT_THAT(mails[1].text, HasSubstr("revenu à l'habitude"));
  EXPECT_THAT(mails[1].text, Not(HasSubstr("s'aggrave")));
  EXPECT_EQ(engine->store->alert(1).value()->work.state, WorkState::kNew);
  const auto incidents = volume_incidents(*engine->store, kRouen);
  ASSERT_THAT(*incidents, SizeIs(1));
  EXPECT_EQ((*incidents)[0], (TimeSpan{opening.received_at, closing.received_at}));
  EXPECT_THAT(chats, IsEmpty()) << "Caen's people have nothing to do with it";

  people_talk(days(1), minutes(10));
  EXPECT_THAT(volume_alerts(), SizeIs(2));
}

TEST_F(Surprises, AreNotToldAgainAfterAStart) {
  start();
  people_talk(days(25), minutes(10));
  people_talk(minutes(20), seconds(12));
  ASSERT_THAT(volume_alerts(), SizeIs(1));
  start();
  people_talk(minutes(10), seconds(12));
  EXPECT_THAT(volume_alerts(), SizeIs(1));
  start();
  time_passes(hours(3));
  ASSERT_THAT(volume_alerts(), SizeIs(2));
  EXPECT_EQ(volume_alerts()[1].news, News::kClosed);
  EXPECT_THAT(mails, SizeIs(2));
}

TEST_F(Surprises, TellNobodyWhereTheTownDoesNotWantThem) {
  start(false);
  people_talk(days(25), minutes(10));
  people_talk(minutes(20), seconds(12));
  EXPECT_THAT(volume_alerts(), IsEmpty());
}

TEST_F(Surprises, WaitForABaselineUnlessTheTownWantsFixedThresholds) {
  start();
  people_talk(minutes(30), seconds(12));
  EXPECT_THAT(volume_alerts(), IsEmpty());
  time_passes(days(1));
  start(true);
  people_talk(minutes(30), seconds(12));
  ASSERT_THAT(volume_alerts(), SizeIs(1));
  EXPECT_THAT(volume_alerts()[0].title, HasSubstr("seuil fixe"));
  EXPECT_THAT(mails, SizeIs(1));
}

TEST_F(Surprises, AClockThatWasAYearAheadBlindsNobody) {
  start();
  people_talk(days(25), minutes(10));
  const Time now = engine->clock.now();
  engine->clock.set(now + days(365));
  people_talk(minutes(20), minutes(10));
  engine->clock.set(now);
  people_talk(hours(2), minutes(10));
  people_talk(minutes(20), seconds(12));
  EXPECT_THAT(volume_alerts(), SizeIs(1));
}

TEST_F(Surprises, HistoryThatIsFilledInSurprisesNobody) {
  start();
  people_talk(days(25), minutes(10));
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += post("b" + std::to_string(i), "rien ne va à Rouen",
                  R"(,"author":{"id":"b)" + std::to_string(i) + R"("},"created_at":")" +
                      format_time(engine->clock.now()) + R"(")");
  }
  engine->take(lines, {.mode = Mode::kBackfill});
  settle();
  EXPECT_THAT(volume_alerts(), IsEmpty());
}

}  // namespace
}  // namespace vigie
