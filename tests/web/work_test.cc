#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/alert/alert.h"
#include "engine/trend/business_hours.h"
#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Work behind the API, on Wednesday 2026-10-14 at 10 h in the town; somebody is "marie".
class WorkOverHttp : public TownOverHttp {
 protected:
  WorkOverHttp() : TownOverHttp({"techniville", "autreville"}) {
    const auto shared = std::make_shared<const ApiParts>(parts());
    std::vector<Route> routes = work_routes(shared);
    for (auto* more : {alert_routes, mention_routes}) {
      for (Route& route : more(shared)) {
        routes.push_back(std::move(route));
      }
    }
    serve(std::move(routes));
  }
  std::string say(const std::string& id, Urgency urgency, std::string_view when) {
    Told told;
    told.id = id;
    told.text = "texte " + id;
    told.urgency = urgency;
    const Time time = parse_time(when).value();
    told.hour = hour_of(time);
    told.minute = (time - Time(std::chrono::hours(told.hour))) / std::chrono::minutes(1);
    const MentionRef ref = tell(*store_, told, catalogue_).ref;
    store_->sync();
    return to_string(ref);
  }
  RawAnswer step(const std::string& ref, const std::string& body,
                 const std::string& account = "marie") {
    return post("techniville/work/" + ref + "/steps", body, account);
  }
  std::string list(const std::string& query = "") { return get("techniville/work" + query).body; }

  std::shared_ptr<const Catalogue> catalogue_ = catalogue_named("first");
};

TEST_F(WorkOverHttp, AStoryIsTakenAnsweredAndClosedAndAllOfItIsWrittenDown) {
  const std::string ref = say("1", Urgency::kHigh, "2026-10-14T07:30:00Z");
  EXPECT_THAT(
      step(ref, R"({"step":"take"})").body,
      AllOf(HasSubstr(R"("state":"taken","by":"marie")"), HasSubstr(R"("assignee":"marie")"),
            HasSubstr(R"("due_at":"2026-10-14T09:30:00Z","overdue":false)")));
  EXPECT_THAT(step(ref, R"({"step":"tag","tag":"voirie"})").body,
              HasSubstr(R"("tags":["voirie"])"));
  EXPECT_THAT(step(ref, R"({"step":"note","text":"vu\navec la régie"})").body,
              HasSubstr(R"("text":"vu\navec la régie")"));
  EXPECT_EQ(step(ref, R"({"step":"answer"})").status, 200);
  EXPECT_THAT(step(ref, R"({"step":"close"})").body, HasSubstr(R"("state":"closed")"));
  EXPECT_THAT(step(ref, R"({"step":"undo"})").body, HasSubstr(R"("state":"answered")"));
  const std::string history = get("techniville/work/" + ref + "/history").body;
  EXPECT_THAT(history, HasSubstr(R"("by":"marie","step":"take","from":"new","to":"taken")"));
  EXPECT_THAT(history,
              HasSubstr(R"("step":"close","from":"answered","to":"closed","undone":true)"));
  EXPECT_THAT(history, HasSubstr(R"("step":"undo","from":"closed","to":"answered","undoes":5)"));
  EXPECT_THAT(get("techniville/mentions/" + ref).body,
              HasSubstr(R"("work":{"ref":")" + ref + R"(","state":"answered")"));
  EXPECT_EQ(audited_.size(), 6U);
  EXPECT_EQ(audited_.front(), "marie doWork techniville " + ref + " take");

  const std::string page = get("techniville/work/journal?limit=4").body;
  EXPECT_THAT(page, AllOf(HasSubstr(R"("number":6)"), HasSubstr(R"("next":3)")));
  EXPECT_THAT(get("techniville/work/journal?before=3").body, HasSubstr(R"("next":null)"));
  EXPECT_THAT(get("autreville/work/journal").body, HasSubstr(R"("events":[])"));
}

TEST_F(WorkOverHttp, OfTwoAtOnceOneIsFirst) {
  const std::string ref = say("1", Urgency::kHigh, "2026-10-14T07:30:00Z");
  std::vector<int> statuses(2);
  {
    std::jthread marie([&] { statuses[0] = step(ref, R"({"step":"take"})", "marie").status; });
    std::jthread paul([&] { statuses[1] = step(ref, R"({"step":"take"})", "paul").status; });
  }
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(200, 409));
  EXPECT_EQ(store_->work_journal(0, 0, 10)->size(), 1U);
  step(ref, R"({"step":"note","text":"a"})", "marie");
  EXPECT_THAT(step(ref, R"({"step":"undo","undoes":1})", "paul").body,
              HasSubstr("only the last step can be undone: that is 2 (note by marie)"));
}

