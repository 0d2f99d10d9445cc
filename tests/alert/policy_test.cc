// Routes, quiet hours, repeats, inhibition: who is told of what, when; and which policies are
// refused.
#include "engine/alert/policy.h"

#include <gmock/gmock.h>

#include "engine/alert/policy_reader.h"
#include "tests/alert/alerter_facts.h"
#include "tests/store/work_on_alert.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Tenant town(std::string id, std::vector<std::string> receivers) {
  Tenant tenant;
  tenant.id = std::move(id);
  tenant.receivers = std::move(receivers);
  return tenant;
}

const std::vector<Tenant> kTowns = {town("techniville", {"mail"}), town("rouveville", {"chat"})};

AlertPolicy policy_of(const std::string& yaml, std::vector<Problem>& problems) {
  static std::optional<Settings> settings;
  settings = Settings::parse(yaml, "vigie.yaml", problems);
  return read_alert_policy(settings ? &*settings : nullptr, kTowns,
                           {"mail", "chat", "sms", "cabinet"}, problems);
}

AlertPolicy good_policy(const std::string& yaml) {
  std::vector<Problem> problems;
  AlertPolicy policy = policy_of(yaml, problems);
  EXPECT_TRUE(problems.empty()) << to_string(problems);
  return policy;
}

std::string problems_of(const std::string& yaml) {
  std::vector<Problem> problems;
  policy_of(yaml, problems);
  return to_string(problems);
}

const std::string kNights =
    "times:\n"
    "  - id: nights\n"
    "    spans:\n"
    "      - {weekdays: mon-fri, from: 20:00, to: 07:30}\n"
    "      - {weekdays: [sat, sun]}\n";

TEST(WeekTimesFacts, ANightEndsInTheMorningAndAWeekendOnMonday) {
  const WeekTimes nights = good_policy(kNights).times.at(0);
  const std::string paris = "Europe/Paris";  // 2026-10-14 is a Wednesday, two hours ahead of UTC
  EXPECT_FALSE(nights.contain(paris, at("2026-10-14T17:59:59Z")));
  EXPECT_TRUE(nights.contain(paris, at("2026-10-14T18:00:00Z")));
  EXPECT_TRUE(nights.contain(paris, at("2026-10-15T05:29:59Z")));
  EXPECT_FALSE(nights.contain(paris, at("2026-10-15T05:30:00Z")));
  EXPECT_EQ(nights.end(paris, at("2026-10-14T20:00:00Z")), at("2026-10-15T05:30:00Z"));
  EXPECT_EQ(nights.end(paris, at("2026-10-14T10:00:00Z")), at("2026-10-14T10:00:00Z"));
  EXPECT_EQ(nights.end(paris, at("2026-10-16T19:00:00Z")), at("2026-10-18T22:00:00Z"))
      << "Friday evening until Sunday's end: Monday has no early morning of its own";
}

TEST(WeekTimesFacts, TheNightOnWhichTheClocksChangeEndsByTheNewTime) {
  const WeekTimes nights =
      good_policy("times: [{id: n, spans: [{from: 20:00, to: 07:30}]}]").times.at(0);
  EXPECT_EQ(nights.end("Europe/Paris", at("2026-10-24T20:00:00Z")), at("2026-10-25T06:30:00Z"));
  EXPECT_EQ(nights.end("Europe/Paris", at("2026-03-28T20:00:00Z")), at("2026-03-29T05:30:00Z"));
}

TEST(WeekTimesFacts, AllTheWeekEndsAWeekOn) {
  const WeekTimes always = good_policy("times: [{id: n, spans: [{}]}]").times.at(0);
  EXPECT_EQ(always.end("Europe/Paris", at("2026-10-14T00:00:00Z")), at("2026-10-21T00:00:00Z"));
}

