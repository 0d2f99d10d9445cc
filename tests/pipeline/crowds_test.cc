// Rules that count authors, from the mention to what is owed: through edits, deletions, restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/alert/alert.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kCrowdRules = R"(rules:
  - {id: rouen.veille, watch: true, any: [rouen]}
  - {id: eau.crie, title: Plus d'eau au robinet, topic: eau, distinct_authors: 3, within: 30min, any: ["plus d'eau"]}
  - {id: danger.feu, urgency: 600, any: [incendie]}
  - {id: danger.eau, urgency: 900, any: [empoisonnée]}
  - {id: rouen.eau, topic: eau, any: [eau]}
)";

class CrowdAlerts : public testing::Test {
 protected:
  CrowdAlerts() { restart(); }
  void restart() {
    const Time now = engine ? engine->clock.now() : at("2026-10-14T06:30:00Z");
    engine.reset();
    engine = std::make_unique<TwoTowns>(disk, 1, two_towns(), now);
    engine->shelf.replace(knowledge(kCrowdRules, "crowds"));
  }
  /// Just now.
  void say(std::string_view id, std::string_view author, std::string_view text,
           std::string_view more = {}) {
    engine->clock.advance(minutes(1));
    engine->take(line(id, author, text, more));
  }
  std::string line(std::string_view id, std::string_view author, std::string_view text,
                   std::string_view more = {}) const {
    return post(id, text,
                R"(,"created_at":")" + format_time(engine->clock.now()) + R"(","author":{"id":")" +
                    std::string(author) + R"("})" + std::string(more));
  }
  std::vector<Alert> raised() {
    std::vector<Alert> alerts;
    for (const std::string& body : alert_bodies(*engine->store, kRouen)) {
      alerts.push_back(parse_alert(body).value());
    }
    return alerts;
  }

  MemoryDisk disk;
  std::unique_ptr<TwoTowns> engine;
};

TEST_F(CrowdAlerts, ThreePeopleAreAnAlertThatNamesTheRuleAndQuotesTheLast) {
  say("1", "ana", "Rouen : plus d'eau rue Jeanne");
  say("2", "bob", "plus d'eau non plus, Rouen rive gauche");
  EXPECT_THAT(raised(), IsEmpty());
  say("3", "cleo", "Toujours plus d'eau à Rouen, @mairie");
  ASSERT_THAT(raised(), SizeIs(1));
  const Alert alert = raised()[0];
  EXPECT_EQ(alert.subject, "eau");
  EXPECT_EQ(alert.topic, "eau");
  EXPECT_EQ(alert.headline, "Plus d'eau au robinet");
  EXPECT_EQ(alert.level, Urgency::kHigh);
  EXPECT_EQ(alert.mention, to_string(engine->mention(kRouen, "3").ref));
  EXPECT_THAT(alert.quote, HasSubstr("Toujours plus d'eau"));
  EXPECT_THAT(alert.quote, testing::Not(HasSubstr("mairie")));
  ASSERT_THAT(alert.marks, SizeIs(1));
  EXPECT_EQ(alert.quote.substr(alert.marks[0].start, alert.marks[0].end - alert.marks[0].start),
            "plus d'eau");
  ASSERT_THAT(alert.reasons, SizeIs(1));
  EXPECT_EQ(alert.reasons[0].rule, "eau.crie");
  EXPECT_EQ(alert.reasons[0].title,
            "Plus d'eau au robinet : 3 auteurs en moins de 30 min, 3 histoires");
  EXPECT_EQ(alert.mentions, 3U);
  EXPECT_EQ(alert.authors, 3U);
  EXPECT_EQ(alert.stories, 3U);
  EXPECT_THAT(engine->store->deliveries(false, engine->clock.now(), 10).value(), SizeIs(1));
}

TEST_F(CrowdAlerts, RepostsCountByTheirAuthorsBesideTheOneStoryTheyTell) {
  say("1", "ana", "Rouen : plus d'eau rue Jeanne, on attend la mairie depuis ce matin");
  for (const char* author : {"ana", "ana", "bob"}) {
    say(std::string("r") + author + std::to_string(engine->shown.size()), author,
        "Rouen : plus d'eau rue Jeanne, on attend la mairie depuis ce matin",
        R"(,"repost_of":"1")");
  }
  EXPECT_THAT(raised(), IsEmpty());
  say("3", "cleo", "Rouen : plus d'eau rue Jeanne, on attend la mairie depuis ce matin",
      R"(,"repost_of":"1")");
  ASSERT_THAT(raised(), SizeIs(1));
  EXPECT_EQ(raised()[0].stories, 1U);
  EXPECT_EQ(raised()[0].authors, 3U);
  EXPECT_THAT(raised()[0].reasons[0].title, HasSubstr("3 auteurs en moins de 30 min, 1 histoire"));
}

TEST_F(CrowdAlerts, TheTownsOwnAccountAndHistoryAreNobody) {
  say("1", "ana", "Rouen : plus d'eau");
  say("2", "bob", "Rouen : plus d'eau ici");
  say("3", "mairie-de-rouen", "Rouen : plus d'eau, nos équipes y sont");
  engine->take(line("4", "cleo", "Rouen : plus d'eau là"), {.mode = Mode::kBackfill});
  EXPECT_THAT(raised(), IsEmpty());
}

