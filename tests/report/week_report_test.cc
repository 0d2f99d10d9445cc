#include "engine/report/week_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/report/report_page.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

MentionCounts counts(std::int64_t negative, std::int64_t neutral, std::int64_t positive) {
  MentionCounts made;
  made.by_tone = {negative, neutral, positive};
  made.mentions = negative + neutral + positive;
  return made;
}

TEST(NetSentiment, IsTheFormulaWithItsError) {
  const Figure net = net_sentiment(counts(30, 50, 20));
  ASSERT_TRUE(net.value && net.error);
  EXPECT_NEAR(*net.value, -10, 1e-9);
  // p + q - (p - q)² = 0.5 - 0.01
  EXPECT_NEAR(*net.error, 1.96 * 100 * std::sqrt(0.49 / 100), 1e-9);
}

TEST(NetSentiment, OfFewMentionsIsNotSaid) {
  EXPECT_FALSE(net_sentiment(counts(10, 10, 9)).value);
  EXPECT_TRUE(net_sentiment(counts(10, 10, 10)).value);
}

TEST(WeekReport, AChangeWithinChanceIsCalledSo) {
  EXPECT_FALSE(WeekReport::change(5, 0)) << "nothing to compare with";
  EXPECT_TRUE(WeekReport::change(110, 100)->is_chance);
  EXPECT_FALSE(WeekReport::change(200, 100)->is_chance);
  EXPECT_NEAR(WeekReport::change(50, 100)->percent, -50, 1e-9);
}

WeekReport a_week() {
  WeekReport report;
  report.week = {2026, 42};
  report.tenant = "techniville";
  report.tenant_name = "Techniville <& \"fils\">";
  report.time_zone = "Europe/Paris";
  report.state = "tension";
  report.now.all = counts(60, 30, 30);
  report.before.all = counts(20, 20, 20);
  report.now.topics = {{"eau", counts(40, 5, 5)}, {"<script>", counts(3, 4, 5)}};
  report.now.sources = {{"=cmd", counts(1, 1, 1)}};
  report.days[2] = counts(50, 20, 20);
  report.alerts.push_back({parse_time("2026-10-14T06:13:50Z").value(), Urgency::kCritical,
                           "Odeur <forte>", "eau", WorkState::kTaken, std::chrono::minutes(4)});
  return report;
}

TEST(ReportPage, SaysTheWeekInWordsAndFigures) {
  const std::string page = to_html(a_week(), "fr");
  for (const char* said :
       {"<html lang=\"fr\">", "du 12 octobre 2026 au 18 octobre 2026", "<strong>Tension</strong>",
        ">120<", ">60<", "+100 % (hausse nette)", "−25,0 ±", "14/10, 08:13", "critique", "4 min",
        "<caption>", "scope=\"col\"", "scope=\"row\"", "role=\"img\"", "class=\"skip\""}) {
    EXPECT_THAT(page, HasSubstr(said)) << said;
  }
}

TEST(ReportPage, SaysHowFarTheMachineMayBeTrusted) {
  WeekReport report = a_week();
  EXPECT_THAT(to_html(report, "fr"), HasSubstr("aucun jusqu’ici"));
  SampleResult result;
  result.judged = 58;
  result.tone.accuracy = Estimate{0.83, 0.71, 0.91, 50};
  result.net_sentiment = {-12, 9.1};
  report.checked = {{2026, 41}, 60, result};
  const std::string page = to_html(report, "fr");
  EXPECT_THAT(page, HasSubstr("(2026-W41)\u00a0: 58 mentions tirées au sort sur 60, jugées"));
  EXPECT_THAT(page, HasSubstr("Ton juste\u00a0: 83 % (71 % – 91 %)."));
  EXPECT_THAT(page, HasSubstr("d’après elles\u00a0: −12,0 ± 9,1."));
  EXPECT_THAT(page, Not(HasSubstr("Urgence juste"))) << "nothing is known of it";
}

