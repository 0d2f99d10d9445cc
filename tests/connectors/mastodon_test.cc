#include "connectors/mastodon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <fstream>
#include <iterator>

#include "tests/connectors/engine_stand_in.h"
#include "tests/connectors/facts.h"
#include "tests/connectors/mapped.h"
#include "tests/connectors/peer.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Over both transports.
class MastodonTest : public testing::TestWithParam<const char*> {
 protected:
  MastodonTest() { folder_.write("token", "a-token-of-the-tests\n"); }

  /// Runs a connector until `until`; what the mapping makes of all that came.
  std::vector<std::string> run(EngineStandIn& engine, const std::function<bool()>& until,
                               const std::string& more = "") {
    const std::string path = (folder_.path() / "token").string();
    ::chmod(path.c_str(), 0600);
    const auto context = engine.context(
        "{instance: " + peer_.url("http") + ", streams: ['#town'], secret_file: " + path +
        ", allow_private: true, transport: " + GetParam() + more + "}");
    auto connector = make_mastodon_connector(context);
    EXPECT_TRUE(connector) << connector.error().text;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    engine.run(**connector, [&] {
      const bool late = std::chrono::steady_clock::now() > deadline;
      EXPECT_FALSE(late) << "nothing came of it: " << engine.status().snapshot().detail;
      return late || until();
    });
    const auto mapping = make_mastodon_mapping();
    return Mapped(*mapping, engine.received()).told;
  }
  static bool is_active(EngineStandIn& engine) {
    return engine.status().snapshot().state == ConnectorStatus::State::kActive;
  }
  bool listens() { return peer_.tell("listeners") == "1"; }
  static std::size_t count(const EngineStandIn& engine, std::string_view word) {
    const std::string all = engine.received();
    std::size_t found = 0;
    for (std::size_t at = 0; (at = all.find(word, at)) != all.npos; ++at) {
      ++found;
    }
    return found;
  }
  /// Does each step once its time has come.
  static std::function<bool()> steps(
      std::vector<std::pair<std::function<bool()>, std::function<void()>>> all,
      std::function<bool()> end) {
    auto next = std::make_shared<std::size_t>(0);
    return [all = std::move(all), end = std::move(end), next] {
      if (*next == all.size()) {
        return end();
      }
      if (all[*next].first()) {
        all[*next].second();
        ++*next;
      }
      return false;
    };
  }

  TempFolder folder_;
  Peer peer_{"mastodon"};
};

constexpr std::string_view kId = "117024248092393661";  // 2026-08-02

TEST_P(MastodonTest, BringsHistoryThenWhatIsSaidAsItIsSaid) {
  shows("mastodon", "takes");
  peer_.tell("post", R"("number": 117024248092390001, "text": "before")");
  EngineStandIn engine("mastodon");
  const auto told =
      run(engine, steps({{[&] { return listens() && count(engine, ">before<") == 1; },
                          [&] {
                            peer_.tell(
                                "post",
                                R"("number": 117024248092393661, "text": "La mairie &amp; moi")");
                          }}},
                        [&] { return count(engine, "&amp;") == 1; }));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(engine.arrivals()[0].mode, Mode::kBackfill);
  EXPECT_EQ(engine.arrivals()[1].mode, Mode::kLive);
  EXPECT_EQ(
      told[1],
      R"({"id":"https://social.example/users/ana/statuses/117024248092393661","source":"mastodon","kind":"post",)"
      R"("author":{"id":"https://social.example/users/ana","name":"Ana","url":"https://social.example/@ana","followers":12},)"
      R"("text":"La mairie & moi","created_at":"2026-10-14T06:13:50.250Z","url":"https://social.example/@ana/117024248092393661",)"
      R"("engagement":{"likes":3,"reposts":2,"replies":1}})");
  EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kActive);
  EXPECT_EQ(peer_.tell("wrong"), "[]");
}

