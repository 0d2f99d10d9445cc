#include "engine/parse/canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "tests/parse/collected.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using enum RejectReason;

std::unique_ptr<Collected> read(std::string_view bytes,
                                Requirement requirement = Requirement::kIngest,
                                std::string network = "town") {
  auto collected = std::make_unique<Collected>();
  Origin origin;
  origin.network = std::move(network);
  collect(*make_canonical_mapping(requirement), bytes, origin, *collected);
  return collected;
}

constexpr std::string_view kGood = R"({"id":"1","text":"une fuite"})"
                                   "\n";

/// A bad piece between two good ones: it is rejected for `reason`, whole, and they pass.
void expect_rejected(std::string_view bad, RejectReason reason, std::string_view detail = "") {
  const auto got = read(std::string(kGood) + std::string(bad) + "\n" + R"({"id":"2","text":"b"})");
  EXPECT_THAT(got->ids(), ElementsAre("1", "2")) << bad.substr(0, 200);
  ASSERT_EQ(got->rejects.size(), 1u) << bad.substr(0, 200);
  EXPECT_EQ(got->rejects[0].reason, reason) << got->rejects[0].detail;
  EXPECT_THAT(got->rejects[0].detail, HasSubstr(std::string(detail)));
  EXPECT_EQ(got->rejects[0].bytes, bad);
}

TEST(Canonical, ReadsEveryField) {
  const auto got = read(
      R"({"id":"195","source":"x","kind":"review","author":{"id":"lulu","name":"Lucie M.","followers":212,)"
      R"("url":"https://example.org/lulu"},"title":"Bus 4","text":"Bus \"absent\" \u00e0 l'arr\u00eat\n😀",)"
      R"("lang":"fr","created_at":"2026-10-05T04:52:34Z","edited_at":"2026-10-05T06:52:34+02:00",)"
      R"("url":"https://example.org/x/195","in_reply_to":"12","repost_of":"13","thread":"11",)"
      R"("place":{"name":"Verrerie","lat":48.5,"lon":-2},"rating":2,)"
      R"("engagement":{"likes":3,"reposts":0,"replies":1},"unknown":{"a":[1,2,{"b":null}]}})");
  ASSERT_EQ(got->kept.size(), 1u);
  const Mention& mention = (*got)[0];
  EXPECT_EQ(mention.id, "195");
  EXPECT_EQ(mention.source, "x");
  EXPECT_EQ(mention.kind, Kind::kReview);
  EXPECT_EQ(mention.author.id, "lulu");
  EXPECT_EQ(mention.author.name, "Lucie M.");
  EXPECT_EQ(mention.author.followers, 212u);
  EXPECT_EQ(mention.author.url, "https://example.org/lulu");
  EXPECT_EQ(mention.title, "Bus 4");
  EXPECT_EQ(mention.text, "Bus \"absent\" à l'arrêt\n😀");
  EXPECT_EQ(mention.language, "fr");
  EXPECT_EQ(format_time(mention.created_at), "2026-10-05T04:52:34Z");
  EXPECT_EQ(mention.version.edited_at_us, mention.created_at.time_since_epoch().count());
  EXPECT_EQ(mention.url, "https://example.org/x/195");
  EXPECT_EQ(mention.in_reply_to, "12");
  EXPECT_EQ(mention.repost_of, "13");
  EXPECT_EQ(mention.thread, "11");
  EXPECT_EQ(mention.place.name, "Verrerie");
  EXPECT_EQ(mention.place.latitude, 48.5);
  EXPECT_EQ(mention.place.longitude, -2.0);
  EXPECT_EQ(mention.rating, 2);
  EXPECT_EQ(mention.engagement.likes, 3u);
  EXPECT_EQ(mention.engagement.replies, 1u);
  EXPECT_FALSE(mention.deleted);
}

