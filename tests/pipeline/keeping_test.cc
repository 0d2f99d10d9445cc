// Who keeps what, under which date and name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Keeping : public testing::Test {
 protected:
  MemoryDisk disk;
  TwoTowns engine{disk};
};

TEST_F(Keeping, EachTownKeepsWhatItsOwnRulesWatch) {
  engine.take(post("1", "eau à Rouen") + post("2", "route à Caen") + post("3", "Rouen et Caen"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Rouen et Caen", "eau à Rouen"));
  EXPECT_THAT(engine.texts(kCaen), ElementsAre("Rouen et Caen", "route à Caen"));
}

TEST_F(Keeping, TopicsAreEachTownsOwnAndTheVerdictIsTheSame) {
  engine.take(post("1", "Rouen, Caen : la route sous l'eau, c'est nul"));
  const StoredMention rouen = engine.mention(kRouen, "1"), caen = engine.mention(kCaen, "1");
  const auto topics = [](const StoredMention& stored) {
    std::vector<std::string> names;
    for (const std::uint32_t topic : stored.record.topics) {
      names.push_back(stored.catalogue->names.at(topic));
    }
    return names;
  };
  EXPECT_THAT(topics(rouen), ElementsAre("eau"));
  EXPECT_THAT(topics(caen), ElementsAre("voirie"));
  EXPECT_EQ(rouen.record.verdict.tone, Tone::kNegative);
  EXPECT_EQ(rouen.record.verdict.evidence, caen.record.verdict.evidence);
}

TEST_F(Keeping, WhatNobodyKeepsLeavesNoByte) {
  engine.take(post("1", "eau à Rouen"));
  const auto before = disk_image(disk);
  const Receipt receipt = engine.take(
      post("secret-id", "Bonjour de Dieppe",
           R"(,"author":{"id":"lucie-4711","name":"Lucie"},"url":"https://example.org/x")") +
          post("secret-2", "explosion à Dieppe", R"(,"in_reply_to":"unknown")"),
      {.cursor = "2"});
  EXPECT_EQ(receipt.dropped, 2U);
  EXPECT_EQ(receipt.kept, 0U);
  EXPECT_EQ(engine.cursor(), "2") << "it was read all the same";
  EXPECT_EQ(disk_image(disk), before);
}

TEST_F(Keeping, ATownsOwnDeskKeepsEverythingForThatTownAlone) {
  engine.take(post("1", "Bonjour, une question"), {.connector = kDesk});
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Bonjour, une question"));
  EXPECT_THAT(engine.texts(kCaen), IsEmpty());
}

TEST(KeepingAll, ATownThatKeepsAllKeepsAllForItselfAlone) {
  std::vector<Tenant> tenants = two_towns();
  tenants[kCaen].keep_all = true;
  MemoryDisk disk;
  TwoTowns engine(disk, 1, tenants);
  engine.take(post("1", "Bonjour de Dieppe"));
  EXPECT_THAT(engine.texts(kCaen), ElementsAre("Bonjour de Dieppe"));
  EXPECT_THAT(engine.texts(kRouen), IsEmpty());
}

TEST_F(Keeping, AReplyToWhatIsKeptIsKeptByThatTown) {
  engine.take(post("1", "eau à Rouen"));
  const Receipt receipt = engine.take(post("2", "ici aussi", R"(,"in_reply_to":"1")") +
                                      post("3", "et chez nous", R"(,"in_reply_to":"2")") +
                                      post("4", "rien à voir", R"(,"in_reply_to":"999")"));
  EXPECT_EQ(receipt.kept, 2U);
  EXPECT_EQ(receipt.dropped, 1U);
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("eau à Rouen", "et chez nous", "ici aussi"));
  EXPECT_THAT(engine.texts(kCaen), IsEmpty());
}

TEST_F(Keeping, AReplyThatWasEditedBeforeItIsFirstSeenIsKeptToo) {
  engine.take(post("1", "eau à Rouen"));
  engine.take(post("2", "ici aussi", R"(,"in_reply_to":"1","edited_at":"2026-10-14T06:10:00Z")"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("eau à Rouen", "ici aussi"));
}

TEST_F(Keeping, AReplyInTheSameBatchAsItsParentIsKept) {
  engine.send(post("1", "eau à Rouen"));
  engine.send(post("2", "ici aussi", R"(,"in_reply_to":"1")"));
  engine.settle();
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("eau à Rouen", "ici aussi"));
}

TEST_F(Keeping, AnAuthorHasAnotherPseudonymInEachTownAndNoNameInTheClear) {
  engine.take(post("1", "Rouen et Caen",
                   R"(,"author":{"id":"lucie-4711","name":"Lucie Martin","followers":12})"));
  const StoredMention rouen = engine.mention(kRouen, "1"), caen = engine.mention(kCaen, "1");
  EXPECT_NE(rouen.record.author, caen.record.author);
  EXPECT_EQ(rouen.record.mention.author.followers, 12U);
  EXPECT_EQ(engine.store->reveal(kRouen, rouen.record.author).value().value(),
            R"({"id":"lucie-4711","name":"Lucie Martin","url":""})");
  EXPECT_FALSE(engine.store->reveal(kRouen, caen.record.author).value());
  for (const auto& [key, value] : disk_image(disk)) {
    EXPECT_THAT(key + value, Not(HasSubstr("4711")));
    EXPECT_THAT(key + value, Not(HasSubstr("Lucie")));
  }
}

TEST_F(Keeping, TheSameAuthorHasTheSamePseudonymAlways) {
  engine.take(post("1", "Rouen", R"(,"author":{"id":"a"})"));
  engine.take(post("2", "Rouen encore", R"(,"author":{"id":"a","name":"A"})"));
  engine.take(post("3", "Rouen ailleurs", R"(,"author":{"id":"b"})"));
  EXPECT_EQ(engine.mention(kRouen, "1").record.author, engine.mention(kRouen, "2").record.author);
  EXPECT_NE(engine.mention(kRouen, "1").record.author, engine.mention(kRouen, "3").record.author);
}

TEST_F(Keeping, ADateFromTheFutureIsNotBelieved) {
  engine.take(post("1", "Rouen", R"(,"created_at":"2031-01-01T00:00:00Z")") +
              post("2", "Rouen 2", R"(,"created_at":"2026-10-14T06:33:00Z")"));
  EXPECT_EQ(engine.mention(kRouen, "1").record.mention.created_at, at("2026-10-14T06:35:00Z"));
  EXPECT_EQ(engine.mention(kRouen, "2").record.mention.created_at, at("2026-10-14T06:33:00Z"));
  EXPECT_EQ(engine.mention(kRouen, "1").record.received_at, engine.clock.now());
  EXPECT_EQ(rolled_up(*engine.store, kRouen), recounted(*engine.store, kRouen));
}

TEST(KeepingForATime, WhatIsOlderThanTheTownMayKeepIsNotTakenUp) {
  MemoryDisk disk;
  std::vector<Tenant> towns = two_towns();
  towns[kRouen].retention_days = 30;
  TwoTowns engine(disk, 1, towns);
  const Receipt receipt =
      engine.take(post("1", "Rouen", R"(,"created_at":"2026-09-13T06:00:00Z")") +
                  post("2", "Rouen et Caen", R"(,"created_at":"2026-09-13T06:00:00Z")") +
                  post("3", "Rouen hier", R"(,"created_at":"2026-10-13T06:00:00Z")"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Rouen hier"));
  EXPECT_THAT(engine.texts(kCaen), ElementsAre("Rouen et Caen"));
  EXPECT_EQ(receipt.dropped, 1U);
}

TEST_F(Keeping, AReplayIsNeverAheadOfTheClock) {
  engine.take(post("1", "Rouen", R"(,"created_at":"9999-01-01T00:00:00Z")"),
              {.mode = Mode::kReplay});
  EXPECT_EQ(engine.mention(kRouen, "1").record.received_at, at("2026-10-14T06:35:00Z"));
}

TEST_F(Keeping, WithoutADateAMentionIsOfNow) {
  engine.take(R"({"id":"1","source":"x","text":"Rouen"})");
  EXPECT_EQ(engine.mention(kRouen, "1").record.mention.created_at, engine.clock.now());
}

TEST_F(Keeping, AReplayCarriesItsOwnDates) {
  engine.take(post("1", "Rouen", R"(,"created_at":"2025-03-01T10:00:00Z")"),
              {.mode = Mode::kReplay});
  const StoredMention stored = engine.mention(kRouen, "1");
  EXPECT_EQ(stored.record.received_at, at("2025-03-01T10:00:00Z"));
  EXPECT_EQ(stored.record.mention.created_at, at("2025-03-01T10:00:00Z"));
  EXPECT_EQ(stored.ref.day, day_of(at("2025-03-01T10:00:00Z")));
}

TEST_F(Keeping, AReplayThatIsShiftedShiftsEveryDate) {
  engine.take(post("1", "Rouen",
                   R"(,"created_at":"2025-03-01T10:00:00Z","edited_at":"2025-03-01T11:00:00Z")"),
              {.mode = Mode::kReplay, .time_shift = std::chrono::hours(48)});
  const StoredMention stored = engine.mention(kRouen, "1");
  EXPECT_EQ(stored.record.received_at, at("2025-03-03T10:00:00Z"));
  EXPECT_EQ(stored.record.mention.created_at, at("2025-03-03T10:00:00Z"));
  EXPECT_EQ(stored.edited_at, at("2025-03-03T11:00:00Z"));
}

TEST_F(Keeping, RulesThatChangeJudgeWholeEnvelopesAndOldVerdictsStayReadable) {
  engine.take(post("1", "Rouen : incendie") + post("2", "Rouen : incendie, eau"));
  engine.shelf.replace(knowledge(R"(rules:
  - {id: neu.topic, topic: feu, any: [incendie]}
  - {id: neu.veille, watch: true, any: [rouen]}
)",
                                 "second"));
  engine.take(post("3", "Rouen : incendie") + post("4", "Rouen : incendie, eau"));
  for (const auto& [id, ruleset, urgency] :
       std::vector<std::tuple<std::string, std::string, Urgency>>{{"1", "first", Urgency::kHigh},
                                                                  {"2", "first", Urgency::kHigh},
                                                                  {"3", "second", Urgency::kLow},
                                                                  {"4", "second", Urgency::kLow}}) {
    const StoredMention stored = engine.mention(kRouen, id);
    EXPECT_EQ(stored.catalogue->ruleset, ruleset) << id;
    EXPECT_EQ(stored.record.verdict.urgency, urgency) << id;
    bool spelt = false;
    for (const Evidence& evidence : stored.record.verdict.evidence) {
      const std::string_view name = spell(*stored.catalogue, evidence.name);
      spelt |= name == (ruleset == "first" ? "danger.feu" : "neu.topic");
    }
    EXPECT_TRUE(spelt) << id;
  }
  EXPECT_EQ(rolled_up(*engine.store, kRouen), recounted(*engine.store, kRouen));
}

TEST_F(Keeping, AnEditUnderNewRulesTakesTheOldTopicsOutOfTheCounts) {
  engine.take(post("1", "Rouen : eau coupée"));
  engine.shelf.replace(knowledge(R"(rules:
  - {id: neu.topic, topic: réseaux, any: [eau]}
  - {id: neu.veille, watch: true, any: [rouen]}
)",
                                 "second"));
  engine.take(post("1", "Rouen : eau encore coupée", R"(,"edited_at":"2026-10-14T06:20:00Z")"));
  EXPECT_EQ(rolled_up(*engine.store, kRouen), recounted(*engine.store, kRouen));
  EXPECT_EQ(rolled_up(*engine.store, kRouen).size(), 2U);
}

}  // namespace
}  // namespace vigie