TEST_F(WorkOverHttp, WhatIsWrongIsRefusedAndChangesNothing) {
  const std::string ref = say("1", Urgency::kHigh, "2026-10-14T07:30:00Z");
  EXPECT_THAT(step(ref, R"({"step":"dance"})").body, HasSubstr("take, answer, close, mute"));
  EXPECT_EQ(step(ref, R"({"step":"take","who":"me"})").status, 400);
  EXPECT_EQ(step(ref, R"({"step":"note"})").status, 400);
  EXPECT_EQ(step(ref, "[").status, 400);
  EXPECT_EQ(step(ref, R"({"step":"assign","to":"stranger"})").status, 422);
  EXPECT_THAT(step(ref, R"({"step":"assign","to":"stranger"})").body, HasSubstr("marie paul"));
  EXPECT_EQ(step(ref, R"({"step":"undo"})").status, 409);
  EXPECT_EQ(step(ref, R"({"step":"undo","undoes":0})").status, 400);
  EXPECT_EQ(step(ref, R"({"step":"note","text":")" + std::string(5'000, 'x') + "\"}").status, 422);
  EXPECT_EQ(step(ref, R"({"step":"note","text":")" + std::string(1 << 20, 'x') + "\"}").status,
            413);
  EXPECT_EQ(step("20740-77", R"({"step":"take"})").status, 404);
  EXPECT_EQ(step("alert-7", R"({"step":"take"})").status, 404);
  EXPECT_EQ(post("autreville/work/" + ref + "/steps", R"({"step":"take"})").status, 404);
  EXPECT_EQ(get("autreville/work/" + ref).status, 404);
  EXPECT_EQ(get("autreville/work/" + ref + "/history").status, 404);
  EXPECT_EQ(get("techniville/work?state=half").status, 400);
  EXPECT_EQ(get("techniville/work?overdue=maybe").status, 400);
  EXPECT_EQ(get("techniville/work?after=x").status, 400);
  EXPECT_EQ(store_->work_journal(0, 0, 10)->size(), 0U);
  EXPECT_TRUE(audited_.empty());
}

TEST_F(WorkOverHttp, TheListHoldsWhatIsToBeHandledTheMostPressingFirst) {
  say("low", Urgency::kLow, "2026-10-14T07:00:00Z");
  const std::string high = say("high", Urgency::kHigh, "2026-10-14T07:05:00Z");
  const std::string critical = say("critical", Urgency::kCritical, "2026-10-14T07:10:00Z");
  const std::string touched = say("touched", Urgency::kLow, "2026-10-14T07:20:00Z");
  step(touched, R"({"step":"assign","to":"paul"})");
  const std::string all = list();
  EXPECT_THAT(all, Not(HasSubstr("texte low")));
  EXPECT_LT(all.find("texte critical"), all.find("texte high"));
  EXPECT_LT(all.find("texte high"), all.find("texte touched"));
  EXPECT_THAT(all, HasSubstr(R"("total":3,"cut":false,"next":null)"));
  EXPECT_THAT(list("?overdue=true"),
              AllOf(HasSubstr("texte critical"), Not(HasSubstr("texte high"))))
      << "half an hour around the clock";
  EXPECT_THAT(list("?assignee=paul"), HasSubstr(R"("total":1)"));
  EXPECT_THAT(list("?assignee="), HasSubstr(R"("total":2)"));
  step(high, R"({"step":"tag","tag":"eau"})");
  EXPECT_THAT(list("?tag=eau"), AllOf(HasSubstr("texte high"), HasSubstr(R"("total":1)")));
  step(critical, R"({"step":"answer"})");
  EXPECT_THAT(list("?state=answered"), HasSubstr("texte critical"));
  EXPECT_THAT(list(), Not(HasSubstr("texte critical")));

  const std::string first = list("?limit=1");
  const std::size_t at = first.find("\"next\":\"") + 8;
  const std::string next = first.substr(at, first.find('"', at) - at);
  EXPECT_THAT(first, HasSubstr("texte high"));
  EXPECT_THAT(list("?limit=1&after=" + next),
              AllOf(HasSubstr("texte touched"), HasSubstr("\"next\":null")));
}