TEST(PolicyReader, RefusesWhatIsNotThereWithLineAndColumn) {
  EXPECT_THAT(problems_of("routes:\n  - id: a\n    receivers: [mail, mial]\n"),
              HasSubstr("vigie.yaml:3:16: there is no receiver 'mial'"));
  EXPECT_THAT(problems_of("routes:\n  - {id: a, receivers: [], tenants: [caen]}\n"),
              HasSubstr("vigie.yaml:2:37: there is no tenant 'caen'"));
  EXPECT_THAT(problems_of("routes:\n  - {id: a, receivers: [mail], quiet: nights}\n"),
              HasSubstr("there are no times 'nights'"));
  EXPECT_THAT(problems_of("routes:\n  - {id: a, receivers: [mail], next: b}\n"),
              HasSubstr("vigie.yaml:2:38: there is no route 'b'"));
  EXPECT_THAT(problems_of("routes:\n  - {id: a}\n"), HasSubstr("'receivers' is missing"));
  EXPECT_THAT(problems_of("routes:\n  - {id: a, receivers: [mail]}\n  - {id: a, receivers: []}\n"),
              HasSubstr("vigie.yaml:3:10: 'a' is already taken"));
  EXPECT_THAT(problems_of("route: []"), HasSubstr("did you mean 'routes'"));
  EXPECT_THAT(problems_of("routes: [{id: a, receivers: [mail], urgency: huge}]"),
              HasSubstr("'urgency' is low, medium, high or critical"));
  EXPECT_THAT(problems_of("times: [{id: n, spans: [{weekdays: [monday]}]}]"),
              HasSubstr("'monday' is not a weekday"));
  EXPECT_THAT(problems_of("times: [{id: n, spans: [{from: 25:00}]}]"), HasSubstr("time of day"));
  EXPECT_THAT(problems_of("times: [{id: n, spans: [{from: 8h}]}]"), HasSubstr("time of day"));
  EXPECT_THAT(problems_of("times: [{id: n}]"), HasSubstr("'spans' is missing"));
  EXPECT_THAT(problems_of("inhibit: [{source: {topics: [eau]}}]"), HasSubstr("'target' must be"));
  EXPECT_THAT(
      problems_of("routes: [{id: a, receivers: [mail], escalate: {high_min: 5, to: [nobody]}}]"),
      HasSubstr("there is no receiver 'nobody'"));
  EXPECT_THAT(
      problems_of("routes: [{id: a, receivers: [mail], escalate: {high_min: 5, to: [mail]}}]"),
      HasSubstr("'mail' is told at once"));
  EXPECT_THAT(problems_of("routes: [{id: a, receivers: [mail], escalate: {to: [sms]}}]"),
              HasSubstr("'high_min' or 'critical_min' is missing"));
}

TEST(PolicyReader, RefusesRoutesThatGoRoundInACircleOnceEach) {
  const std::string circle = problems_of(
      "routes:\n"
      "  - {id: start, receivers: [mail], next: a}\n"
      "  - {id: a, receivers: [mail], next: b}\n"
      "  - {id: b, receivers: [chat], next: a}\n"
      "  - {id: self, receivers: [sms], next: self}\n");
  EXPECT_THAT(circle, HasSubstr("vigie.yaml:3:38: routes go round in a circle: a → b → a"));
  EXPECT_THAT(circle, HasSubstr("vigie.yaml:5:40: routes go round in a circle: self → self"));
  EXPECT_EQ(std::ranges::count(circle, '\n'), 1) << circle;
}

TEST(PolicyFacts, WithoutRoutesTheTenantsOwnReceiversAreTold) {
  const AlertPolicy policy = good_policy("{}");
  Alert alert;
  alert.tenant = "techniville";
  EXPECT_EQ(policy.duty_of("mail", alert).kind, AlertPolicy::Duty::Kind::kFirst);
  EXPECT_EQ(policy.duty_of("chat", alert).kind, AlertPolicy::Duty::Kind::kNone);
  EXPECT_THAT(policy.receivers_of("techniville"), ElementsAre("mail"));
}

