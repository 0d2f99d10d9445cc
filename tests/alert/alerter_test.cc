#include "engine/alert/alerter.h"

#include <gmock/gmock.h>

#include <set>
#include <stop_token>

#include "tests/alert/alerter_facts.h"

namespace vigie {
namespace {

/// The current fails while a receiver has just taken a message.
struct PowerCut {};

TEST_F(AlerterFacts, AnAlertReachesEachReceiverOnce) {
  raise({"mail", "chat"});
  live(minutes(1));
  EXPECT_THAT(mail.has, testing::ElementsAre("vigie-1-mail"));
  EXPECT_THAT(chat.has, testing::ElementsAre("vigie-1-chat"));
  EXPECT_EQ(mail.heard[0].subject, "[URGENT] eau – Techniville");
  EXPECT_TRUE(owed().empty());
  start();
  live(hours(1));
  EXPECT_EQ(mail.heard.size(), 1U) << "a restart told it again";
}

TEST_F(AlerterFacts, NobodyIsToldOfWhatAPowerCutCouldStillTakeBack) {
  store->add_alert(0, 20000, "{}", {"mail"});
  store->commit();
  EXPECT_FALSE(alerter->step());
  store->sync();
  EXPECT_TRUE(alerter->step());
  EXPECT_EQ(mail.has.size(), 1U);
}

TEST_F(AlerterFacts, ManyAlertsArriveInTheirOrder) {
  for (int i = 0; i < 100; ++i) {
    raise({"mail"});
  }
  settle();
  ASSERT_EQ(mail.has.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(mail.has[i], "vigie-" + std::to_string(i + 1) + "-mail");
  }
}

TEST_F(AlerterFacts, WhatFailsIsTriedLaterAndLaterForTwoDaysAndThenGivenUp) {
  mail.answer = [] { return Attempt::retry("connexion refusée"); };
  raise({"mail"});
  const Time raised_at = clock.now();
  std::vector<Time> tries;
  for (std::size_t heard = 0; !owed().empty(); heard = mail.heard.size()) {
    clock.set(std::max(clock.now(), owed()[0].next_at));
    settle();
    ASSERT_EQ(mail.heard.size(), heard + 1) << "seed " << kSeed;
    tries.push_back(clock.now());
  }
  microseconds nominal = Alerter::kFirstRetry;
  for (std::size_t i = 1; i < tries.size(); ++i) {
    const microseconds waited = tries[i] - tries[i - 1];
    EXPECT_GE(waited, nominal * 80 / 100) << "seed " << kSeed << ", attempt " << i;
    EXPECT_LE(waited, nominal * 120 / 100) << "seed " << kSeed << ", attempt " << i;
    nominal = std::min<microseconds>(nominal * 2, Alerter::kLongestRetry);
  }
  EXPECT_GE(tries.back() - raised_at, Alerter::kMaxAge);
  EXPECT_LT(tries[tries.size() - 2] - raised_at, Alerter::kMaxAge);
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].receiver, "mail");
  EXPECT_EQ(dead()[0].attempts, tries.size());
  EXPECT_EQ(dead()[0].last_error, "connexion refusée");
  live(hours(2));
  EXPECT_EQ(mail.heard.size(), tries.size()) << "given up, and tried again";
}

TEST_F(AlerterFacts, AfterAFailureTheOtherMessagesOfThatReceiverWait) {
  chat.answer = [] { return Attempt::retry("timeout"); };
  for (int i = 0; i < 10; ++i) {
    raise({"mail", "chat"});
  }
  settle();
  EXPECT_EQ(chat.heard.size(), 1U) << "ten messages waited for one dead receiver";
  EXPECT_EQ(mail.has.size(), 10U);
  live(seconds(3));
  EXPECT_EQ(chat.heard.size(), 1U) << "tried again before its back-off";
}

TEST_F(AlerterFacts, OneMessageThatAReceiverNeverTakesHoldsUpNoOther) {
  raise({"mail"});
  mail.answer = [&] {
    return mail.heard.back().idempotency_key == "vigie-1-mail" ? Attempt::retry("500")
                                                               : Attempt::delivered();
  };
  live(minutes(30));
  raise({"mail"});
  live(Alerter::kLongestRetry);
  EXPECT_THAT(mail.has, testing::ElementsAre("vigie-2-mail"));
}

