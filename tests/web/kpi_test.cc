#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <optional>
#include <string>

#include "engine/alert/alert.h"
#include "engine/quality/sample_book.h"
#include "engine/trend/business_hours.h"
#include "tests/store/store_fixture.h"
#include "tests/store/work_on_alert.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Time at(std::string_view text) { return parse_time(text).value(); }

/// A town's key figures behind the API, Wednesday 2026-10-14 at 10 h.
class KpisOverHttp : public TownOverHttp {
 protected:
  KpisOverHttp() : TownOverHttp({"techniville", "rouveville"}) {
    ApiParts own = parts();
    own.coverage = [this](TenantId, Time from, Time) {
      return coverage_ ? coverage_(from) : std::nullopt;
    };
    serve(kpi_routes(std::make_shared<const ApiParts>(std::move(own))));
  }

  MentionRef say(Tone tone, Time when, std::vector<std::uint32_t> topics = {}) {
    Told told;
    told.id = std::to_string(++said_);
    told.tone = tone;
    told.topics = std::move(topics);
    told.hour = hour_of(when);
    told.minute = (when - Time(hours(told.hour))) / minutes(1);
    const Store::Applied applied = tell(*store_, told, catalogue_);
    store_->sync();
    return applied.ref;
  }
  std::uint64_t raise(std::string incident, Time when, const MentionRef& ref) {
    Alert alert;
    alert.incident = std::move(incident);
    alert.subject = "eau";
    alert.mention = to_string(ref);
    alert.created_at = when - minutes(2);
    alert.received_at = when - std::chrono::seconds(1);
    alert.raised_at = when;
    alert.reasons = {{"urgence.eau", {}, {}, 500}};
    const std::uint64_t number = store_->add_alert(0, day_of(when), to_json(alert), {});
    store_->sync();
    return number;
  }

  RawAnswer ask(const std::string& query = "?from=2026-10-12T00:00:00Z&to=2026-10-14T12:00:00Z") {
    return get("techniville/kpi" + query);
  }
  simdjson::dom::element answer() {
    body_ = ask().body;
    return parser_.parse(body_).value();
  }
  static simdjson::dom::element named(simdjson::dom::element list, std::string_view name) {
    const simdjson::dom::array all = list.get_array().value();
    for (const simdjson::dom::element one : all) {
      if (std::string_view(one["name"]) == name) {
        return one;
      }
    }
    ADD_FAILURE() << name;
    return all.at(0).value();
  }
  simdjson::dom::element kpi(std::string_view name) { return named(answer()["kpis"], name); }

  std::function<std::optional<double>(Time)> coverage_;
  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
  int said_ = 0;
  simdjson::dom::parser parser_;
  std::string body_;
};

TEST_F(KpisOverHttp, HowFarTheToneMayBeTrustedStandsBesideIt) {
  EXPECT_TRUE(answer()["judged"].is_null());
  for (int i = 0; i < 40; ++i) {
    say(i < 20 ? Tone::kNegative : Tone::kPositive, at("2026-10-07T10:00:00Z"));
  }
  const IsoWeek week{2026, 41};
  SampleBook book(*store_);
  ASSERT_TRUE(book.draw(0, tenants_[0], week, "marie", clock_.now()));
  for (std::uint32_t place = 0; place < 40; ++place) {
    ASSERT_TRUE(book.judge(0, tenants_[0], week, {place, "marie", Tone::kNegative, false, {}}));
  }
  const simdjson::dom::element judged = answer()["judged"];
  EXPECT_EQ(std::string_view(judged["week"]), "2026-W41");
  EXPECT_EQ(std::uint64_t(judged["judged"]), 40U);
  EXPECT_EQ(double(judged["tone"]["value"]), 0.5);
  EXPECT_EQ(double(judged["net_sentiment"]["value"]), -100);
}