TEST(PolicyFacts, TheFirstRouteThatMatchesIsTakenAndThoseItGoesOnTo) {
  const AlertPolicy policy =
      good_policy(kNights +
                  "routes:\n"
                  "  - {id: night, tenants: [techniville], urgency: critical, times: nights,\n"
                  "     receivers: [sms], next: water}\n"
                  "  - {id: water, topics: [eau], receivers: [chat],\n"
                  "     escalate: {critical_min: 10, to: [cabinet]}}\n"
                  "  - {id: rest, tenants: [techniville], urgency: critical, receivers: [mail]}\n");
  const auto first = [&](const Alert& alert) {
    std::vector<std::string> told;
    for (const char* receiver : {"mail", "chat", "sms", "cabinet"}) {
      if (policy.duty_of(receiver, alert).kind == AlertPolicy::Duty::Kind::kFirst) {
        told.emplace_back(receiver);
      }
    }
    return told;
  };
  Alert alert;
  alert.tenant = "techniville";
  alert.topic = "eau";
  alert.time_zone = "Europe/Paris";
  alert.level = Urgency::kCritical;
  alert.raised_at = at("2026-10-14T22:00:00Z");
  EXPECT_THAT(first(alert), UnorderedElementsAre("sms", "chat"));
  EXPECT_EQ(policy.duty_of("cabinet", alert).after, minutes(10));
  alert.topic = "voirie";
  EXPECT_THAT(first(alert), ElementsAre("sms")) << "`next` leads on only where it matches";
  alert.raised_at = at("2026-10-14T10:00:00Z");
  EXPECT_THAT(first(alert), ElementsAre("mail"));
  alert.level = Urgency::kHigh;
  EXPECT_THAT(first(alert), ElementsAre("mail")) << "no route: the tenant's own receivers";
  alert.topic = "eau";
  EXPECT_THAT(first(alert), ElementsAre("chat"));
  EXPECT_EQ(policy.duty_of("cabinet", alert).kind, AlertPolicy::Duty::Kind::kNone)
      << "only critical ones escalate";
  EXPECT_THAT(policy.receivers_of("techniville"),
              UnorderedElementsAre("mail", "chat", "sms", "cabinet"));
  EXPECT_THAT(policy.receivers_of("rouveville"), UnorderedElementsAre("chat", "cabinet"));
}

class PolicyAtWork : public AlerterFacts {
 protected:
  void use(const std::string& yaml) { policy = good_policy(yaml); }
  static void critical(Alert& alert) { alert.level = Urgency::kCritical; }
  static void of_roads(Alert& alert) { alert.incident = "voirie@2026-10-14T07:00:00Z"; }
};

