// Silences: which alerts they match, what is refused, and what becomes of what they held.
#include "engine/alert/silence.h"

#include <gmock/gmock.h>

#include "tests/alert/alerter_facts.h"
#include "tests/store/work_on_alert.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Silence silence_of(AlertMatchers matchers, Time from, microseconds lasting) {
  Silence silence;
  silence.tenant = "techniville";
  silence.matchers = std::move(matchers);
  silence.reason = "exercice d'évacuation";
  silence.author = "marie";
  silence.starts_at = from;
  silence.ends_at = from + lasting;
  return silence;
}

class SilenceFacts : public AlerterFacts {
 protected:
  Silence silence(AlertMatchers matchers, microseconds lasting = hours(2)) {
    Result<Silence> made =
        silences->add(silence_of(std::move(matchers), clock.now(), lasting), clock.now());
    EXPECT_TRUE(made) << made.error().text;
    return *made;
  }
  std::string refusal(const Silence& wanted) {
    const Result<Silence> made = silences->add(wanted, clock.now());
    return made ? "" : made.error().text;
  }
};

TEST(AlertMatchersFacts, EveryListThatIsGivenMustHoldTheAlertsValue) {
  Alert alert;
  alert.topic = "eau";
  alert.source = "mastodon";
  alert.incident = "eau@2026-10-14T06:14:02Z";
  alert.level = Urgency::kHigh;
  alert.reasons = {{"urgence.malade", "", "", 1}, {"danger.feu", "", "", 1}};
  EXPECT_TRUE((AlertMatchers{{"eau", "voirie"}, {}, {}, {}, {}}.match(alert)));
  EXPECT_TRUE((AlertMatchers{{}, {"danger.feu"}, {}, {}, {}}.match(alert)));
  EXPECT_TRUE((AlertMatchers{
      {"eau"}, {"urgence.malade"}, {"mastodon"}, {"eau@2026-10-14T06:14:02Z"}, {Urgency::kHigh}}
                   .match(alert)));
  EXPECT_FALSE((AlertMatchers{{"voirie"}, {}, {}, {}, {}}.match(alert)));
  EXPECT_FALSE((AlertMatchers{{"eau"}, {"danger.gaz"}, {}, {}, {}}.match(alert)));
  EXPECT_FALSE((AlertMatchers{{}, {}, {"x"}, {}, {}}.match(alert)));
  EXPECT_FALSE((AlertMatchers{{}, {}, {}, {"eau@2026-10-15T06:14:02Z"}, {}}.match(alert)));
  EXPECT_FALSE((AlertMatchers{{"eau"}, {}, {}, {}, {Urgency::kCritical}}.match(alert)));
}

TEST_F(SilenceFacts, WhatMakesNoSenseIsRefusedWithAReason) {
  const AlertMatchers water{{"eau"}, {}, {}, {}, {}};
  const Time now = clock.now();
  EXPECT_THAT(refusal(silence_of(water, now, -hours(1))), HasSubstr("ends before it starts"));
  EXPECT_THAT(refusal(silence_of(water, now, hours(0))), HasSubstr("ends before it starts"));
  EXPECT_THAT(refusal(silence_of(water, now - hours(2), hours(1))), HasSubstr("already"));
  EXPECT_THAT(refusal(silence_of(water, now, hours(24 * 93))), HasSubstr("92 days"));
  EXPECT_THAT(refusal(silence_of({}, now, hours(1))), HasSubstr("at least one"));
  Silence wanted = silence_of(water, now, hours(1));
  wanted.reason = "  \n";
  EXPECT_THAT(refusal(wanted), HasSubstr("reason"));
  wanted.reason.assign(Silences::kMaxReasonBytes + 1, 'x');
  EXPECT_THAT(refusal(wanted), HasSubstr("reason"));
  wanted = silence_of({std::vector<std::string>(101, "eau"), {}, {}, {}, {}}, now, hours(1));
  EXPECT_THAT(refusal(wanted), HasSubstr("100"));
  EXPECT_THAT(silences->of("techniville"), IsEmpty());
}

TEST_F(SilenceFacts, ABookThatIsFullSaysSo) {
  for (std::size_t i = 0; i < Silences::kMaxPerTenant; ++i) {
    silence({{"eau"}, {}, {}, {}, {}});
  }
  const auto more =
      silences->add(silence_of({{"eau"}, {}, {}, {}, {}}, clock.now(), hours(1)), clock.now());
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kFull);
  clock.advance(hours(3));
  silence({{"eau"}, {}, {}, {}, {}});
}

