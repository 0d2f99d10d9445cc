// Edits, deletions and what a receipt says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/parse/feed.h"
#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Versions : public testing::Test {
 protected:
  void expect_exact_counts() {
    for (const TenantId tenant : {kRouen, kCaen}) {
      EXPECT_EQ(rolled_up(*engine.store, tenant), recounted(*engine.store, tenant));
    }
  }
  MemoryDisk disk;
  TwoTowns engine{disk};
};

constexpr std::string_view kEdited = R"(,"edited_at":"2026-10-14T06:10:00Z")";
constexpr std::string_view kEditedAgain = R"(,"edited_at":"2026-10-14T06:20:00Z")";

TEST_F(Versions, AReceiptSaysWhatBecameOfEachMentionOnce) {
  const Receipt first = engine.take(post("1", "Rouen et Caen") + post("2", "eau à Rouen") +
                                    post("3", "Dieppe") + "not json\n" + deletion("9"));
  EXPECT_EQ(first.kept, 2U) << "two towns keep the first: it still counts once";
  EXPECT_EQ(first.dropped, 1U);
  EXPECT_EQ(first.rejected, 1U);
  EXPECT_EQ(first.deleted, 1U);
  EXPECT_EQ(first.duplicates, 0U);
  const Receipt second =
      engine.take(post("1", "Rouen et Caen") + post("2", "Rouen, eau", kEdited) + deletion("1"));
  EXPECT_EQ(second.kept, 1U);
  EXPECT_EQ(second.duplicates, 1U);
  EXPECT_EQ(second.deleted, 1U);
  EXPECT_EQ(second.dropped + second.rejected, 0U);
}

TEST_F(Versions, AFeedsItemWithoutWordsIsADeadLetterAndTheOthersAreKept) {
  engine.mappings.emplace("feed", make_feed_mapping);
  auto feed = std::make_shared<Origin>(*engine.origins[kDesk]);
  feed->format = "feed";
  engine.origins.push_back(feed);
  const Receipt receipt = engine.take(
      "<rss><item><guid>1</guid><link>https://ville.example/1</link></item>"
      "<item><guid>2</guid><title>Travaux</title></item></rss>",
      {.connector = engine.origins.size() - 1});
  EXPECT_EQ(receipt.kept, 1U);
  EXPECT_EQ(receipt.rejected, 1U);
  const auto letters = engine.store->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "missing_text");
  EXPECT_EQ(letters[0].bytes, "1") << "which item it was";
}

TEST_F(Versions, WhatCannotBeReadIsADeadLetterAndTheRestGoesOn) {
  engine.take(post("1", "Rouen") + "{\"id\":\"2\",\"source\":\n" + post("3", "Rouen 3"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Rouen", "Rouen 3"));
  const auto letters = engine.store->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].connector, "wall");
  EXPECT_EQ(letters[0].bytes, "{\"id\":\"2\",\"source\":");
}

TEST_F(Versions, OfAThousandUnreadableLinesAHundredLettersAreKeptAndAllAreCounted) {
  std::string lines;
  for (int i = 0; i < 1'000; ++i) {
    lines += "torn\n";
  }
  const Receipt receipt = engine.take(lines + post("1", "Rouen"));
  EXPECT_EQ(receipt.rejected, 1'000U);
  EXPECT_EQ(receipt.kept, 1U);
  const auto letters = engine.store->dead_letters(1'000).value();
  ASSERT_EQ(letters.size(), 100U);
  EXPECT_THAT(letters.front().detail, HasSubstr("901 more"));
}

TEST_F(Versions, TheSameMentionFromTwoConnectorsIsOne) {
  engine.take(post("1", "eau à Rouen"));
  EXPECT_EQ(engine.take(post("1", "eau à Rouen"), {.connector = kDesk}).duplicates, 1U);
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("eau à Rouen"));
  expect_exact_counts();
}

TEST_F(Versions, AnEditTakesTheOldWordingOutOfEverything) {
  engine.take(post("1", "Rouen et Caen : incendie, eau"));
  ASSERT_THAT(urgent_ids(*engine.store, kRouen), ElementsAre("1"));
  const MentionRef before = engine.mention(kRouen, "1").ref;
  engine.take(post("1", "Rouen et Caen : fausse alerte, la route est libre", kEdited));
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_THAT(engine.texts(tenant),
                ElementsAre("Rouen et Caen : fausse alerte, la route est libre"));
    EXPECT_THAT(urgent_ids(*engine.store, tenant), IsEmpty());
  }
  EXPECT_EQ(engine.mention(kRouen, "1").ref, before) << "links to it break";
  EXPECT_THAT(engine.mention(kRouen, "1").record.topics, IsEmpty());
  EXPECT_EQ(engine.mention(kCaen, "1").record.topics.size(), 1U);
  expect_exact_counts();
}