TEST_F(PolicyAtWork, WhomNoRouteNamesIsNotTold) {
  use("routes: [{id: a, receivers: [chat]}]");
  raise({"mail", "chat"});
  live(minutes(1));
  EXPECT_THAT(mail.heard, IsEmpty());
  EXPECT_THAT(chat.has, ElementsAre("vigie-1-chat"));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, QuietHoursLetCriticalOnesThroughAndTellTheRestTogetherInTheMorning) {
  use(kNights + "routes: [{id: a, receivers: [mail], quiet: nights}]");
  clock.set(at("2026-10-14T20:00:00Z"));
  raise({"mail"});
  live(minutes(30));
  raise({"mail"});
  raise_like({"mail"}, &critical);
  live(minutes(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-3-mail"));
  clock.set(at("2026-10-15T05:29:00Z"));
  live(std::chrono::seconds(59));
  EXPECT_THAT(mail.has, SizeIs(1));
  live(std::chrono::seconds(3));
  EXPECT_THAT(mail.has, ElementsAre("vigie-3-mail", "vigie-g1-mail"));
  EXPECT_THAT(mail.heard.back().text, HasSubstr("[URGENT] eau · 1 mention urgente · 22:00"));
}

TEST_F(PolicyAtWork, ANightThatTheServiceSleptThroughIsToldTogetherToo) {
  use(kNights + "routes: [{id: a, receivers: [mail], quiet: nights}]");
  clock.set(at("2026-10-14T20:00:00Z"));
  for (int i = 0; i < 40; ++i) {
    raise({"mail"});
  }
  live(minutes(1));
  clock.set(at("2026-10-15T09:00:00Z"));
  start();
  live(minutes(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-g1-mail"));
  EXPECT_THAT(mail.heard.back().text, HasSubstr("… et 10 autres."));
}

TEST_F(PolicyAtWork, AFirstNotificationWaitsForWhatJoinsIt) {
  use("routes: [{id: a, receivers: [mail, chat], group_wait_s: 30},\n"
      "         {id: b, receivers: [sms]}]");
  raise({"mail", "chat"});
  live(seconds(20));
  EXPECT_THAT(mail.heard, IsEmpty());
  raise_like({"mail", "chat"}, of_roads);
  live(seconds(9));
  EXPECT_THAT(mail.heard, IsEmpty());
  live(seconds(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-g1-mail")) << "from the first one on, not from the last";
  EXPECT_THAT(chat.has, ElementsAre("vigie-g1-chat"));
  EXPECT_THAT(mail.heard.back().subject, HasSubstr("2 alertes ensemble"));
  live(minutes(2));
  EXPECT_THAT(mail.has, SizeIs(1));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, WhatWaitsAloneIsToldAsItIs) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 30, repeat_min: 30}]");
  raise({"mail"});
  live(seconds(29));
  EXPECT_THAT(mail.heard, IsEmpty());
  live(seconds(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail"));
  live(minutes(31));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-1-mail-r1"));
}

TEST_F(PolicyAtWork, CriticalOnesDoNotWaitUnlessTheRouteSaysSo) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 30}]");
  raise_like({"mail"}, &critical);
  settle();
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail"));
  use("routes: [{id: a, receivers: [mail], group_wait_critical_s: 10}]");
  raise_like({"mail"}, &critical);
  live(seconds(9));
  EXPECT_THAT(mail.has, SizeIs(1));
  live(seconds(2));
  EXPECT_THAT(mail.has, SizeIs(2));
}

TEST_F(PolicyAtWork, WhatBecomesCriticalMeanwhileIsToldAtOnceInPlaceOfTheFirst) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 60}]");
  raise({"mail"});
  live(seconds(5));
  raise_like({"mail"}, [](Alert& alert) {
    critical(alert);
    alert.news = News::kRisen;
  });
  settle();
  EXPECT_THAT(mail.has, ElementsAre("vigie-2-mail"));
  live(minutes(2));
  EXPECT_THAT(mail.has, SizeIs(1));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, ARestartNeitherProlongsNorCutsAGroupWait) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 60}]");
  raise({"mail"});
  live(seconds(40));
  start();
  raise_like({"mail"}, of_roads);
  live(seconds(19));
  EXPECT_THAT(mail.heard, IsEmpty());
  live(seconds(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-g1-mail"));
}

TEST_F(PolicyAtWork, AGroupThatACrashInterruptedIsTheSameGroup) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 30}]");
  raise({"mail"});
  raise_like({"mail"}, of_roads);
  mail.answer = [] { return Attempt::retry("no answer"); };
  live(seconds(31));
  raise_like({"mail"}, of_roads);
  start();
  mail.answer = [] { return Attempt::delivered(); };
  live(minutes(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-g1-mail", "vigie-3-mail"));
}

TEST_F(PolicyAtWork, AClockThatJumpsDelaysNoGroup) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 30}]");
  for (const auto jump : {hours(1), hours(24 * 365), -hours(1), -hours(24 * 365)}) {
    mail.has.clear();
    raise({"mail"});
    settle();
    clock.set(clock.now() + jump);
    live(seconds(2));
    EXPECT_THAT(mail.has, SizeIs(1)) << jump.count() << " h";
  }
}

