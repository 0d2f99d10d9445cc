#include "connectors/x.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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
using testing::StartsWith;

/// Ids of 2026-09-21T13:33, when the stand-in's clock stands: seven days reach them.
constexpr const char* kFirst = "2102037000000000000";

class XTest : public testing::Test {
 protected:
  XTest() { token("an-app-token-of-the-tests"); }
  void token(const std::string& text) {
    ::chmod(peer_.folder().write("token", text).c_str(), 0600);
  }
  std::vector<std::string> run(EngineStandIn& engine, const std::function<bool()>& until,
                               const std::string& more = ", monthly_reads: 1000",
                               const std::string& rules = "['rouen lang:fr']") {
    const auto context =
        engine.context("{url: '" + peer_.url("http") + "', rules: " + rules +
                       ", secret_file: " + (peer_.folder().path() / "token").string() +
                       ", allow_private: true" + more + "}");
    auto connector = make_x_connector(context);
    EXPECT_TRUE(connector) << connector.error().text;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    engine.run(**connector, [&] {
      const bool late = std::chrono::steady_clock::now() > deadline;
      EXPECT_FALSE(late) << "nothing came of it: " << engine.status().snapshot().detail
                         << peer_.tell("wrong");
      return late || until();
    });
    EXPECT_EQ(peer_.tell("wrong"), "[]");
    const auto mapping = make_x_mapping();
    return Mapped(*mapping, engine.received()).told;
  }
  bool listens() { return peer_.tell("listeners") == "1"; }
  void post(int number, const std::string& text, const std::string& more = "") {
    peer_.tell("post", "\"number\": " + id(number) + ", \"text\": " + json_text(text) + more);
  }
  static std::string id(int number) {
    return std::to_string(std::stoull(kFirst) + static_cast<unsigned>(number));
  }
  static bool has(const EngineStandIn& engine, std::string_view word) {
    return engine.received().find(word) != std::string::npos;
  }

  Peer peer_{"x"};
};

TEST_F(XTest, TellsWhatIsSaidAsItIsSaid) {
  shows("x", "takes");
  EngineStandIn engine("x");
  const auto told = run(engine, once([&] { return listens(); }, [&] { post(1, "Bonjour Rouen"); },
                                     [&] { return has(engine, "Bonjour"); }));
  EXPECT_THAT(
      told,
      ElementsAre("{\"id\":\"" + id(1) +
                  R"(","source":"x","kind":"post",)"
                  R"("author":{"id":"7","name":"ana","url":"https://x.com/ana","followers":12},)"
                  R"("text":"Bonjour Rouen","lang":"fr","created_at":"2026-09-21T14:13:20Z",)"
                  R"("url":"https://x.com/i/web/status/)" +
                  id(1) + R"(","thread":")" + id(1) +
                  R"(","place":{"name":"Rouen, France"},)"
                  R"("engagement":{"likes":3,"reposts":2,"replies":1}})"));
}

TEST_F(XTest, MakesTheRulesThereItsOwnAndLeavesOthersAlone) {
  peer_.tell("foreign_rule", R"("value": "paris", "tag": "somebody else")");
  peer_.tell("foreign_rule", R"("value": "old", "tag": "vigie:town")");
  peer_.tell("foreign_rule", R"("value": "eau", "tag": "vigie:town")");
  EngineStandIn engine("x");
  run(
      engine, [&] { return listens(); }, ", monthly_reads: 10", "[eau, rouen]");
  EXPECT_EQ(peer_.tell("rules"), R"([{"id": "1", "value": "paris", "tag": "somebody else"}, )"
                                 R"({"id": "3", "value": "eau", "tag": "vigie:town"}, )"
                                 R"({"id": "4", "value": "rouen", "tag": "vigie:town"}])");
}

TEST_F(XTest, SaysThatARuleIsWrong) {
  EngineStandIn engine("x");
  run(
      engine, [&] { return engine.status().snapshot().errors > 0; }, ", monthly_reads: 10",
      "['bad(']");
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("Invalid Rule"));
}

