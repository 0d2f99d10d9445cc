// The alert budget of a receiver and day, and the morning brief.
#include "engine/alert/budget.h"

#include <gmock/gmock.h>

#include "engine/alert/policy_reader.h"
#include "tests/alert/alerter_facts.h"
#include "tests/store/work_on_alert.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// 2026-10-14, a Wednesday, 08:14 in the town.
class BudgetFacts : public AlerterFacts {
 protected:
  BudgetFacts() { policy.terms["mail"].budget_per_day = 2; }
  void brief_at(const std::string& at, const std::string& more = {}) {
    Tenant town;
    town.id = "techniville";
    town.name = "Techniville";
    town.receivers = {"mail", "chat"};
    std::vector<Problem> problems;
    const auto settings = Settings::parse(
        "digests: [{id: matin, receivers: [mail], at: " + at + more + "}]", "x", problems);
    const auto terms = policy.terms;
    policy = read_alert_policy(&*settings, {town}, {"mail", "chat"}, problems);
    EXPECT_TRUE(problems.empty()) << to_string(problems);
    policy.terms = terms;
    start();
  }
  void raise_another() {
    raise_like({"mail"}, [this](Alert& alert) {
      alert.incident = "incident@" + std::to_string(++incidents_);
    });
  }
  /// To that moment, in steps that a service would take.
  void live_until(std::string_view moment) {
    clock.set(std::max(clock.now(), at(moment) - seconds(5)));
    live(at(moment) - clock.now() + seconds(5));
  }
  std::vector<std::string> subjects() const {
    std::vector<std::string> all;
    for (const Message& message : mail.heard) {
      all.push_back(message.subject);
    }
    return all;
  }
  int incidents_ = 0;
};

TEST_F(BudgetFacts, BeyondItOnlyCriticalOnesAreToldAndTheRestInTheMorning) {
  for (int i = 0; i < 5; ++i) {
    raise_another();
    live(minutes(5));
  }
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-2-mail"));
  EXPECT_THAT(mail.heard[0].text, Not(HasSubstr("Budget")));
  EXPECT_THAT(mail.heard[1].text,
              HasSubstr("Budget d'alertes du jour atteint (2) : les suivantes attendent le bilan "
                        "de 08:00, sauf les critiques."));
  raise_like({"mail"}, [](Alert& alert) {
    alert.incident = "critique@1";
    alert.level = Urgency::kCritical;
  });
  live(minutes(1));
  EXPECT_THAT(mail.has, SizeIs(3));
  start();
  live_until("2026-10-15T05:59:50Z");
  EXPECT_THAT(mail.has, SizeIs(3)) << "midnight does not spend the next day's budget on the last's";
  live_until("2026-10-15T06:00:05Z");
  EXPECT_THAT(mail.has,
              ElementsAre("vigie-1-mail", "vigie-2-mail", "vigie-6-mail", "vigie-g3-mail"));
  EXPECT_TRUE(owed().empty());
}