TEST_F(AlerterFacts, AMessageSaysWhatIsBlindWhenItLeaves) {
  alerter->blind_now = [] { return std::vector<BlindSource>{{"facebook", Time{}}}; };
  raise({"mail"});
  settle();
  ASSERT_EQ(mail.heard.size(), 1U);
  EXPECT_NE(mail.heard[0].json.find(R"("blind":[{"source":"facebook",)"), std::string::npos);
}

TEST_F(AlerterFacts, EachReceiverHasAStepOfItsOwn) {
  raise({"mail", "chat"});
  EXPECT_TRUE(alerter->step(1, {}));
  EXPECT_EQ(chat.has.size(), 1U);
  EXPECT_TRUE(mail.heard.empty());
}

TEST_F(AlerterFacts, WhatAStopBreaksOffCountsAsNotTried) {
  std::stop_source stop;
  mail.answer = [&] {
    stop.request_stop();
    return Attempt::retry("broken off");
  };
  raise({"mail"});
  raise({"mail"});
  EXPECT_FALSE(alerter->step(0, stop.get_token()));
  EXPECT_EQ(mail.heard.size(), 1U) << "went on after the stop";
  ASSERT_EQ(owed().size(), 2U);
  EXPECT_EQ(owed()[0].attempts, 0U);
}

TEST_F(AlerterFacts, WhatNeedsAPersonIsReported) {
  std::vector<Delivery> mishaps;
  alerter->on_mishap = [&](const Delivery& delivery) { mishaps.push_back(delivery); };
  mail.answer = [] { return Attempt::delivered("b@techniville.example: 550"); };
  chat.answer = [] { return Attempt::refused("404"); };
  raise({"mail", "chat"});
  settle();
  ASSERT_EQ(mishaps.size(), 2U);
  EXPECT_FALSE(mishaps[0].dead);
  EXPECT_EQ(mishaps[0].last_error, "b@techniville.example: 550");
  EXPECT_TRUE(mishaps[1].dead);
  EXPECT_EQ(mishaps[1].receiver, "chat");
  EXPECT_EQ(mail.has.size(), 1U);
}

TEST_F(AlerterFacts, AReceiverThatAsksForPatienceGetsIt) {
  mail.answer = [] { return Attempt::retry("429", minutes(10)); };
  raise({"mail"});
  live(minutes(9));
  EXPECT_EQ(mail.heard.size(), 1U);
  mail.answer = [] { return Attempt::delivered(); };
  live(minutes(2));
  EXPECT_EQ(mail.has.size(), 1U);
}

TEST_F(AlerterFacts, NobodyCanAskForPatienceForEver) {
  mail.answer = [] { return Attempt::retry("429", hours(24 * 365)); };
  raise({"mail"});
  settle();
  EXPECT_LE(owed()[0].next_at - clock.now(), hours(1));
}

TEST_F(AlerterFacts, WhatIsRefusedIsGivenUpAtOnce) {
  mail.answer = [] { return Attempt::refused("550 no such user"); };
  raise({"mail", "chat"});
  live(hours(1));
  EXPECT_EQ(mail.heard.size(), 1U);
  EXPECT_EQ(chat.has.size(), 1U) << "one receiver's refusal cost another its alert";
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].last_error, "550 no such user");
  EXPECT_EQ(dead()[0].attempts, 1U);
}

TEST_F(AlerterFacts, AReceiverThatIsConfiguredNoMoreIsListedWithTheReason) {
  raise({"old-mailbox", "mail"});
  live(minutes(1));
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].receiver, "old-mailbox");
  EXPECT_THAT(dead()[0].last_error, testing::HasSubstr("no such receiver"));
  EXPECT_EQ(mail.has.size(), 1U);
}

TEST_F(AlerterFacts, ABodyThatCannotBeReadIsListedAndHoldsUpNobody) {
  raise({"mail"}, "torn");
  raise({"mail"});
  live(minutes(1));
  EXPECT_THAT(mail.has, testing::ElementsAre("vigie-2-mail"));
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_EQ(dead()[0].alert, 1U);
  EXPECT_FALSE(dead()[0].last_error.empty());
}