TEST_F(KpisOverHttp, EveryKeyFigureIsThereWithWhatItIsMadeOf) {
  std::vector<std::string> names;
  const simdjson::dom::array all = answer()["kpis"].get_array().value();
  for (const simdjson::dom::element one : all) {
    names.emplace_back(std::string_view(one["name"]));
    for (const char* member : {"unit", "value", "n", "error", "reason", "coverage",
                               "coverage_reason", "partial", "formula", "parts", "previous"}) {
      EXPECT_EQ(one[member].error(), simdjson::SUCCESS) << names.back() << " " << member;
    }
  }
  EXPECT_THAT(names,
              testing::ElementsAre("mentions", "net_sentiment", "topic_share", "potential_reach",
                                   "volume_surprise", "drift", "emerging_term", "crisis_index",
                                   "time_to_take_charge", "first_response", "alert_precision",
                                   "detection_lag", "engine_lag", "unmatched_share", "coverage"));
  EXPECT_EQ(answer()["crisis_index"]["terms"].get_array().size(), 5U);
  EXPECT_FALSE(bool(answer()["surprise"]["baseline"]["warm"]));
  EXPECT_TRUE(answer()["surprise"]["p"].is_null()) << "a cold start says so";
  EXPECT_FALSE(answer()["surprise"]["baseline"]["fixed_threshold"].is_null());
}

TEST_F(KpisOverHttp, NetSentimentIsHiddenWhileItSaysNothing) {
  for (int i = 0; i < 29; ++i) {
    say(i < 9 ? Tone::kPositive : Tone::kNegative, at("2026-10-13T09:00:00Z"), {0});
  }
  EXPECT_TRUE(kpi("net_sentiment")["value"].is_null());
  EXPECT_FALSE(kpi("net_sentiment")["reason"].is_null());
  say(Tone::kNegative, at("2026-10-13T09:00:00Z"));
  EXPECT_NEAR(double(kpi("net_sentiment")["value"]), 100.0 * (9 - 21) / 30, 1e-9);
  EXPECT_EQ(std::uint64_t(kpi("net_sentiment")["n"]), 30U);
  EXPECT_GT(double(kpi("net_sentiment")["error"]), 20);
  EXPECT_NEAR(double(named(kpi("topic_share")["parts"], "eau")["value"]), 29.0 / 30, 1e-9);
  EXPECT_NEAR(double(kpi("unmatched_share")["value"]), 1.0 / 30, 1e-9);
  EXPECT_EQ(double(kpi("mentions")["value"]), 30);
}

TEST_F(KpisOverHttp, ThePeriodBeforeIsTheSameLengthBefore) {
  say(Tone::kNeutral, at("2026-10-13T09:00:00Z"));
  say(Tone::kNeutral, at("2026-10-11T09:00:00Z"));
  say(Tone::kNeutral, at("2026-10-10T09:00:00Z"));
  say(Tone::kNeutral, at("2026-10-09T09:00:00Z"));  // before both
  EXPECT_EQ(double(kpi("mentions")["value"]), 1);
  EXPECT_EQ(double(kpi("mentions")["previous"]["value"]), 2);
  EXPECT_EQ(std::string_view(answer()["previous"]["from"]), "2026-10-09T12:00:00Z");
}

TEST_F(KpisOverHttp, TakingChargeIsMeasuredByIncident) {
  const MentionRef ref = say(Tone::kNegative, at("2026-10-13T09:00:00Z"));
  raise("eau@1", at("2026-10-13T09:10:00Z"), ref);
  const std::uint64_t worse = raise("eau@1", at("2026-10-13T09:20:00Z"), ref);
  raise("feu@2", at("2026-10-13T10:00:00Z"), ref);
  work_on_alert(*store_, worse, WorkAct::kTake, "marie", at("2026-10-13T09:40:00Z"));
  const auto taken = kpi("time_to_take_charge");
  EXPECT_EQ(std::uint64_t(taken["n"]), 1U);
  EXPECT_NEAR(double(taken["value"]), 30, 1e-9) << "from the incident's first alert";
  EXPECT_EQ(double(named(taken["parts"], "never_taken")["value"]), 1);
  EXPECT_NEAR(double(kpi("detection_lag")["value"]), 120, 1e-9);
  EXPECT_NEAR(double(kpi("engine_lag")["value"]), 1, 1e-9);

  Correction said;
  said.useful = false;
  store_->correct(ref, said);
  store_->sync();
  EXPECT_EQ(double(kpi("alert_precision")["value"]), 0);
  EXPECT_EQ(std::uint64_t(named(kpi("alert_precision")["parts"], "urgence.eau")["n"]), 3U);
}