TEST_F(WorkOverHttp, TakingAnAlertTakesItsStory) {
  const std::string ref = say("1", Urgency::kHigh, "2026-10-14T07:30:00Z");
  Alert alert;
  alert.mention = ref;
  const MentionRef story = *parse_mention_ref(0, ref);
  const std::uint64_t number = store_->add_alert(0, story.day, to_json(alert), {}, story);
  store_->sync();
  EXPECT_THAT(
      post("techniville/alerts/" + std::to_string(number) + "/take", "").body,
      AllOf(HasSubstr(R"("state":"taken","by":"marie")"), HasSubstr(R"("work":")" + ref + "\"")));
  EXPECT_THAT(get("techniville/work/" + ref).body, HasSubstr(R"("state":"taken","by":"marie")"));
  EXPECT_EQ(post("techniville/alerts/1/take", "", "paul").status, 200) << "who came first keeps it";
  EXPECT_EQ(step("alert-1", R"({"step":"answer"})", "paul").status, 200);
  EXPECT_THAT(get("techniville/alerts?state=answered").body, HasSubstr(R"("state":"answered")"));
  EXPECT_THAT(get("techniville/alerts?state=open").body, HasSubstr(R"("state":"answered")"));
  step(ref, R"({"step":"close"})");
  EXPECT_EQ(post("techniville/alerts/1/take", "").status, 409);
}

TEST_F(WorkOverHttp, AnAlertIsDueWhenItsStoryIs) {
  // Half an hour before the town hall closes on a Friday.
  const std::string ref = say("1", Urgency::kHigh, "2026-10-16T15:30:00Z");
  Alert alert;
  alert.mention = ref;
  alert.level = Urgency::kHigh;
  alert.raised_at = parse_time("2026-10-16T15:30:01Z").value();
  const MentionRef story = *parse_mention_ref(0, ref);
  store_->add_alert(0, story.day, to_json(alert), {}, story);
  store_->sync();
  EXPECT_THAT(get("techniville/work/" + ref).body, HasSubstr(R"("due_at":"2026-10-19T08:30:00Z")"));
  EXPECT_THAT(get("techniville/alerts/1").body,
              HasSubstr(R"("deadline_at":"2026-10-19T08:30:00Z")"));
  tenants_[0].deadlines[static_cast<std::size_t>(Urgency::kHigh)] = {std::chrono::minutes(60),
                                                                     true};
  EXPECT_THAT(get("techniville/work/" + ref).body, HasSubstr(R"("due_at":"2026-10-16T16:30:00Z")"));
  EXPECT_THAT(get("techniville/alerts/1").body,
              HasSubstr(R"("deadline_at":"2026-10-16T16:30:00Z")"));
}

TEST(AnswerDeadlines, RunInBusinessHours) {
  const TownCalendar town("Europe/Paris");
  const auto due = [&](std::string_view from, AnswerDeadline deadline, BusinessHours hours = {}) {
    return format_time(due_at(town, hours, deadline, parse_time(from).value()));
  };
  const AnswerDeadline two_hours{std::chrono::minutes(120)};
  EXPECT_EQ(due("2026-10-14T08:00:00Z", two_hours), "2026-10-14T10:00:00Z");
  EXPECT_EQ(due("2026-10-16T15:00:00Z", two_hours), "2026-10-19T08:00:00Z") << "a weekend";
  EXPECT_EQ(due("2026-11-10T17:00:00Z", two_hours), "2026-11-12T10:00:00Z") << "the Armistice";
  EXPECT_EQ(due("2026-10-23T15:30:00Z", two_hours), "2026-10-26T09:30:00Z") << "winter time begins";
  EXPECT_EQ(due("2026-10-17T01:00:00Z", {std::chrono::minutes(30), true}), "2026-10-17T01:30:00Z");
  const BusinessHours saturdays{0x20, std::chrono::minutes(600), std::chrono::minutes(660)};
  EXPECT_EQ(due("2026-10-14T08:00:00Z", two_hours, saturdays), "2026-10-24T09:00:00Z");
  const BusinessHours never{0, std::chrono::minutes(0), std::chrono::minutes(60)};
  EXPECT_EQ(due("2026-10-14T08:00:00Z", two_hours, never), "2027-11-18T08:00:00Z");
}

}  // namespace
}  // namespace vigie
