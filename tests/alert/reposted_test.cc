// Receivers that forget are told until it is over; those outside the town's control hear no quote.
#include <gmock/gmock.h>

#include "engine/alert/renderer.h"
#include "tests/alert/alerter_facts.h"
#include "tests/store/work_on_alert.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Forgets everything when it is killed.
class Forgetful final : public Notifier {
 public:
  struct Memory {
    std::map<std::string, bool> is_open;  ///< by incident and severity
    std::size_t posts = 0;
    bool is_down = false;
  };
  explicit Forgetful(Memory& memory) : memory_(memory) {}
  std::chrono::seconds repost_every() const override { return seconds(30); }
  Attempt deliver(const Message& message) override { return post({message}); }
  Attempt repost(const std::vector<Message>& messages) override { return post(messages); }

 private:
  Attempt post(const std::vector<Message>& messages) {
    if (memory_.is_down) {
      return Attempt::retry("connection refused");
    }
    ++memory_.posts;
    for (const Message& message : messages) {
      memory_.is_open[message.labels.at("incident") + " " + message.labels.at("severity")] =
          !message.is_over;
    }
    return Attempt::delivered();
  }
  Memory& memory_;
};

class Reposted : public AlerterFacts {
 protected:
  Reposted() { use(); }
  void use() {
    alerter.reset();
    std::vector<Alerter::Receiver> receivers;
    receivers.push_back({"mail", std::make_unique<Forgetful>(memory)});
    alerter = std::make_unique<Alerter>(*store, std::move(receivers),
                                        Alerter::Rules{"", Rulings(silences.get(), &policy)}, clock,
                                        metrics, kSeed);
  }
  std::vector<std::string> open() const {
    std::vector<std::string> names;
    for (const auto& [name, is_open] : memory.is_open) {
      if (is_open) {
        names.push_back(name);
      }
    }
    return names;
  }
  static constexpr const char* kWater = "eau@2026-10-14T06:14:02Z high";
  static constexpr const char* kWaterWorse = "eau@2026-10-14T06:14:02Z critical";
  Forgetful::Memory memory;
};

TEST_F(Reposted, WhatIsOpenIsToldAgainToOneWhoForgotUntilItIsOver) {
  const std::uint64_t alert = raise({"mail"});
  live(minutes(1));
  EXPECT_THAT(open(), ElementsAre(kWater));
  for (int kill = 0; kill < 3; ++kill) {
    memory.is_down = true;
    live(minutes(20));
    memory = {};
    live(seconds(61));
    EXPECT_THAT(open(), ElementsAre(kWater)) << "forgotten after kill " << kill;
  }
  work_on_alert(*store, alert, WorkAct::kClose, "marie", clock.now());
  live(minutes(2));
  EXPECT_THAT(open(), IsEmpty());
  EXPECT_TRUE(owed().empty());
  const std::size_t posts = memory.posts;
  live(hours(1));
  EXPECT_EQ(memory.posts, posts) << "told again although it is over";
}

TEST_F(Reposted, OurOwnRestartForgetsNothingEither) {
  raise({"mail"});
  raise_like({"mail"}, [](Alert& alert) { alert.incident = "voirie@2026-10-14T06:14:02Z"; });
  live(minutes(1));
  memory = {};
  alerter.reset();
  start();
  use();
  live(minutes(1));
  EXPECT_THAT(open(), SizeIs(2));
}

TEST_F(Reposted, TheWorseAlertTakesThePlaceOfTheFirst) {
  raise({"mail"});
  live(minutes(1));
  raise_like({"mail"}, [](Alert& alert) { alert.level = Urgency::kCritical; });
  live(minutes(2));
  EXPECT_THAT(open(), ElementsAre(kWaterWorse));
}

TEST_F(Reposted, ManyAreToldInOneCall) {
  for (int i = 0; i < 50; ++i) {
    raise_like({"mail"}, [i](Alert& alert) { alert.incident += std::to_string(i); });
  }
  live(seconds(5));
  memory.posts = 0;
  live(minutes(5));
  EXPECT_LE(memory.posts, 11U);
  EXPECT_THAT(open(), SizeIs(50));
}

class Outside : public AlerterFacts {
 protected:
  Outside() {
    policy.terms["chat"].is_outside = true;
    raise_like({"mail", "chat"}, [](Alert& alert) {
      alert.title = "Un titre secret";
      alert.quote = "une parole secrète";
      alert.url = "https://social.example/@secrete/1";
      alert.place = "rue Secrète";
      alert.reasons = {{"urgence.gaz", "Fuite de gaz", "parole secrète", 500}};
    });
  }
  static std::string all_of(const Message& message) {
    std::string all;
    for (const std::string* part : {&message.subject, &message.brief, &message.text, &message.html,
                                    &message.json, &message.slack, &message.mattermost,
                                    &message.rocketchat, &message.chat_text, &message.chat_html}) {
      all += *part + "\n";
    }
    return all;
  }
};

