#include "engine/pipeline/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/pipeline/two_towns.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Every hour of 2026-10-14 one mention, replayed.
class Backtest : public testing::Test {
 protected:
  void take(std::string_view hour, std::string_view text, std::string_view more = {}) {
    engine.take(post(hour, text,
                     R"(,"created_at":"2026-10-14T)" + std::string(hour) + R"(:00:00Z")" +
                         std::string(more)),
                {.mode = Mode::kReplay});
  }
  BacktestReport run(std::string_view new_rules, std::string_view since = "1970-01-01T00:00:00Z") {
    const Result<BacktestReport> report =
        backtest(*engine.store, kRouen, engine.policy.tenants[kRouen], knowledge(),
                 knowledge(new_rules, "second"), at(since), [] { return true; });
    EXPECT_TRUE(report);
    return *report;
  }
  static std::vector<std::string> refs(const std::vector<Alert>& alerts) {
    std::vector<std::string> all;
    for (const Alert& alert : alerts) {
      all.push_back(alert.mention);
    }
    return all;
  }
  std::string ref(std::string_view id) { return to_string(engine.mention(kRouen, id).ref); }

  static constexpr std::string_view kCautious = R"(rules:
  - {id: danger.feu, urgency: 600, any: [incendie, fumée]}
)";

  MemoryDisk disk;
  TwoTowns engine{disk};
};

TEST_F(Backtest, TheSameRulesChangeNothing) {
  take("01", "Rouen : incendie nul");
  take("02", "Rouen : eau");
  const BacktestReport report = run(kRouenRules);
  EXPECT_EQ(report.mentions, 2U);
  EXPECT_EQ(report.alerts_before, 1U);
  EXPECT_EQ(report.alerts_after, 1U);
  EXPECT_EQ(report.gained + report.lost + report.tone_changed + report.urgency_changed +
                report.topics_changed,
            0U);
}

TEST_F(Backtest, NamesTheTopicsThatWouldBeGainedAndLost) {
  take("01", "Rouen : incendie nul, dit @marie");
  take("02", "Rouen : eau");
  const BacktestReport gained =
      run(std::string(kRouenRules) + "  - {id: tout, topic: feu, any: [incendie]}\n");
  EXPECT_EQ(gained.topic_gained, 1U);
  EXPECT_EQ(gained.topic_lost, 0U);
  ASSERT_EQ(gained.topics_gained.size(), 1U);
  EXPECT_THAT(gained.topics_gained[0].after, HasSubstr("feu"));
  EXPECT_THAT(gained.topics_gained[0].text, HasSubstr("@*****"));
  const BacktestReport lost = run(kCautious);
  EXPECT_EQ(lost.topic_gained, 0U);
  EXPECT_EQ(lost.topic_lost, 1U);
}

TEST_F(Backtest, IsOfTheNewestWhereItIsStopped) {
  take("01", "Rouen : incendie");
  take("02", "Rouen : eau");
  const Result<BacktestReport> report =
      backtest(*engine.store, kRouen, engine.policy.tenants[kRouen], knowledge(),
               knowledge(kRouenRules, "second"), Time{}, [] { return false; });
  EXPECT_TRUE(report->is_cut);
  EXPECT_EQ(report->mentions, 1U);
}

TEST_F(Backtest, NamesWhatWouldHaveBeenAnnouncedAndWhatNot) {
  take("01", "Rouen : explosion, dit @jeanne");
  take("02", "Rouen : fumée noire nul");
  const BacktestReport report = run(kCautious);
  EXPECT_EQ(report.gained, 1U);
  EXPECT_EQ(report.lost, 1U);
  EXPECT_THAT(refs(report.gained_alerts), ElementsAre(ref("02")));
  EXPECT_THAT(refs(report.lost_alerts), ElementsAre(ref("01")));
  EXPECT_THAT(report.lost_alerts.at(0).quote, testing::Not(HasSubstr("jeanne")));
  EXPECT_EQ(report.lost_alerts.at(0).reasons.at(0).rule, "danger.explosion");
  EXPECT_EQ(report.newly_urgent, 1U);
  EXPECT_EQ(report.no_longer_urgent, 1U);
  EXPECT_EQ(report.tone_changed, 1U);
  EXPECT_EQ(report.tone_changes.at(0).before, "negative");
  EXPECT_EQ(report.tone_changes.at(0).after, "neutral");
}