TEST_F(PolicyAtWork, ASilenceThatBeginsDuringAGroupWaitHolds) {
  use("routes: [{id: a, receivers: [mail], group_wait_s: 30}]");
  raise({"mail"});
  live(seconds(10));
  Silence silence;
  silence.tenant = "techniville";
  silence.author = "marie";
  silence.matchers.levels = {Urgency::kHigh};
  silence.reason = "exercice";
  silence.starts_at = clock.now();
  silence.ends_at = clock.now() + hours(1);
  ASSERT_TRUE(silences->add(silence, clock.now()));
  live(minutes(2));
  EXPECT_THAT(mail.heard, IsEmpty());
  live(hours(1));
  EXPECT_THAT(mail.has, SizeIs(1));
}

TEST_F(PolicyAtWork, ItIsRepeatedUntilSomebodyTakesCharge) {
  use("routes: [{id: a, receivers: [mail], repeat_min: 30}]");
  const std::uint64_t alert = raise({"mail"});
  live(minutes(31));
  start();
  live(minutes(30));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-1-mail-r1", "vigie-1-mail-r2"));
  EXPECT_THAT(mail.heard.back().text, HasSubstr("Rappel n° 2"));
  work_on_alert(*store, alert, WorkAct::kTake, "marie", clock.now());
  live(hours(2));
  EXPECT_THAT(mail.has, SizeIs(3));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, RepeatsEndByThemselvesAndWhenTheIncidentGetsWorse) {
  use("routes: [{id: a, receivers: [mail], repeat_min: 30}]");
  raise({"mail"});
  live(minutes(1));
  raise_like({"mail"}, &critical);  // the same incident
  live(minutes(32));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-2-mail", "vigie-2-mail-r1"));
  live(hours(24));
  EXPECT_THAT(mail.has, SizeIs(2 + Rulings::kMaxRepeats));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, AnotherIsToldIfNobodyTakesCharge) {
  use("routes: [{id: a, receivers: [mail],\n"
      "  escalate: {high_min: 45, critical_min: 10, to: [chat]}}]");
  raise({"mail", "chat"});
  live(minutes(44));
  EXPECT_THAT(chat.heard, IsEmpty());
  live(minutes(2));
  EXPECT_THAT(chat.has, ElementsAre("vigie-1-chat"));
  EXPECT_THAT(chat.heard.back().text, HasSubstr("Personne n'a pris en charge depuis 45 min."));
  EXPECT_TRUE(owed().empty());
  const std::uint64_t taken = raise_like({"mail", "chat"}, [](Alert& alert) {
    alert.incident = "voirie@2026-10-14T07:00:00Z";
    alert.level = Urgency::kCritical;
  });
  live(minutes(9));
  work_on_alert(*store, taken, WorkAct::kTake, "marie", clock.now());
  live(hours(1));
  EXPECT_THAT(chat.has, SizeIs(1));
  EXPECT_TRUE(owed().empty());
}

TEST_F(PolicyAtWork, EscalationIsCountedFromTheMorningIfTheNightHeldTheFirst) {
  use(kNights +
      "routes: [{id: a, receivers: [mail], quiet: nights, escalate: {high_min: 45, to: [chat]}}]");
  clock.set(at("2026-10-14T20:00:00Z"));
  raise({"mail", "chat"});
  live(hours(2));
  clock.set(at("2026-10-15T05:29:00Z"));
  live(minutes(45));
  EXPECT_THAT(mail.has, SizeIs(1));
  EXPECT_THAT(chat.has, IsEmpty());
  live(minutes(2));
  EXPECT_THAT(chat.has, SizeIs(1));
}