TEST_F(XTest, ResumesByASearch) {
  shows("x", "resumes");
  std::string cursor;
  {
    EngineStandIn engine("x");
    run(engine, once([&] { return listens(); }, [&] { post(1, "one"); },
                     [&] { return has(engine, "one"); }));
    cursor = engine.arrivals().back().cursor;
  }
  EXPECT_EQ(cursor, R"({"since_id":")" + id(1) + R"(","quota_period":680,"quota_spent":1})");
  for (int i = 2; i < 9; ++i) {
    post(i, "missed " + std::to_string(i), ", \"silently\": true");
  }
  peer_.tell("pages_of", "\"size\": 3");
  EngineStandIn engine("x", cursor);
  const auto told = run(
      engine, [&] { return has(engine, "missed 8"); }, ", monthly_reads: 1000, rewind_s: 0");
  ASSERT_EQ(told.size(), 7u);
  EXPECT_THAT(told.front(), HasSubstr("missed 2"));
  EXPECT_THAT(told.back(), HasSubstr("missed 8"));
  EXPECT_EQ(engine.arrivals().back().cursor,
            R"({"since_id":")" + id(8) + R"(","quota_period":680,"quota_spent":8})");
}

TEST_F(XTest, GetsALineThatWasCutInTheMiddleFromTheSearch) {
  shows("x", "cut");
  EngineStandIn engine("x");
  const auto told = run(engine, once([&] { return listens(); },
                                     [&] {
                                       post(1, "one");
                                       post(2, "torn", ", \"cut_at\": 40");
                                     },
                                     [&] { return has(engine, "torn") && listens(); }));
  EXPECT_THAT(told.back(), HasSubstr("torn"));
  EXPECT_THAT(told, testing::Each(testing::Not(StartsWith("!"))));
}

TEST_F(XTest, PutsEditsUnderTheFirstId) {
  shows("x", "edit");
  EngineStandIn engine("x");
  const auto told = run(engine, once([&] { return listens(); },
                                     [&] {
                                       post(1, "one");
                                       post(2, "better", ", \"history\": [" + id(1) + "]");
                                     },
                                     [&] { return has(engine, "better"); }));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[1], StartsWith("{\"id\":\"" + id(1) + '"'));
  EXPECT_THAT(told[1], HasSubstr("\"created_at\":\"2026-09-21T14:20:00Z\"")) << "later: it wins";
}

TEST_F(XTest, ReadsDeletionsOfAComplianceJob) {
  shows("x", "no deletion");
  const auto mapping = make_x_mapping();
  EXPECT_THAT(
      Mapped(*mapping, R"({"id":"17","action":"delete","created_at":"2026-09-06T17:25:54.667Z"})")
          .told,
      ElementsAre(R"({"id":"17","source":"x","deleted":true})"));
}

TEST_F(XTest, StopsWhenTheBudgetIsSpentAndRemembersIt) {
  EngineStandIn engine("x");
  // 1 € at 50 cents the thousand would be 2000 reads; three are allowed.
  const std::string three = ", monthly_reads: 3, monthly_euros: 1, cents_per_1000_reads: 50";
  const auto is_spent = [](EngineStandIn& of) {
    return of.status().snapshot().state == ConnectorStatus::State::kQuotaSpent;
  };
  run(engine,
      once([&] { return listens(); },
           [&] {
             for (int i = 0; i < 3; ++i) {
               post(i, "one");
             }
           },
           [&] { return is_spent(engine); }),
      three);
  const auto now = engine.status().snapshot();
  EXPECT_EQ(now.detail,
            "this month's budget of 3 posts is spent; it is given back at 2026-10-01T00:00:00Z");
  EXPECT_EQ(now.budget_spent, 3u);
  EXPECT_EQ(now.budget_units, 3u);
  EXPECT_GE(now.next_attempt_at, *parse_time("2026-10-01T00:00:00Z"));

  EngineStandIn again("x", engine.arrivals().back().cursor);
  const std::string seen = peer_.tell("seen");
  run(
      again, [&] { return is_spent(again); }, three);
  EXPECT_EQ(peer_.tell("seen"), seen) << "not even asked";
}