TEST_F(Backtest, KnowsRulesThatCountAuthors) {
  constexpr std::string_view kCounting = R"(rules:
  - {id: eau.crie, topic: eau, distinct_authors: 3, within: 3h, any: [eau]}
  - {id: danger.feu, urgency: 600, any: [incendie]}
)";
  for (const char* hour : {"01", "02", "03", "04", "09"}) {
    take(hour, "Rouen : eau", R"(,"author":{"id":")" + std::string(hour) + R"("})");
  }
  const BacktestReport report = run(kCounting);
  EXPECT_EQ(report.alerts_before, 0U);
  EXPECT_EQ(report.gained, 1U);
  ASSERT_THAT(refs(report.gained_alerts), ElementsAre(ref("03")));
  EXPECT_THAT(report.gained_alerts[0].reasons.at(0).title, HasSubstr("3 auteurs"));
}

TEST_F(Backtest, AnAlertThatComesEarlierIsTheSameAlert) {
  take("01", "Rouen : fumée");
  take("02", "Rouen : incendie");
  const BacktestReport report = run(kCautious);
  EXPECT_EQ(report.alerts_before, 1U);
  EXPECT_EQ(report.alerts_after, 1U);
  EXPECT_EQ(report.gained + report.lost, 0U);
  EXPECT_EQ(report.newly_urgent, 1U);
}

TEST_F(Backtest, WhatWasUnderWayBeforeThePeriodIsNotAnnouncedInIt) {
  take("01", "Rouen : incendie");
  take("05", "Rouen : incendie encore");
  const BacktestReport report = run(kRouenRules, "2026-10-14T03:00:00Z");
  EXPECT_EQ(report.mentions, 1U);
  EXPECT_EQ(report.alerts_before, 0U);
}

TEST_F(Backtest, FilledInMentionsTellNobody) {
  engine.take(post("1", "Rouen : explosion"), {.mode = Mode::kBackfill});
  const BacktestReport report = run(kCautious);
  EXPECT_EQ(report.backfilled, 1U);
  EXPECT_EQ(report.alerts_before, 0U);
  EXPECT_EQ(report.lost, 0U);
  EXPECT_EQ(report.no_longer_urgent, 1U);
}

TEST_F(Backtest, SaysWhichRulesAgreeWithPeople) {
  take("01", "Rouen : nul");
  take("02", "Rouen : fumée");
  Correction neutral, urgent;
  neutral.tone = Tone::kNeutral;
  urgent.urgent = true;
  engine.store->correct(engine.mention(kRouen, "01").ref, neutral);
  engine.store->correct(engine.mention(kRouen, "02").ref, urgent);
  engine.store->sync();
  const BacktestReport report = run(kCautious);
  for (const BacktestReport::Agreement& agreement : {report.tone, report.urgency}) {
    EXPECT_EQ(agreement.corrections, 1U);
    EXPECT_EQ(agreement.before, 0U);
    EXPECT_EQ(agreement.after, 1U);
  }
}

TEST_F(Backtest, ExamplesAreFewTheCountsGoOn) {
  for (int i = 0; i < 50; ++i) {
    engine.take(post(std::to_string(i), "Rouen : nul"), {.mode = Mode::kReplay});
  }
  const BacktestReport report = run(kCautious);
  EXPECT_EQ(report.tone_changed, 50U);
  EXPECT_EQ(report.tone_changes.size(), BacktestReport::kMaxExamples);
  EXPECT_THAT(report.urgency_changes, IsEmpty());
}

}  // namespace
}  // namespace vigie