TEST_F(BudgetFacts, ABurstSpendsNoMoreThanThereIs) {
  for (int i = 0; i < 10; ++i) {
    raise_another();
  }
  live(minutes(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-2-mail"));
  EXPECT_THAT(mail.heard[1].text, HasSubstr("atteint (2)"));
}

TEST_F(BudgetFacts, ANewDayHasANewBudgetAndARestartNone) {
  for (int i = 0; i < 2; ++i) {
    raise_another();
    live(minutes(1));
    start();
  }
  raise_another();
  live(minutes(1));
  EXPECT_THAT(mail.has, SizeIs(2));
  live_until("2026-10-15T06:30:00Z");
  mail.has.clear();
  raise_another();
  live(minutes(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-4-mail"));
}

TEST_F(BudgetFacts, OneReceiversBudgetIsNotAnothers) {
  for (int i = 0; i < 4; ++i) {
    raise({"chat"});
  }
  live(minutes(1));
  EXPECT_THAT(chat.has, SizeIs(4));
}

TEST_F(BudgetFacts, TheBriefTellsWhatWaitsAndWhatWasOverTheBudget) {
  brief_at("07:30");
  for (int i = 0; i < 4; ++i) {
    raise_another();
    live(minutes(1));
  }
  work_on_alert(*store, 1, WorkAct::kClose, "marie", clock.now());
  work_on_alert(*store, 2, WorkAct::kTake, "paul", clock.now());
  live_until("2026-10-15T05:29:50Z");
  EXPECT_THAT(mail.has, SizeIs(2));
  EXPECT_THAT(mail.heard[1].text, HasSubstr("le bilan de 07:30"));
  live_until("2026-10-15T05:30:05Z");
  ASSERT_THAT(mail.has, ElementsAre("vigie-1-mail", "vigie-2-mail",
                                    "vigie-d-matin-techniville-2026-10-15-mail"));
  const Message& brief = mail.heard.back();
  EXPECT_EQ(brief.subject, "Bilan du matin – Techniville");
  for (const char* part :
       {"0 mention, 0 négative, 0 urgente · 4 alertes, 1 close",
        "2 alertes n'ont pas été envoyées : le budget du jour était atteint.",
        "À prendre en charge (2)", "Prises en charge (1)", "· 14/10 08:1", "· paul"}) {
    EXPECT_THAT(brief.text, HasSubstr(part)) << brief.text;
  }
  EXPECT_THAT(brief.json, HasSubstr("\"waiting\":2,\"taken\":1,\"closed\":1,\"over_budget\":2"));
  EXPECT_TRUE(owed().empty());
}

TEST_F(BudgetFacts, OutsideTheTownABriefNamesNobody) {
  brief_at("07:30");
  policy.terms["mail"].is_outside = true;
  raise_another();
  live(minutes(1));
  work_on_alert(*store, 1, WorkAct::kTake, "paul", clock.now());
  live_until("2026-10-15T05:30:05Z");
  EXPECT_THAT(mail.heard.back().text, HasSubstr("Prises en charge (1)"));
  EXPECT_THAT(mail.heard.back().text + mail.heard.back().html, Not(HasSubstr("paul")));
}

TEST_F(BudgetFacts, OneBriefADayAlsoAfterARestartAndOnItsDaysOnly) {
  brief_at("07:30", ", weekdays: [mon-fri]");
  live(minutes(1));
  EXPECT_THAT(mail.heard, IsEmpty()) << "today's was before anybody was there to send it";
  for (const char* moment :
       {"2026-10-15T05:30:05Z", "2026-10-15T09:00:00Z", "2026-10-16T05:31:00Z",
        "2026-10-17T05:31:00Z", "2026-10-18T05:31:00Z", "2026-10-19T05:31:00Z"}) {
    live_until(moment);
    start();
    live(seconds(2));
  }
  EXPECT_THAT(mail.has, ElementsAre("vigie-d-matin-techniville-2026-10-15-mail",
                                    "vigie-d-matin-techniville-2026-10-16-mail",
                                    "vigie-d-matin-techniville-2026-10-19-mail"));
  EXPECT_THAT(mail.heard.back().text, HasSubstr("Rien n'attend personne."));
}

TEST_F(BudgetFacts, ABriefThatFailsIsTriedAgainAndOneThatIsRefusedIsTold) {
  brief_at("07:30");
  live(minutes(1));
  mail.answer = [] { return Attempt::retry("down"); };
  live_until("2026-10-15T05:40:00Z");
  EXPECT_THAT(mail.has, IsEmpty());
  EXPECT_LT(mail.heard.size(), 12U) << "a storm";
  mail.answer = [] { return Attempt::delivered(); };
  live(minutes(20));
  EXPECT_THAT(mail.has, SizeIs(1));
  std::vector<std::string> mishaps;
  alerter->on_mishap = [&](const Delivery& one) { mishaps.push_back(one.last_error); };
  mail.answer = [] { return Attempt::refused("550"); };
  live_until("2026-10-16T05:40:00Z");
  EXPECT_THAT(mishaps, ElementsAre("the brief was refused: 550"));
}

TEST_F(BudgetFacts, AYearsJumpSendsOneBriefNotAYearsWorth) {
  brief_at("07:30");
  live(minutes(1));
  clock.set(at("2027-10-14T05:31:00Z"));
  live(minutes(5));
  EXPECT_THAT(mail.has, SizeIs(1));
}

}  // namespace
}  // namespace vigie