TEST_P(MastodonTest, ResumesFromItsCursorWithoutALoss) {
  shows("mastodon", "resumes");
  std::string cursor;
  {
    EngineStandIn engine("mastodon");
    peer_.tell("post", R"("number": 117024248092390001, "text": "one")");
    run(engine, [&] { return count(engine, ">one<") == 1; });
    cursor = engine.arrivals().back().cursor;
  }
  for (int i = 2; i < 9; ++i) {  // while nobody listens; pages are smaller than that
    peer_.tell("post", R"("silently": true, "number": 11702424809239000)" + std::to_string(i) +
                           R"(, "text": "missed )" + std::to_string(i) + '"');
  }
  peer_.tell("pages_of", R"("size": 3)");
  EngineStandIn engine("mastodon", cursor);
  run(
      engine, [&] { return count(engine, ">missed") == 7; }, ", rewind_s: 0");
  EXPECT_EQ(count(engine, ">one<"), 0u);
  EXPECT_EQ(engine.arrivals()[0].mode, Mode::kLive);
  const std::string all = engine.received();
  EXPECT_LT(all.find("missed 2"), all.find("missed 3")) << "oldest first";
}

TEST_P(MastodonTest, CatchesUpAfterACutInTheMiddleOfAMessage) {
  shows("mastodon", "cut");
  EngineStandIn engine("mastodon");
  peer_.tell("post", R"("number": 117024248092390001, "text": "one")");
  run(engine, steps({{[&] { return listens() && count(engine, ">one<") == 1; },
                      [&] {
                        peer_.tell(
                            "post",
                            R"("number": 117024248092390002, "text": "torn", "cut_at": 300)");
                      }}},
                    [&] {  // the server listens to it before it has heard so itself
                      return count(engine, ">torn<") >= 1 && listens() && is_active(engine);
                    }));
  EXPECT_GE(engine.status().snapshot().errors, 1u);
}

