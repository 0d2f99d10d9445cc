#include "connectors/json_shape.h"

#include <gtest/gtest.h>

#include "connectors/api_cursor.h"
#include "connectors/api_description.h"
#include "tests/connectors/mapped.h"

namespace vigie {
namespace {

std::string texts_at(const char* json, const char* path) {
  JsonDocument document;
  EXPECT_FALSE(document.parse(json));
  std::string all;
  for (const JsonNode* node : document.all(document.root(), *JsonPath::parse(path))) {
    all += std::string(document.text(*node).value_or("?")) + ",";
  }
  return all;
}

TEST(JsonPath, LeadsToEveryElementAndUpAgain) {
  EXPECT_EQ(texts_at(R"({"a":[{"b":1},{"c":9},{"b":"x"}]})", "/a/*/b"), "1,x,");
  EXPECT_EQ(texts_at(R"({"a":[{"b":1},{"b":2}]})", "/a/1/b"), "2,");
  EXPECT_EQ(texts_at(R"({"a/b":{"~":true}})", "/a~1b/~0"), "true,");
  EXPECT_EQ(texts_at(R"({"id":18446744073709551615})", "/id"), "18446744073709551615,");
  EXPECT_EQ(texts_at(R"({"*":1})", "/*"), "1,") << "a star is a name where there is no array";
  JsonDocument document;
  ASSERT_FALSE(document.parse(R"({"title":"t","list":[{"id":1}]})"));
  const JsonNode* item = document.find(document.root(), *JsonPath::parse("/list/*"));
  ASSERT_NE(item, nullptr);
  const JsonNode* title = document.find(*item, *JsonPath::parse("2/title"));
  ASSERT_NE(title, nullptr);
  EXPECT_EQ(document.text(*title), "t");
  EXPECT_EQ(document.find(*item, *JsonPath::parse("9/title")), nullptr);
  for (const char* wrong : {"a", "/a~2", "99/a", "1a"}) {
    EXPECT_FALSE(JsonPath::parse(wrong)) << wrong;
  }
}

TEST(JsonDocument, NamesTheFlaw) {
  JsonDocument document;
  EXPECT_EQ(document.parse("{")->reason, RejectReason::kMalformed);
  EXPECT_EQ(document.parse("{\"a\":\"\xff\"}")->reason, RejectReason::kInvalidUtf8);
  EXPECT_EQ(document.parse(std::string(100, '[') + std::string(100, ']'))->reason,
            RejectReason::kTooDeep);
  EXPECT_FALSE(document.parse("[]"));
}

TEST(ApiTemplate, EncodesValuesAndLeavesOutEmptyParameters) {
  const ApiValues values = {{"api", "https://a.example/x"}, {"q", "été & co"}, {"none", ""}};
  EXPECT_EQ(expand_url("{api}/s?q={q}&after={none}&n=1", values),
            "https://a.example/x/s?q=%C3%A9t%C3%A9%20%26%20co&n=1");
  EXPECT_EQ(expand_url("{api}/s?after={none}", values), "https://a.example/x/s");
  EXPECT_EQ(expand("{unknown} {q}", values), "{unknown} été & co");
  EXPECT_EQ(expand_body(R"({"q":"{q}"})", {{"q", "a\"b"}}), R"({"q":"a\"b"})");
  EXPECT_EQ(expand_body("q={q}", {{"q", "a\"b"}}), "q=a\"b");
}

TEST(ApiCursor, SurvivesItsJson) {
  ApiCursor cursor{"s",
                   "p2",
                   Time(microseconds(1)),
                   Time(microseconds(2)),
                   Time(microseconds(3)),
                   "W/\"1\"",
                   "Tue",
                   "00ff",
                   {20'000, 42},
                   {{"a\"", 7}},
                   {"a\""}};
  EXPECT_EQ(parse_api_cursor(to_string(cursor)), cursor);
  for (const char* text : {"", "{}", "[]", R"({"source":1})"}) {
    EXPECT_EQ(parse_api_cursor(text), std::nullopt) << text;
  }
}

class Kept final : public MentionSink {
 public:
  void mention(const Mention& mention) override {
    ids += std::string(mention.id) + (mention.deleted ? "- " : " ");
    last_created = mention.created_at;
    last_kind = mention.kind;
    last_rating = mention.rating;
  }
  void reject(RejectReason reason, std::string_view, std::string_view) override {
    rejected += std::string(to_string(reason)) + " ";
  }
  std::string ids, rejected;
  Time last_created{};
  Kind last_kind{};
  std::optional<int> last_rating;
};

Kept mapped(const std::string& yaml, std::string_view json) {
  Kept kept;
  make_configured_json_mapping()->map(configured_envelope(yaml, json), kept);
  return kept;
}

TEST(JsonShape, ReadsTimesAsTheyAreWritten) {
  const std::string item = "mentions: [{items: /*, id: /i, text: /t, created_at: /c}]\n";
  const auto time = [&](const std::string& more, const std::string& value) {
    const Kept kept = mapped(item + more, R"([{"i":1,"t":"x","c":)" + value + "}]");
    return kept.rejected.empty() ? format_time(kept.last_created) : kept.rejected;
  };
  EXPECT_EQ(time("", "1790000000"), "2026-09-21T14:13:20Z");
  EXPECT_EQ(time("", "1790000000.0"), "2026-09-21T14:13:20Z");
  EXPECT_EQ(time("", "\"1790000000\""), "2026-09-21T14:13:20Z");
  EXPECT_EQ(time("time_format: unix_ms", "1790000000250"), "2026-09-21T14:13:20.250Z");
  EXPECT_EQ(time("", "\"2021-08-10T18:45:03+0000\""), "2021-08-10T18:45:03Z");
  EXPECT_EQ(time("time_zone: Europe/Paris", "\"2026-07-01\""), "2026-06-30T22:00:00Z");
  EXPECT_EQ(time("time_zone: Europe/Paris", "\"2026-07-01T10:00:00Z\""), "2026-07-01T10:00:00Z");
  EXPECT_EQ(time("time_format: '%d/%m/%Y %H:%M'", "\"24/11/2026 18:30\""), "2026-11-24T18:30:00Z");
  EXPECT_EQ(time("", "\"gestern\""), "invalid_field ");
  EXPECT_EQ(time("", "1e300"), "invalid_field ");
}

TEST(JsonShape, PassesGoodItemsAndRejectsBadOnesOneByOne) {
  const std::string yaml =
      "mentions: [{items: /*, id: /i, text: /t, parent: /p, rating: /r, rating_words: {TOP: 5},"
      " deleted_if: {/t: '[gone]'}, only_if: {/k: [a, b]}}]";
  const Kept kept = mapped(
      yaml, R"([{"i":1,"t":"x","k":"a","p":7,"r":"TOP"},{"i":2,"t":"x","k":"c"},{"t":"x","k":"a"},)"
            R"({"i":3,"k":"b"},{"i":"4","t":"[gone]","k":"b"}])");
  EXPECT_EQ(kept.ids, "1 4- ");
  EXPECT_EQ(kept.rejected, "missing_id missing_text ");
  EXPECT_EQ(mapped(yaml, R"([{"i":1,"t":"x","k":"a","p":7,"r":"TOP"}])").last_kind, Kind::kReply);
  EXPECT_EQ(mapped(yaml, R"([{"i":1,"t":"x","k":"a","r":"TOP"}])").last_rating, 5);
  EXPECT_EQ(mapped(yaml, R"([{"i":1,"t":"x","k":"a","r":"9"}])").last_rating, std::nullopt);
  EXPECT_EQ(mapped(yaml, deletion_note({"5", "6"})).ids, "5- 6- ");
  EXPECT_EQ(mapped(yaml, "").ids, "");
}

TEST(JsonShape, NamesEveryMistake) {
  std::vector<Problem> problems;
  const auto settings = Settings::parse(
      "time_zone: Mars\nmentions: [{items: x, id: 'a{b', kind: cry, colour: red,"
      " only_if: {x: 1}}]",
      "vigie.yaml", problems);
  read_json_shape(*settings, false, problems);
  const std::string said = to_string(problems);
  for (const char* part : {"Mars", "'x'", "a{b", "cry", "colour", "vigie.yaml:2"}) {
    EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
  }
}

}  // namespace
}  // namespace vigie