TEST_F(Versions, AnEditThatNamesTheTownNoMoreReplacesAllTheSame) {
  engine.take(post("1", "Rouen : incendie"));
  EXPECT_EQ(engine.take(post("1", "je me suis trompé de ville", kEdited)).kept, 1U);
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("je me suis trompé de ville"));
  EXPECT_THAT(engine.texts(kCaen), IsEmpty());
  expect_exact_counts();
}

TEST_F(Versions, ALaterWordingOfASourceThatDatesNoEditsReplacesTheSameWay) {
  engine.take(post("1", "Rouen : X est un voleur"));
  engine.take(post("1", "je me suis trompé", R"(,"created_at":"2026-10-14T06:20:00Z")") +
              post("2", "rien à voir", R"(,"created_at":"2026-10-14T06:20:00Z")"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("je me suis trompé"));
  EXPECT_THAT(engine.texts(kCaen), IsEmpty());
}

TEST_F(Versions, AnEditThatNamesAnotherTownReachesThatTown) {
  engine.take(post("1", "Rouen : incendie"));
  engine.take(post("1", "Caen : incendie", kEdited));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Caen : incendie"));
  EXPECT_THAT(engine.texts(kCaen), ElementsAre("Caen : incendie"));
  expect_exact_counts();
}

TEST_F(Versions, TheLaterWordingWinsInWhateverOrderTheyCome) {
  std::vector<std::string> wordings = {post("1", "Rouen a"), post("1", "Rouen b", kEdited),
                                       post("1", "Rouen c", kEditedAgain)};
  std::ranges::sort(wordings);
  do {
    MemoryDisk fresh;
    TwoTowns other(fresh);
    for (const std::string& wording : wordings) {
      other.take(wording);
    }
    EXPECT_THAT(other.texts(kRouen), ElementsAre("Rouen c")) << wordings[0] << wordings[1];
    EXPECT_EQ(rolled_up(*other.store, kRouen), recounted(*other.store, kRouen));
  } while (std::ranges::next_permutation(wordings).found);
}

TEST_F(Versions, ADeletionDeletesEverywhere) {
  engine.take(post("1", "Rouen et Caen : incendie, eau") + post("2", "Rouen"));
  engine.take(post("1", "Rouen et Caen : explosion", kEdited));
  engine.take(deletion("1"));
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Rouen"));
  EXPECT_THAT(engine.texts(kCaen), IsEmpty());
  EXPECT_THAT(urgent_ids(*engine.store, kRouen), IsEmpty());
  EXPECT_THAT(urgent_ids(*engine.store, kCaen), IsEmpty());
  EXPECT_THAT(rolled_up(*engine.store, kCaen), IsEmpty());
  expect_exact_counts();
}

TEST_F(Versions, NoByteOfADeletedTextStaysOnceThePackIsRewritten) {
  const auto holds = [&](std::string_view text) {
    return std::ranges::any_of(disk_image(disk), [&](const auto& entry) {
      return entry.second.find(text) != std::string::npos;
    });
  };
  engine.take(post("1", "Rouen zxqwv") + post("2", "Rouen"));
  engine.take(post("1", "Rouen jkpty", kEdited));
  EXPECT_FALSE(holds("zxqwv"));
  engine.take(deletion("1"));
  EXPECT_FALSE(holds("zxqwv"));
  EXPECT_FALSE(holds("jkpty"));
  EXPECT_TRUE(holds("Rouen")) << "texts cannot be found like this";
}

TEST_F(Versions, ALateOriginalOfSomethingDeletedStaysAway) {
  engine.take(deletion("1"));
  EXPECT_EQ(engine.take(post("1", "Rouen")).duplicates, 1U);
  EXPECT_EQ(engine.take(post("1", "Rouen", kEditedAgain)).duplicates, 1U);
  EXPECT_THAT(engine.texts(kRouen), IsEmpty());
  EXPECT_THAT(rolled_up(*engine.store, kRouen), IsEmpty());
}

TEST_F(Versions, InOneBatchTheSameHoldsAsOverTime) {
  engine.send(post("1", "Rouen : incendie") + post("2", "Rouen : eau") + deletion("3"));
  engine.send(post("1", "Rouen : explosion", kEdited) + deletion("2") + post("3", "Rouen 3"));
  engine.send(post("1", "Rouen : explosion", kEdited) + post("2", "Rouen : eau"));
  engine.settle();
  EXPECT_THAT(engine.texts(kRouen), ElementsAre("Rouen : explosion"));
  EXPECT_THAT(urgent_ids(*engine.store, kRouen), ElementsAre("1"));
  expect_exact_counts();
}

TEST_F(Versions, AReplyToSomethingDeletedIsNotKept) {
  engine.take(post("1", "eau à Rouen"));
  engine.take(deletion("1"));
  EXPECT_EQ(engine.take(post("2", "ici aussi", R"(,"in_reply_to":"1")")).dropped, 1U);
}

TEST_F(Versions, TheLiveFeedIsToldOfWhatIsStoredAndEditedOnly) {
  engine.take(post("1", "Rouen et Caen") + post("2", "Dieppe"));
  EXPECT_EQ(engine.shown.size(), 2U) << "one for each town";
  engine.take(post("1", "Rouen et Caen") + deletion("2"));
  EXPECT_EQ(engine.shown.size(), 2U);
  engine.take(post("1", "Rouen, Caen", kEdited));
  EXPECT_EQ(engine.shown.size(), 4U);
  engine.take(post("5", "Rouen"), {.mode = Mode::kBackfill});
  EXPECT_EQ(engine.shown.size(), 4U) << "history is not news";
}

/// Mentions of one envelope are judged several together: nobody can see that.
TEST(VersionsOfManyTogether, OneEnvelopeGivesWhatItsMentionsGiveOneByOne) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  std::vector<std::string> lines;
  for (int i = 0; i < 120; ++i) {
    const std::string id = std::to_string(below(40));
    static constexpr std::string_view kTexts[] = {"Rouen, incendie", "eau à Caen",
                                                  "nul, Rouen et Caen", "Dieppe", "Rouen"};
    std::string more;
    if (below(3) == 0) {
      more += R"(,"edited_at":"2026-10-14T06:)" + std::to_string(10 + below(40)) + R"(:00Z")";
    }
    if (below(4) == 0) {
      more += R"(,"in_reply_to":")" + std::to_string(below(40)) + R"(")";
    }
    const std::string long_text(below(20) == 0 ? 30'000 : below(40), 'x');
    lines.push_back(below(8) == 0
                        ? deletion(id)
                        : post(id, std::string(kTexts[below(5)]) + " " + long_text, more));
  }
  MemoryDisk one_disk, many_disk;
  TwoTowns together{one_disk}, alone{many_disk};
  std::string all;
  for (const std::string& line : lines) {
    all += line;
    alone.take(line);
  }
  together.take(all);
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_EQ(stored_lines(*together.store, tenant), stored_lines(*alone.store, tenant));
    EXPECT_EQ(rolled_up(*together.store, tenant), rolled_up(*alone.store, tenant));
  }
  EXPECT_FALSE(together.texts(kRouen).empty());
}

}  // namespace
}  // namespace vigie