TEST_F(XTest, WaitsUntilTheLimitIsReset) {
  shows("x", "limited");
  peer_.tell(
      "next_answer",
      R"("status": 429, "path": "/2/tweets/search/stream", "headers": {"x-rate-limit-reset": "1790000900"}, "body": "{}")");
  EngineStandIn engine("x");
  run(engine, [&] { return engine.status().snapshot().errors > 0; });
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("429"));
  EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kQuotaSpent);
  EXPECT_GE(engine.status().snapshot().next_attempt_at, Time(std::chrono::seconds(1'790'000'900)));
}

TEST_F(XTest, SaysThatATokenIsRefused) {
  shows("x", "refused");
  token("not-the-right-token-at-all");
  EngineStandIn engine("x");
  run(engine, [&] { return engine.status().snapshot().errors > 0; });
  EXPECT_THAT(engine.status().snapshot().detail, HasSubstr("answered 401: the token"));
  EXPECT_EQ(engine.status().snapshot().state, ConnectorStatus::State::kUnauthorised);
}

TEST_F(XTest, PutsATrickleTogether) {
  shows("x", "trickle");
  peer_.tell("trickle", R"("seconds": 0.0002)");
  EngineStandIn engine("x");
  EXPECT_THAT(run(engine, once([&] { return listens(); }, [&] { post(1, "slow"); },
                               [&] { return has(engine, "slow"); })),
              ElementsAre(HasSubstr("slow")));
}

TEST_F(XTest, MakesADeadLetterOfNonsenseAndComesBackAfterAnErrorInTheStream) {
  shows("x", "malformed");
  EngineStandIn engine("x");
  const auto told = run(
      engine,
      once([&] { return listens(); },
           [&] {
             peer_.tell("raw", R"("text": "{no json\r\n\r\n")");
             post(1, "good");
             peer_.tell("raw",
                        R"("text": "{\"errors\":[{\"title\":\"operational-disconnect\"}]}\r\n")");
           },
           [&] {  // the server listens to it before it has heard so itself
             const auto now = engine.status().snapshot();
             return has(engine, "good") && now.errors > 0 &&
                    now.state == ConnectorStatus::State::kActive && listens();
           }),
      ", monthly_reads: 1000, rewind_s: 0");
  EXPECT_THAT(told, ElementsAre(StartsWith("! malformed"), HasSubstr("good")));
}

TEST_F(XTest, TakesTheSmallerOfReadsAndMoney) {
  EngineStandIn engine("x");
  // 5 € at 100 cents the thousand.
  run(
      engine, [&] { return listens(); },
      ", monthly_reads: 10000, monthly_euros: 5, cents_per_1000_reads: 100");
  EXPECT_EQ(engine.status().snapshot().budget_units, 5'000u);
}

TEST(XMapping, ReadsRecordedAnswers) {
  const std::filesystem::path folder =
      std::filesystem::path(VIGIE_SOURCE_DIR) / "../shared/payloads/x-api-v2";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "no recorded payloads beside the sources";
  }
  const auto mapping = make_x_mapping();
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".jsonl") {
      continue;
    }
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const Mapped mapped(*mapping, bytes);
    const bool ends_torn = file.path().filename() == "streaming_output_with_error.jsonl";
    EXPECT_EQ(mapped.rejected, ends_torn ? 1 : 0) << file.path();
    for (std::size_t i = 0; i < mapped.ids.size(); ++i) {
      EXPECT_FALSE(mapped.ids[i].empty());
      const bool is_deletion = mapped.told[i].find("\"deleted\"") != std::string::npos;
      EXPECT_TRUE(is_deletion || mapped.dates[i] != Time{}) << file.path() << mapped.told[i];
    }
  }
}

}  // namespace
}  // namespace vigie