TEST_F(CrowdAlerts, OneIncidentHoldsTheCrowdAndWhatIsUrgent) {
  say("1", "ana", "incendie à Rouen près du château d'eau");
  ASSERT_THAT(raised(), SizeIs(1));
  EXPECT_EQ(raised()[0].subject, "eau");
  for (const char* author : {"b", "c", "d", "e"}) {
    say(author, author, "plus d'eau à Rouen");
  }
  EXPECT_THAT(raised(), SizeIs(1)) << "people know of it";
  say("9", "f", "Rouen : l'eau est empoisonnée, plus d'eau");
  ASSERT_THAT(raised(), SizeIs(2));
  EXPECT_EQ(raised()[1].news, News::kRisen);
  EXPECT_EQ(raised()[1].incident, raised()[0].incident);
  EXPECT_GE(raised()[1].authors, 5U);
}

TEST_F(CrowdAlerts, ItEndsWhenNoCrowdSpeaksAnyMore) {
  for (const char* author : {"a", "b", "c", "d"}) {
    say(author, author, "plus d'eau à Rouen");
  }
  engine->clock.advance(hours(5));
  say("e", "e", "il pleut à Rouen");
  EXPECT_THAT(raised(), SizeIs(1));
  engine->clock.advance(hours(1));
  say("f", "f", "il pleut encore à Rouen");
  ASSERT_THAT(raised(), SizeIs(2));
  EXPECT_EQ(raised()[1].news, News::kClosed);
  EXPECT_EQ(raised()[1].mentions, 4U);
  say("g", "g", "plus d'eau à Rouen");
  EXPECT_THAT(raised(), SizeIs(2)) << "one is no crowd";
}

TEST_F(CrowdAlerts, EditsAndDeletionsNeitherFireNorFireAgain) {
  say("1", "ana", "Rouen : plus d'eau");
  say("2", "bob", "Rouen : plus d'eau ici");
  engine->take(deletion("1"));
  say("3", "cleo", "Rouen : plus d'eau là");
  EXPECT_THAT(raised(), IsEmpty()) << "the first one was taken back";
  const auto edit = [&](std::string_view id, std::string_view author, std::string_view text,
                        std::string_view created) {
    engine->clock.advance(minutes(1));
    engine->take(post(id, text,
                      R"(,"created_at":")" + std::string(created) + R"(","edited_at":")" +
                          format_time(engine->clock.now()) + R"(","author":{"id":")" +
                          std::string(author) + R"("})"));
  };
  edit("2", "bob", "Rouen : elle est revenue", "2026-10-14T06:32:00Z");
  say("4", "dan", "Rouen : plus d'eau chez moi");
  EXPECT_THAT(raised(), IsEmpty()) << "the second one says something else now";
  edit("2", "bob", "Rouen : de nouveau plus d'eau", "2026-10-14T06:32:00Z");
  ASSERT_THAT(raised(), SizeIs(1)) << "and says so again";
  for (int i = 0; i < 3; ++i) {
    edit("2", "bob", "Rouen : plus d'eau " + std::to_string(i), "2026-10-14T06:32:00Z");
  }
  engine->take(deletion("3"));
  say("5", "eve", "Rouen : plus d'eau ici aussi");
  EXPECT_THAT(raised(), SizeIs(1));
}

TEST_F(CrowdAlerts, WordsThatWereTakenBackGoFromTheAlert) {
  for (const bool restarted : {false, true}) {
    disk = MemoryDisk();
    engine.reset();
    restart();
    for (const char* author : {"a", "b", "c"}) {
      say(author, author, "plus d'eau à Rouen");
    }
    ASSERT_THAT(raised(), SizeIs(1));
    if (restarted) {
      restart();
    }
    engine->take(deletion("c"));
    EXPECT_EQ(raised()[0].quote, "[retiré par son auteur]") << restarted;
    EXPECT_THAT(raised()[0].reasons[0].text, IsEmpty());
  }
}

/// Stops after every mention, or never: the same alerts.
TEST_F(CrowdAlerts, ARestartChangesNothing) {
  const auto live = [&](bool restarts) {
    disk = MemoryDisk();
    engine.reset();
    restart();
    const auto hear = [&](std::string_view id, std::string_view author, std::string_view text) {
      say(id, author, text);
      if (restarts) {
        restart();
      }
    };
    hear("1", "a", "Rouen : plus d'eau");
    hear("2", "b", "Rouen : plus d'eau");
    engine->take(deletion("2"));
    hear("3", "b", "Rouen : plus d'eau encore");
    hear("4", "c", "Rouen : plus d'eau chez nous");
    hear("5", "d", "Rouen : plus d'eau chez eux, incendie");
    engine->clock.advance(hours(3));
    for (const char* author : {"e", "f", "g"}) {
      hear(author, author, "plus d'eau à Rouen");
    }
    engine->clock.advance(hours(5));
    hear("6", "h", "Rouen : il pleut");
    engine->clock.advance(hours(2));
    hear("7", "i", "Rouen : il pleut toujours");
    for (const char* author : {"j", "k", "l"}) {
      hear(author, author, "plus d'eau à Rouen");
    }
    return alert_bodies(*engine->store, kRouen);
  };
  const std::vector<std::string> unbroken = live(false);
  EXPECT_EQ(unbroken.size(), 3U) << "opened, closed, opened";
  EXPECT_EQ(live(true), unbroken);
}

/// A store that other rules have judged anew meanwhile: nobody was told, nobody is.
TEST_F(CrowdAlerts, NewRulesOpenNoIncidentThatNobodyAnnounced) {
  say("1", "a", "Rouen : plus d'eau");
  say("2", "b", "Rouen : plus d'eau là");
  engine->shelf.replace(knowledge(kRouenRules, "without"));
  say("3", "c", "Rouen : plus d'eau ici");
  engine->shelf.replace(knowledge(kCrowdRules, "crowds"));
  say("4", "a", "Rouen : plus d'eau, vraiment");
  EXPECT_THAT(raised(), IsEmpty()) << "two by these rules";
}

}  // namespace
}  // namespace vigie