TEST_F(AlerterFacts, AfterACrashBetweenDeliveryAndNoteTheSameKeyComesAgain) {
  raise({"mail"});
  mail.answer = []() -> Attempt { throw PowerCut(); };
  EXPECT_THROW(alerter->step(), PowerCut);
  alerter.reset();
  store.reset();
  disk.lose_unsynced();
  mail.answer = [] { return Attempt::delivered(); };
  start();
  settle();
  ASSERT_EQ(mail.heard.size(), 2U);
  EXPECT_EQ(mail.heard[0].idempotency_key, mail.heard[1].idempotency_key);
  EXPECT_EQ(mail.heard[0].json, mail.heard[1].json);
}

TEST_F(AlerterFacts, HowOftenItFailedSurvivesAPowerCut) {
  mail.answer = [] { return Attempt::retry("down"); };
  raise({"mail"});
  live(minutes(1));
  const std::uint32_t attempts = owed()[0].attempts;
  EXPECT_GT(attempts, 1U);
  alerter.reset();
  store.reset();
  disk.lose_unsynced();
  start();
  EXPECT_EQ(owed()[0].attempts, attempts);
}

TEST_F(AlerterFacts, AnHourWithoutAReceiverLosesNothingAndEndsWithoutAStorm) {
  chat.answer = [] { return Attempt::retry("timeout"); };
  for (int i = 0; i < 20; ++i) {
    raise({"mail", "chat"});
    live(minutes(3));
  }
  EXPECT_EQ(mail.has.size(), 20U) << "the sick receiver held up the healthy one";
  EXPECT_LT(chat.heard.size(), 20U) << "a storm";
  chat.heard.clear();
  chat.answer = [] { return Attempt::delivered(); };
  live(Alerter::kLongestRetry * 120 / 100 + minutes(1));
  EXPECT_EQ(chat.heard.size(), 20U) << "each once";
  std::ranges::sort(chat.has);
  EXPECT_EQ(std::ranges::unique(chat.has).size(), 0U);
  EXPECT_EQ(chat.has.size(), 20U);
  EXPECT_TRUE(owed().empty());
  EXPECT_TRUE(dead().empty());
}

/// The receiver is away for an hour in which the engine dies three times, and three times more
/// while it tells what it owed, each time after the receiver took a message and before that was
/// noted.
TEST_F(AlerterFacts, AnHourWithoutAReceiverAndWithCrashesGivesAtMostOneDuplicateACrash) {
  const auto crash = [this] {
    alerter.reset();
    store.reset();
    disk.lose_unsynced();
    start();
  };
  chat.answer = [] { return Attempt::retry("timeout"); };
  for (int i = 0; i < 20; ++i) {
    raise({"chat"});
    live(minutes(3));
    if (i % 7 == 6) {
      crash();
    }
  }
  std::vector<std::string> taken;  // as the receiver has them
  std::size_t crashes = 0;
  chat.answer = [&]() -> Attempt {
    taken.push_back(chat.heard.back().idempotency_key);
    if (taken.size() % 6 == 5 && crashes < 3) {
      ++crashes;
      throw PowerCut();
    }
    return Attempt::delivered();
  };
  for (const Time end = clock.now() + hours(1); clock.now() < end;) {
    try {
      live(minutes(1));
    } catch (const PowerCut&) {
      crash();
    }
  }
  EXPECT_EQ(crashes, 3U);
  EXPECT_EQ(taken.size(), 20 + crashes) << "one again for each crash";
  EXPECT_EQ(std::set(taken.begin(), taken.end()).size(), 20U) << "nothing was lost";
  EXPECT_TRUE(owed().empty());
  EXPECT_TRUE(dead().empty());
}

TEST_F(AlerterFacts, EveryEndIsCounted) {
  chat.answer = [] { return Attempt::refused("no"); };
  raise({"mail", "chat", "old-mailbox"});
  raise({"mail"}, "torn");
  settle();
  const std::string exposed = metrics.expose();
  EXPECT_THAT(exposed, testing::HasSubstr(
                           "vigie_alert_deliveries_total{receiver=\"mail\",result=\"sent\"} 1"));
  EXPECT_THAT(exposed, testing::HasSubstr(
                           "vigie_alert_deliveries_total{receiver=\"chat\",result=\"dead\"} 1"));
  EXPECT_THAT(exposed, testing::HasSubstr(
                           "vigie_alert_deliveries_total{receiver=\"mail\",result=\"dead\"} 1"));
  EXPECT_THAT(
      exposed,
      testing::HasSubstr("vigie_alert_deliveries_total{receiver=\"(unknown)\",result=\"dead\"} 1"));
}

}  // namespace
}  // namespace vigie