TEST_P(MastodonTest, CarriesEditsAndDeletionsUnderTheSameId) {
  shows("mastodon", "edit, deletion");
  EngineStandIn engine("mastodon");
  peer_.tell("post", R"("number": 117024248092390001, "text": "one")");
  const auto told =
      run(engine,
          steps({{[&] { return listens() && count(engine, ">one<") == 1; },
                  [&] { peer_.tell("edit", R"("number": 117024248092390001, "text": "better")"); }},
                 {[&] { return count(engine, ">better<") >= 1; },
                  [&] { peer_.tell("delete", R"("number": 117024248092390001)"); }}},
                [&] { return count(engine, R"("event":"delete")") >= 1; }));
  ASSERT_EQ(told.size(), 3u);
  EXPECT_THAT(told[1], HasSubstr(R"("edited_at":"2026-10-14T07:00:00Z")"));
  EXPECT_THAT(told[1], HasSubstr("better"));
  EXPECT_EQ(
      told[2],
      R"({"id":"https://social.example/users/ana/statuses/117024248092390001","source":"mastodon","deleted":true})");
}

TEST_P(MastodonTest, KnowsWhatAnAnswerAnswers) {
  EngineStandIn engine("mastodon");
  peer_.tell("post", R"("number": 117024248092390001, "text": "one")");
  peer_.tell("post",
             R"("number": 117024248092390002, "text": "two", "answers": "117024248092390001")");
  const auto told = run(engine, [&] { return count(engine, ">two<") == 1; });
  EXPECT_THAT(
      told[1],
      HasSubstr(R"("in_reply_to":"https://social.example/users/ana/statuses/117024248092390001")"));
  EXPECT_THAT(told[1], HasSubstr(R"("kind":"reply")"));
}

TEST_P(MastodonTest, WaitsWhenItIsToldToManyRequests) {
  shows("mastodon", "limited");
  peer_.tell(
      "next_answer",
      R"("status": 429, "path": "/api/v1/timelines", "headers": {"X-RateLimit-Reset": "2026-09-21T13:40:00.000Z"}, "body": "{}")");
  EngineStandIn engine("mastodon");
  run(engine,
      [&] { return engine.status().snapshot().state == ConnectorStatus::State::kQuotaSpent; });
  const auto now = engine.status().snapshot();
  EXPECT_THAT(now.detail, HasSubstr("429"));
  const auto reset = *parse_time("2026-09-21T13:40:00Z");
  const auto least = std::max(reset, engine.clock().now() + std::chrono::seconds(60));
  EXPECT_GE(now.next_attempt_at, least);
}

TEST_P(MastodonTest, SaysThatATokenIsRefused) {
  shows("mastodon", "refused");
  folder_.write("token", "not-the-right-token-at-all\n");
  EngineStandIn engine("mastodon");
  run(engine,
      [&] { return engine.status().snapshot().state == ConnectorStatus::State::kUnauthorised; });
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("answered 401: the token"));
  EXPECT_EQ(engine.received(), "");
}

TEST_P(MastodonTest, PutsATrickleTogether) {
  shows("mastodon", "trickle");
  EngineStandIn engine("mastodon");
  peer_.tell("trickle", R"("seconds": 0.0002)");
  const auto told =
      run(engine,
          steps({{[&] { return listens(); },
                  [&] { peer_.tell("post", R"("number": 117024248092390001, "text": "slow")"); }}},
                [&] { return count(engine, ">slow<") >= 1; }));
  EXPECT_THAT(told.back(), HasSubstr("slow"));
}

TEST_P(MastodonTest, MakesADeadLetterOfNonsenseAndGoesOn) {
  shows("mastodon", "malformed");
  EngineStandIn engine("mastodon");
  const auto told = run(
      engine, steps({{[&] { return listens(); },
                      [&] {
                        peer_.tell("say", R"("event": "update", "payload": "{\"id\": no json")");
                        peer_.tell("say", R"("event": "unheard.of", "payload": "{}")");
                        peer_.tell("post", R"("number": 117024248092390001, "text": "good")");
                      }}},
                    [&] { return count(engine, "no json") >= 1 && count(engine, ">good<") >= 1; }));
  EXPECT_EQ(std::ranges::count_if(told, [](const auto& one) { return one.starts_with("! "); }), 1);
  EXPECT_THAT(told, testing::Contains(HasSubstr("good"))) << "by the stream, or by what catches up";
}

INSTANTIATE_TEST_SUITE_P(Over, MastodonTest, testing::Values("websocket", "sse"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(MastodonSettings, TellsAllThatIsWrong) {
  EngineStandIn engine("mastodon");
  const auto context = engine.context(
      "{instance: 'social.example/x', streams: ['#', home], transport: carrier, secret_file: "
      "/absent}");
  const auto connector = make_mastodon_connector(context);
  ASSERT_FALSE(connector);
  for (const char* word : {"https://HOST", "'#' is none of", "'home' is none", "websocket or sse",
                           "cannot open secret file"}) {
    EXPECT_THAT(connector.error().text, HasSubstr(word));
  }
}

TEST(MastodonMapping, ReadsRecordedStreams) {
  const std::filesystem::path folder =
      std::filesystem::path(VIGIE_SOURCE_DIR) / "../shared/payloads/mastodon/raw";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no recorded payloads beside the sources";
  }
  const auto mapping = make_mastodon_mapping();
  std::size_t mentions = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const Mapped mapped(*mapping, bytes);
    EXPECT_EQ(mapped.rejected, 0) << file.path() << testing::PrintToString(mapped.told);
    for (const Time date : mapped.dates) {
      const bool is_deletion = date == Time{};
      EXPECT_TRUE(is_deletion || format_time(date).starts_with("2026-08-02")) << format_time(date);
    }
    mentions += mapped.ids.size();
  }
  EXPECT_GT(mentions, 0u);
}

TEST(MastodonMapping, PassesOverWhatIsNotPublic) {
  const auto mapping = make_mastodon_mapping();
  EXPECT_THAT(
      Mapped(
          *mapping,
          R"([{"uri":"https://a/1","created_at":"2026-10-14T06:13:50Z","visibility":"direct","content":"<p>psst</p>"}])")
          .told,
      IsEmpty());
  EXPECT_THAT(Mapped(*mapping, R"({"uri":"https://a/1","created_at":"yesterday"})").told,
              ElementsAre(StartsWith("! invalid_field")));
  EXPECT_THAT(Mapped(*mapping, R"({"id":"1"})").told, ElementsAre(StartsWith("! missing_id")));
}

}  // namespace
}  // namespace vigie