TEST(ReportPage, SaysHowTheObjectivesStand) {
  EXPECT_THAT(to_html(a_week(), "fr"), Not(HasSubstr("Les objectifs")));
  WeekReport report = a_week();
  Objective in_time;
  in_time.kpi = "first_response";
  in_time.part = "within_deadline";
  in_time.target = 0.9;
  in_time.owner = "Cabinet <b>";
  in_time.due = day_of(parse_time("2026-12-31T00:00:00Z").value());
  Objective calm;
  calm.kpi = "net_sentiment";
  calm.target = -10;
  report.aims = {{in_time, 0.95, Progress::kOnTrack}, {calm, std::nullopt, Progress::kTooFew}};
  const std::string page = to_html(report, "fr");
  for (const char* said :
       {"Les objectifs", "au moins 90 %", "95 % – en bonne voie", "2026-12-31", "Cabinet &lt;b&gt;",
        "dans le délai", "Solde d’opinion", "au moins −10", "trop peu de données"}) {
    EXPECT_THAT(page, HasSubstr(said)) << said;
  }
  EXPECT_THAT(to_html(report, "en"), HasSubstr("at least 90 %"));
}

TEST(ReportPage, NamesTheTownsDatesTheFirstFour) {
  WeekReport report = a_week();
  EXPECT_THAT(to_html(report, "fr"), Not(HasSubstr("Dates de la collectivité")));
  const Day monday = report.week.monday();
  report.dates = {{monday, "Conseil <municipal>"},
                  {monday + 1, "Fête"},
                  {monday + 2, "Vote"},
                  {monday + 3, "Marché"},
                  {monday + 4, "Une de trop"}};
  const std::string page = to_html(report, "fr");
  EXPECT_THAT(page, HasSubstr("Conseil &lt;municipal&gt; (12 octobre"));
  EXPECT_THAT(page, HasSubstr("Marché (15 octobre"));
  EXPECT_THAT(page, Not(HasSubstr("Une de trop")));
}

TEST(ReportPage, IsAlsoEnglish) {
  const std::string page = to_html(a_week(), "en");
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("from 12 October 2026 to 18 October 2026"));
  EXPECT_THAT(page, HasSubstr("−25.0 ±"));
  EXPECT_THAT(page, Not(testing::ContainsRegex("Semaine|Négatives|alertes")));
}

TEST(ReportPage, WhatIsForeignIsTextOnly) {
  const std::string page = to_html(a_week(), "fr");
  EXPECT_THAT(page, HasSubstr("Techniville &lt;&amp; &quot;fils&quot;&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<forte>")));
  EXPECT_THAT(page, Not(testing::ContainsRegex("https?://|src="))) << "nothing from elsewhere";
}

TEST(ReportPage, AnEmptyWeekSaysSo) {
  WeekReport empty;
  empty.state = "calm";
  const std::string page = to_html(empty, "fr");
  EXPECT_THAT(page, HasSubstr("Aucune alerte cette semaine."));
  EXPECT_THAT(page, HasSubstr("Aucune mention cette semaine."));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(ReportCsv, HasOneShapeForAllLines) {
  const std::string csv = to_csv(a_week());
  std::size_t lines = 0;
  for (std::size_t at = 0; at < csv.size(); ++lines) {
    const std::size_t end = csv.find("\r\n", at);
    ASSERT_NE(end, csv.npos);
    EXPECT_EQ(std::ranges::count(csv.substr(at, end - at), ','), 11) << csv.substr(at, end - at);
    at = end + 2;
  }
  EXPECT_EQ(lines, 1U + 1 + 2 + 1 + 7);
  EXPECT_THAT(csv, HasSubstr("techniville,2026-W42,all,,120,60,60,30,30,0,-25.0,"));
  EXPECT_THAT(csv, HasSubstr(",source,'=cmd,")) << "no formula";
}

}  // namespace
}  // namespace vigie