TEST_F(PolicyAtWork, AnAlertIsHeldWhileAWorseOneSaysItAll) {
  use("inhibit: [{source: {topics: [eau]}, target: {topics: [voirie]}}]");
  const std::uint64_t water = raise_like({"mail"}, [](Alert& alert) { alert.topic = "eau"; });
  const auto road = [](Alert& alert) {
    alert.topic = "voirie";
    alert.incident = "voirie@2026-10-14T07:00:00Z";
  };
  raise_like({"mail"}, road);
  raise_like({"mail"}, [&](Alert& alert) {
    road(alert);
    alert.incident += "2";
    alert.level = Urgency::kCritical;
  });
  live(hours(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-3-mail"))
      << "one that is more urgent than its source is told";
  work_on_alert(*store, water, WorkAct::kClose, "marie", clock.now());
  live(minutes(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-3-mail", "vigie-2-mail"));
}

TEST_F(PolicyAtWork, AnInhibitionEndsByItself) {
  use("inhibit: [{source: {topics: [eau]}, target: {topics: [voirie]}}]");
  raise_like({"mail"}, [](Alert& alert) { alert.topic = "eau"; });
  raise_like({"mail"}, [](Alert& alert) {
    alert.topic = "voirie";
    alert.incident = "voirie@2026-10-14T07:00:00Z";
  });
  live(AlertPolicy::kMaxInhibition + minutes(2));
  EXPECT_THAT(mail.has, SizeIs(2));
}

TEST_F(PolicyAtWork, ClocksThatJumpDelayNothingAndLoseNothing) {
  use(kNights +
      "routes: [{id: a, receivers: [mail], quiet: nights, repeat_min: 60,\n"
      "  escalate: {high_min: 45, to: [chat]}}]");
  std::vector<microseconds> set_back;
  alerter->on_clock_set_back = [&](microseconds by) { set_back.push_back(by); };
  const Time start_at = clock.now();
  for (const microseconds jump : {microseconds(hours(1)), microseconds(hours(24 * 365))}) {
    mail.answer = [] { return Attempt::retry("timeout"); };
    clock.set(start_at + jump);
    raise({"mail"});  // by a clock that runs ahead
    live(std::chrono::seconds(20));
    EXPECT_TRUE(dead().empty()) << "given up because the clock jumped";
    clock.set(start_at);
    mail.answer = [] { return Attempt::delivered(); };
    mail.has.clear();
    raise({"mail"});
    live(std::chrono::seconds(30));
    EXPECT_THAT(mail.has, SizeIs(2)) << "alerts keep flowing";
  }
  EXPECT_THAT(set_back, SizeIs(4)) << "each receiver notices it once a jump";
  clock.set(start_at + hours(24 * 365));
  mail.answer = [] { return Attempt::retry("timeout"); };
  raise_like({"mail"}, [&](Alert& alert) { alert.raised_at = start_at; });
  live(minutes(2));
  EXPECT_TRUE(dead().empty()) << "given up after a few tries because the clock jumped";
}

TEST(AlertPolicy, ATownsOwnReceiverIsToldOfThatTownsAlertsWhateverTheRoutesWhileItIsOn) {
  std::vector<Problem> problems;
  AlertPolicy policy = policy_of("routes: [{id: all, receivers: [chat]}]", problems);
  ASSERT_THAT(problems, IsEmpty());
  policy.town_receivers = {{"town.techniville", "techniville"}};
  EXPECT_THAT(policy.receivers_of("techniville"), testing::Contains("town.techniville"));
  EXPECT_THAT(policy.receivers_of("rouveville"),
              testing::Not(testing::Contains("town.techniville")));
  Alert alert;
  alert.tenant = "techniville";
  EXPECT_EQ(policy.duty_of("town.techniville", alert).kind, AlertPolicy::Duty::Kind::kFirst);
  alert.tenant = "rouveville";
  EXPECT_EQ(policy.duty_of("town.techniville", alert).kind, AlertPolicy::Duty::Kind::kNone);
  alert.tenant = "techniville";
  policy.is_on = [](const std::string&) { return false; };
  EXPECT_EQ(policy.duty_of("town.techniville", alert).kind, AlertPolicy::Duty::Kind::kNone);
}

}  // namespace
}  // namespace vigie