TEST_F(KpisOverHttp, AlertsOfOtherTimesDoNotCount) {
  const Time first = at("2026-10-12T00:30:00Z");
  const MentionRef ref = say(Tone::kNegative, first);
  constexpr int kAlerts = 30;
  store_->add_alert(1, day_of(first), "another town's", {});
  for (int i = 0; i < kAlerts; ++i) {
    raise("incident " + std::to_string(i), first + hours(i), ref);
  }
  const auto hour = [&](int i) { return format_time(first - minutes(30) + hours(i)); };
  for (int from = -3; from <= kAlerts; from += 3) {
    for (int to = from + 1; to < kAlerts + 4; to += 4) {
      body_ = ask("?from=" + hour(from) + "&to=" + hour(to)).body;
      const auto lag = named(parser_.parse(body_).value()["kpis"], "detection_lag");
      const int raised = std::min(to, kAlerts) - std::max(from, 0);
      EXPECT_EQ(std::int64_t(lag["n"]), std::max(raised, 0)) << from << " to " << to;
    }
  }
  EXPECT_EQ(ask("?from=1970-01-01T00:00:00Z&to=1970-01-08T00:00:00Z").status, 200);
}

TEST_F(KpisOverHttp, AnswersAreMeasuredInBusinessHours) {
  say(Tone::kNegative, at("2026-10-12T15:30:00Z"));  // Monday, 17 h 30
  Told answer{.id = "answer", .parent = "1", .official = true};
  answer.hour = hour_of(at("2026-10-13T07:00:00Z"));  // Tuesday, 9 h
  answer.minute = 15;
  tell(*store_, answer, catalogue_);
  store_->sync();
  EXPECT_NEAR(double(kpi("first_response")["value"]), 45, 1e-9);
  EXPECT_EQ(std::uint64_t(kpi("first_response")["n"]), 1U);
  EXPECT_EQ(double(named(kpi("first_response")["parts"], "within_deadline")["value"]), 1);
}

TEST_F(KpisOverHttp, CoverageIsSaidOrSaidToBeUnknown) {
  EXPECT_TRUE(kpi("coverage")["value"].is_null());
  EXPECT_FALSE(kpi("coverage")["coverage_reason"].is_null());
  EXPECT_FALSE(bool(kpi("net_sentiment")["partial"]));
  coverage_ = [](Time from) { return from == at("2026-10-12T00:00:00Z") ? 0.75 : 1.0; };
  EXPECT_EQ(double(kpi("coverage")["value"]), 0.75);
  EXPECT_EQ(double(kpi("net_sentiment")["coverage"]), 0.75);
  EXPECT_TRUE(bool(kpi("net_sentiment")["partial"]));
  EXPECT_EQ(double(kpi("coverage")["previous"]["value"]), 1);
}

TEST_F(KpisOverHttp, AWrongPeriodIsRefused) {
  EXPECT_EQ(ask("?from=2026-10-14T00:00:00Z&to=2026-10-13T00:00:00Z").status, 400);
  EXPECT_EQ(ask("?from=yesterday").status, 400);
  EXPECT_EQ(ask("?from=2025-10-14T00:00:00Z&to=2026-10-13T00:00:00Z").status, 400);
  EXPECT_EQ(ask("?since=2025-10-14T00:00:00Z").status, 400);
  EXPECT_EQ(ask("").status, 200);
}

TEST(BusinessHours, AreThoseOfATownHall) {
  const TownCalendar town("Europe/Paris");
  const auto between = [&](std::string_view from, std::string_view to) {
    return business_time(town, BusinessHours(), at(from), at(to));
  };
  EXPECT_EQ(between("2026-10-12T06:00:00Z", "2026-10-12T20:00:00Z"), hours(9)) << "a Monday";
  EXPECT_EQ(between("2026-10-16T15:00:00Z", "2026-10-19T08:00:00Z"), hours(2)) << "a weekend";
  EXPECT_EQ(between("2026-11-10T16:00:00Z", "2026-11-12T09:00:00Z"), hours(2)) << "the Armistice";
  EXPECT_EQ(between("2026-10-12T10:00:00Z", "2026-10-12T09:00:00Z"), hours(0));
}

}  // namespace
}  // namespace vigie