TEST_F(Outside, AReceiverThatIsNotTheTownsHearsNoQuoteAndNoAuthor) {
  live(minutes(1));
  ASSERT_THAT(chat.heard, SizeIs(1));
  EXPECT_THAT(all_of(chat.heard[0]), Not(HasSubstr("ecr")));
  for (const char* part : {"[URGENT]", "Fuite de gaz", "mention urgente", "échéance",
                           "https://vigie.example/#/techniville/mention/20740-12"}) {
    EXPECT_THAT(chat.heard[0].text, HasSubstr(part));
  }
  EXPECT_THAT(mail.heard.at(0).text, HasSubstr("une parole secrète"));
}

TEST_F(Outside, AndNothingOfWhatTheTownThinksOfIt) {
  with_cards = true;
  start();
  raise_like({"mail", "chat"}, [](Alert& alert) { alert.incident = "autre@2026-10-14"; });
  live(minutes(1));
  for (const Message& message : chat.heard) {
    EXPECT_THAT(all_of(message), Not(HasSubstr("fiche")));
  }
  const Message& told = mail.heard.back();
  EXPECT_THAT(told.text, HasSubstr("Arguments :\n- La <fiche> : https://vigie.example/f?a=1&b\n"));
  EXPECT_THAT(told.html,
              HasSubstr("<a href=\"https://vigie.example/f?a=1&amp;b\">La &lt;fiche&gt;"));
  EXPECT_THAT(told.json, HasSubstr(R"("cards":[{"title":"La <fiche>")"));
}

TEST_F(Outside, TheTenantMaySayOtherwise) {
  policy.quotes_to["techniville"] = {"chat"};
  live(minutes(1));
  EXPECT_THAT(chat.heard.at(0).text, HasSubstr("une parole secrète"));
}

TEST_F(Outside, AGroupSaysNoMoreThanItMay) {
  Silence silence;
  silence.tenant = "techniville";
  silence.matchers.sources = {"mastodon"};
  silence.reason = "x";
  silence.starts_at = clock.now();
  silence.ends_at = clock.now() + hours(1);
  ASSERT_TRUE(silences->add(silence, clock.now()));
  raise_like({"chat"}, [](Alert& alert) { alert.quote = "un autre secret"; });
  live(hours(1) + minutes(1));
  ASSERT_THAT(chat.has, ElementsAre("vigie-g1-chat"));
  EXPECT_THAT(all_of(chat.heard[0]), Not(HasSubstr("ecr")));
}

TEST(LockScreens, ShowNoQuoteAndNoAuthorEvenInside) {
  Alert alert =
      Judged("une parole secrète de @secret").because(Axis::kUrgency, "a", "secrète").alert();
  alert.url = "https://social.example/@secret/1";
  const Message message = render(alert, 7, "sms", "https://vigie.example");
  EXPECT_EQ(message.brief,
            "[URGENT] eau – Techniville · 1 mention urgente · échéance 10:14 · "
            "https://vigie.example/#/techniville/mention/20740-12");
  EXPECT_EQ(message.facts.at("level"), "URGENT");
  EXPECT_EQ(message.facts.at("deadline"), "échéance 10:14");
}

TEST(Threads, AllAlertsOfAnIncidentHaveOneAndNoOtherHasIt) {
  Judged judged("fuite de gaz");
  const auto thread = [&](const std::string& incident, const std::string& tenant) {
    Alert alert = judged.alert();
    alert.incident = incident;
    alert.tenant = tenant;
    alert.news = News::kRisen;
    return render(alert, 7, "mail", "").thread;
  };
  EXPECT_EQ(thread("eau@1", "a"), thread("eau@1", "a"));
  EXPECT_NE(thread("eau@1", "a"), thread("eau@2", "a"));
  EXPECT_NE(thread("eau@1", "a"), thread("eau@1", "b"));
  EXPECT_THAT(thread("é \r\n@1", "a"), testing::MatchesRegex("[a-z0-9-]+"));
}

TEST(RocketChat, SeesNoMarkUpOfStrangers) {
  Alert alert = Judged("x").because(Axis::kUrgency, "a", "x").alert();
  alert.quote = "[lien](https://evil.example) @all";
  alert.marks.clear();
  const std::string text = render(alert, 7, "chat", "").rocketchat;
  EXPECT_THAT(text, Not(HasSubstr("](")));
  EXPECT_THAT(text, Not(HasSubstr("@all")));
}

}  // namespace
}  // namespace vigie