TEST_F(SilenceFacts, NobodyIsToldWhileItLastsAndThenAllInOneMessage) {
  silence({{}, {"urgence.gaz"}, {}, {}, {}});
  raise({"mail", "chat"});
  live(minutes(30));
  raise({"mail"});
  raise_like({"mail"}, [](Alert& alert) { alert.reasons = {{"danger.feu", "", "", 1}}; });
  live(minutes(89));
  EXPECT_THAT(mail.has, ElementsAre("vigie-3-mail")) << "the one it does not match";
  live(minutes(3));
  EXPECT_THAT(mail.has, ElementsAre("vigie-3-mail", "vigie-g1-mail"));
  EXPECT_THAT(mail.heard.back().subject, HasSubstr("2 alertes ensemble"));
  EXPECT_THAT(chat.has, ElementsAre("vigie-1-chat")) << "one alone is told as itself";
  EXPECT_THAT(chat.heard.back().text, HasSubstr("Retenue depuis 08:14"));
  EXPECT_TRUE(owed().empty());
}

TEST_F(SilenceFacts, ARestartForgetsNeitherTheSilenceNorWhatItHeld) {
  silence({{}, {"urgence.gaz"}, {}, {}, {}});
  raise({"mail"});
  raise({"mail"});
  live(minutes(1));
  alerter.reset();
  silences.reset();
  store.reset();
  disk.lose_unsynced();
  start();
  ASSERT_THAT(silences->of("techniville"), SizeIs(1));
  EXPECT_EQ(silences->of("techniville")[0].reason, "exercice d'évacuation");
  EXPECT_EQ(silences->of("techniville")[0].author, "marie");
  EXPECT_THAT(silences->of("techniville")[0].matchers.rules, ElementsAre("urgence.gaz"));
  live(hours(1));
  EXPECT_THAT(mail.heard, IsEmpty());
  live(hours(1) + minutes(1));
  EXPECT_THAT(mail.has, ElementsAre("vigie-g1-mail"));
}

TEST_F(SilenceFacts, OneThatIsLiftedHoldsNothingAnyMore) {
  const Silence made = silence({{}, {"urgence.gaz"}, {}, {}, {}});
  raise({"mail"});
  live(minutes(1));
  EXPECT_FALSE(silences->expire("rouveville", made.number, clock.now())) << "another town's";
  EXPECT_TRUE(silences->expire("techniville", made.number, clock.now()));
  EXPECT_FALSE(silences->expire("techniville", made.number, clock.now())) << "twice";
  live(std::chrono::seconds(2));
  EXPECT_THAT(mail.has, ElementsAre("vigie-1-mail"));
}

TEST_F(SilenceFacts, OneThatIsStillToComeHoldsNothing) {
  Silence later = silence_of({{}, {"urgence.gaz"}, {}, {}, {}}, clock.now() + hours(1), hours(1));
  ASSERT_TRUE(silences->add(later, clock.now()));
  raise({"mail"});
  live(minutes(1));
  EXPECT_THAT(mail.has, SizeIs(1));
}

TEST_F(SilenceFacts, WhatSomebodyTookInHandMeanwhileIsNotToldAfterwards) {
  silence({{}, {"urgence.gaz"}, {}, {}, {}});
  const std::uint64_t alert = raise({"mail"});
  live(minutes(1));
  work_on_alert(*store, alert, WorkAct::kTake, "marie", clock.now());
  live(hours(3));
  EXPECT_THAT(mail.heard, IsEmpty());
  EXPECT_TRUE(owed().empty());
}

TEST_F(SilenceFacts, AGroupIsTheSameAfterACrashWhateverElseIsReleased) {
  silence({{}, {"urgence.gaz"}, {}, {}, {}});
  silence({{}, {"danger.feu"}, {}, {}, {}}, minutes(121));
  raise({"mail"});
  raise({"mail"});
  raise_like({"mail"}, [](Alert& alert) { alert.reasons = {{"danger.feu", "", "", 1}}; });
  mail.answer = []() -> Attempt { throw 1; };
  EXPECT_THROW(live(hours(3)), int);
  clock.advance(minutes(5));
  mail.answer = [] { return Attempt::delivered(); };
  start();
  live(minutes(2));
  ASSERT_THAT(mail.heard, SizeIs(3));
  EXPECT_EQ(mail.heard[0].idempotency_key, "vigie-g1-mail");
  const auto again = std::ranges::find(mail.heard.begin() + 1, mail.heard.end(), "vigie-g1-mail",
                                       &Message::idempotency_key);
  ASSERT_NE(again, mail.heard.end());
  EXPECT_EQ(again->json, mail.heard[0].json);
  std::ranges::sort(mail.has);
  EXPECT_THAT(mail.has, ElementsAre("vigie-3-mail", "vigie-g1-mail"));
}

TEST_F(SilenceFacts, EndedOnesAreForgottenAfterAWhileAndNumbersAreNotUsedAgain) {
  const std::uint64_t first = silence({{"eau"}, {}, {}, {}, {}}).number;
  clock.advance(hours(24 * 89));
  start();
  EXPECT_THAT(silences->of("techniville"), SizeIs(1));
  clock.advance(hours(24 * 2));
  start();
  EXPECT_THAT(silences->of("techniville"), IsEmpty());
  EXPECT_GE(silence({{"eau"}, {}, {}, {}, {}}).number, first);
}

}  // namespace
}  // namespace vigie