TEST(Canonical, AKeyIsAFieldIfItSaysItsNameHoweverWritten) {
  const auto got = read(
      R"({"\u0069d":"1","t\u0065xt":"une fuite","author":{"nam\u0065":"Lucie","\u0069\u0064":"lulu"},"ur\u006c":"u"})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].id, "1");
  EXPECT_EQ((*got)[0].text, "une fuite");
  EXPECT_EQ((*got)[0].author.name, "Lucie");
  EXPECT_EQ((*got)[0].author.id, "lulu");
  EXPECT_EQ((*got)[0].url, "u");
}

TEST(Canonical, AKeyThatResemblesAFieldIsNone) {
  const auto got = read(
      R"({"":0,"i":0,"id ":0,"ID":0,"id\"":0,"idx":0,"tex":0,"texte":0,"text\u0000":0,"in_reply_to_":0,"created_a":0,"id":"1",)"
      R"("engagement":{"repl":"a","replie":"a","reposts ":"a","replies":4,"reposts":5,"likes":6},"text":"une fuite","lan":0})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].id, "1");
  EXPECT_EQ((*got)[0].text, "une fuite");
  EXPECT_EQ((*got)[0].engagement.replies, 4u);
  EXPECT_EQ((*got)[0].engagement.reposts, 5u);
  EXPECT_EQ((*got)[0].engagement.likes, 6u);
}

TEST(Canonical, NullMeansAbsent) {
  const auto got =
      read(R"({"id":"1","source":null,"text":"a","author":null,"place":null,"rating":null,)"
           R"("created_at":null,"in_reply_to":null,"engagement":{"likes":null},"deleted":null})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].source, "town");
  EXPECT_EQ((*got)[0].kind, Kind::kPost);
  EXPECT_EQ((*got)[0].created_at, Time{});
}

TEST(Canonical, LaterCreationUnderTheSameIdIsAnEdit) {
  const auto got = read(
      R"({"id":"1","text":"a","created_at":"2026-10-05T04:00:00Z"})"
      "\n"
      R"({"id":"1","text":"b","created_at":"2026-10-05T05:00:00Z"})"
      "\n"
      R"({"id":"1","text":"c","created_at":"2026-10-05T04:00:00Z","edited_at":"2026-10-05T06:00:00Z"})");
  ASSERT_EQ(got->kept.size(), 3u);
  EXPECT_LT((*got)[0].version, (*got)[1].version);
  EXPECT_LT((*got)[1].version, (*got)[2].version);
}

TEST(Canonical, DeletionNeedsNoText) {
  const auto got = read(R"({"id":"1","source":"x","deleted":true})"
                        "\n"
                        R"({"source":"x","deleted":true})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_TRUE((*got)[0].deleted);
  EXPECT_THAT(got->reasons(), ElementsAre(kMissingId));
}

TEST(Canonical, AnIdMayBeANumber) {
  const auto got =
      read(R"({"id":18446744073709551615,"text":"a","in_reply_to": -3 ,"author":{"id":7}})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].id, "18446744073709551615");
  EXPECT_EQ((*got)[0].in_reply_to, "-3");
  EXPECT_EQ((*got)[0].author.id, "7");
  EXPECT_EQ((*got)[0].kind, Kind::kReply);
  expect_rejected(R"({"id":1.5,"text":"a"})", kInvalidField, "`id`");
  expect_rejected(R"({"id":true,"text":"a"})", kInvalidField, "`id`");
}

TEST(Canonical, ReadsOneJsonArray) {
  const auto got = read(
      "["
      R"({"id":"1","text":"a"},)"
      "\n"
      R"({"id":"x"},{"id":"2","text":"b"})"
      "]");
  EXPECT_THAT(got->ids(), ElementsAre("1", "2"));
  EXPECT_THAT(got->reasons(), ElementsAre(kMissingText));
}

TEST(Canonical, EmptyInputIsNeitherMentionNorReject) {
  for (const std::string_view nothing : {"", "\n\n \r\n", "[]", "\xef\xbb\xbf"}) {
    const auto got = read(nothing);
    EXPECT_TRUE(got->kept.empty() && got->rejects.empty());
  }
}

TEST(Canonical, ATornLastLineIsReported) {
  const auto got = read(std::string(kGood) + R"({"id":"2","text":"inond)");
  EXPECT_THAT(got->ids(), ElementsAre("1"));
  ASSERT_EQ(got->rejects.size(), 1u);
  EXPECT_EQ(got->rejects[0].reason, kMalformed);
  EXPECT_THAT(got->rejects[0].detail, HasSubstr("torn"));
  EXPECT_EQ(got->rejects[0].bytes, R"({"id":"2","text":"inond)");
}

TEST(Canonical, EveryTornPlaceIsAReject) {
  const std::string whole =
      R"({"id":"2","author":{"id":"x"},"text":"un mot","place":{"lat":1.5},"z":[{"y":1}]})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto got = read(std::string(kGood) + whole.substr(0, size));
    EXPECT_THAT(got->ids(), ElementsAre("1")) << whole.substr(0, size);
    EXPECT_EQ(got->rejects.size(), 1u) << whole.substr(0, size);
  }
}

TEST(Canonical, RejectsWhatIsNoMention) {
  expect_rejected("garbage", kMalformed);
  expect_rejected("42", kMalformed);
  expect_rejected("[1,2]", kMalformed, "object");
  expect_rejected(R"({"id":"9","text":"a"} {"id":"10","text":"b"})", kMalformed, "follows");
  expect_rejected(R"({"id":"9","text":"a"},)", kMalformed);
  expect_rejected(R"({"id":"9" "text":"a"})", kMalformed);
}

TEST(Canonical, RejectsInvalidUtf8Anywhere) {
  expect_rejected("{\"id\":\"9\",\"text\":\"caf\xe9\"}", kInvalidUtf8);
  expect_rejected("{\"id\":\"9\",\"text\":\"a\",\"unknown\":\"\xff\"}", kInvalidUtf8);
  expect_rejected("{\"id\":\"9\",\"text\":\"\xed\xa0\x80\"}", kInvalidUtf8);
}

TEST(Canonical, RejectsRawNulAndHalfSurrogatesButReadsEscapedNulAsASpace) {
  expect_rejected(std::string_view("{\"id\":\"9\",\"text\":\"a\0b\"}", 23), kMalformed);
  expect_rejected(R"({"id":"9","text":"a\ud83d"})", kMalformed, "surrogate");
  expect_rejected(R"({"id":"9","text":"\ude00a"})", kMalformed, "surrogate");
  const auto got = read(R"({"id":"a\u0000b","title":"\u0000","text":"x\u0000\u0000y"})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ((*got)[0].id, "a b");
  EXPECT_EQ((*got)[0].title, " ");
  EXPECT_EQ((*got)[0].text, "x  y");
}

TEST(Canonical, RejectsWhatIsTooLong) {
  expect_rejected(R"({"id":"9","text":")" + std::string(10'000'000, 'a') + R"("})", kTooLong);
  expect_rejected(R"({"id":"9","text":")" + std::string(kMaxTextBytes + 1, 'a') + R"("})", kTooLong,
                  "`text`");
  EXPECT_EQ(read(R"({"id":"9","text":")" + std::string(kMaxTextBytes, 'a') + R"("})")->kept.size(),
            1u);
}

TEST(Canonical, RejectsWhatIsTooDeep) {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  expect_rejected(R"({"id":"9","text":"a","unknown":)" + deep + "}", kTooDeep);
  expect_rejected(R"({"id":"9","author":{"x":)" + deep + R"(},"text":"a"})", kTooDeep);
  std::string objects;
  for (int i = 0; i < 2000; ++i) {
    objects += R"({"a":)";
  }
  expect_rejected(R"({"x":)" + objects + "1" + std::string(2000, '}') + R"(,"id":"9","text":"a"})",
                  kTooDeep);
  const std::string fine = std::string(60, '[') + std::string(60, ']');
  EXPECT_EQ(read(R"({"id":"9","text":"a","unknown":)" + fine + "}")->kept.size(), 1u);
}

TEST(Canonical, ReadsManyUnknownFieldsInTheTimeOfTheirBytes) {
  std::string fields;
  for (int i = 0; i < 150'000; ++i) {  // 90 GB, if each were looked at with all that follow
    fields += R"("":[],)";
  }
  EXPECT_EQ(read("{" + fields + R"("id":"9","text":"a"})")->kept.size(), 1u);
}

TEST(Canonical, RejectsAMentionWithoutTextOrId) {
  expect_rejected(R"({"id":"9"})", kMissingText);
  expect_rejected(R"({"id":"9","text":null})", kMissingText);
  expect_rejected(R"({"id":"9","text":" \n"})", kMissingText);
  expect_rejected(R"({"text":"a"})", kMissingId);
  expect_rejected(R"({"id":"","text":"a"})", kMissingId);
  EXPECT_EQ(read(R"({"id":"9","rating":1})")->kept.size(), 1u) << "stars alone say something";
  EXPECT_THAT(read(R"({"id":"9","text":"a"})", Requirement::kIngest, "")->reasons(),
              ElementsAre(kMissingId));
}

TEST(Canonical, ToClassifyOnlyATextIsNeeded) {
  const auto got = read(R"({"text":"a"})"
                        "\n"
                        R"({"text":""})"
                        "\n"
                        R"({"id":"1"})",
                        Requirement::kClassify, "");
  EXPECT_EQ(got->kept.size(), 2u);
  EXPECT_THAT(got->reasons(), ElementsAre(kMissingText));
}

TEST(Canonical, RejectsKnownFieldsOfTheWrongTypeOrValue) {
  expect_rejected(R"({"id":"9","text":5})", kInvalidField, "`text` must be a string");
  expect_rejected(R"({"id":"9","text":"a","author":"bob"})", kInvalidField, "`author`");
  expect_rejected(R"({"id":"9","text":"a","author":{"followers":-1}})", kInvalidField,
                  "`author.followers`");
  expect_rejected(R"({"id":"9","text":"a","kind":"tweet"})", kInvalidField, "`kind`");
  expect_rejected(R"({"id":"9","text":"a","rating":6})", kInvalidField, "`rating`");
  expect_rejected(R"({"id":"9","text":"a","rating":"5"})", kInvalidField, "`rating`");
  expect_rejected(R"({"id":"9","text":"a","created_at":"yesterday"})", kInvalidField,
                  "`created_at`");
  expect_rejected(R"({"id":"9","text":"a","edited_at":1760000000})", kInvalidField, "`edited_at`");
  expect_rejected(R"({"id":"9","text":"a","place":{"lat":91}})", kInvalidField, "`place.lat`");
  expect_rejected(R"({"id":"9","text":"a","place":[]})", kInvalidField, "`place`");
  expect_rejected(R"({"id":"9","text":"a","engagement":{"likes":1.5}})", kInvalidField,
                  "`engagement.likes`");
  expect_rejected(R"({"id":"9","text":"a","deleted":"no"})", kInvalidField, "`deleted`");
}

TEST(Canonical, RejectsAKnownFieldGivenTwice) {
  expect_rejected(R"({"id":"9","text":"a","text":"b"})", kInvalidField, "twice");
  expect_rejected(R"({"id":"9","\u0069d":"10","text":"b"})", kInvalidField, "twice");
  expect_rejected(R"({"id":"9","text":"b","author":{"id":"1","id":"2"}})", kInvalidField,
                  "`author.id`");
  EXPECT_EQ(read(R"({"id":"9","text":"a","tags":1,"tags":2})")->kept.size(), 1u);
}

TEST(Canonical, KeepsADateInTheFutureAsGiven) {
  const auto got = read(R"({"id":"1","text":"a","created_at":"2999-01-01T00:00:00Z"})");
  ASSERT_EQ(got->kept.size(), 1u);
  EXPECT_EQ(format_time((*got)[0].created_at), "2999-01-01T00:00:00Z");
}

TEST(Canonical, AnyBytesGiveMentionsOrRejectsAndNothingElse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string whole =
      R"({"id":"2","author":{"id":"x","followers":3},"text":"un \u00e9t\ud83d\ude00","place":{"lat":1.5},"z":[{"y":1}]})";
  const auto mapping = make_canonical_mapping(Requirement::kIngest);
  Origin origin;
  origin.network = "town";
  for (int i = 0; i < 20000; ++i) {
    std::string line = whole;
    for (auto changes = random() % 4; changes != 0; --changes) {
      line[random() % line.size()] = static_cast<char>(random());
    }
    Collected got;
    collect(*mapping, std::string(kGood) + line + "\n" + std::string(kGood), origin, got);
    ASSERT_GE(got.kept.size() + got.rejects.size(), 3u);
    ASSERT_EQ(got.ids().front(), "1");
    ASSERT_EQ(got.ids().back(), "1");
  }
}

TEST(Canonical, ReadsTheBundledTownWithoutAReject) {
  std::ifstream file(VIGIE_SOURCE_DIR "/deploy/town/mentions.ndjson");
  std::stringstream bytes;
  bytes << file.rdbuf();
  const auto got = read(bytes.str());
  EXPECT_GT(got->kept.size(), 100u);
  EXPECT_TRUE(got->rejects.empty()) << got->rejects[0].detail;
}

}  // namespace
}  // namespace vigie
