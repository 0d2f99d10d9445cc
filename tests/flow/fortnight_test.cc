// The made-up town's fortnight through the whole engine and the rules as they are shipped.
#include "tests/flow/fortnight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Played once, looked at by many.
const Fortnight& as_shipped() {
  static const Fortnight fortnight;
  return fortnight;
}
const Fortnight& with_everything_kept() {
  static const std::unique_ptr<Fortnight> fortnight = [] {
    Tenant town = techniville();
    town.keep_all = true;
    return std::make_unique<Fortnight>(town);
  }();
  return *fortnight;
}

std::vector<std::string> keys(const Fortnight& fortnight) {
  std::vector<std::string> all;
  for (const Fortnight::Mail& mail : fortnight.mails) {
    all.push_back(format_time(mail.at) + " " + mail.message.idempotency_key);
  }
  return all;
}

TEST(Fortnight, IsTheSameWithOneTwoAndThreeWorkers) {
  Tenant town = techniville();
  town.keep_all = true;
  // Six envelopes of two mentions at a time: any of 1, 2, 3 or 6 workers finish them in order.
  const Fortnight one(town, 1, 6, 2);
  for (const std::size_t workers : {2, 3}) {
    const Fortnight more(town, workers, 6, 2);
    EXPECT_EQ(stored_lines(*more.store, 0), stored_lines(*one.store, 0)) << workers;
    EXPECT_EQ(alert_bodies(*more.store, 0), alert_bodies(*one.store, 0)) << workers;
    EXPECT_TRUE(rolled_up(*more.store, 0) == rolled_up(*one.store, 0)) << workers;
    EXPECT_EQ(keys(more), keys(one)) << workers;
  }
}

TEST(Fortnight, EveryLineIsAccountedFor) {
  for (const Fortnight* fortnight : {&as_shipped(), &with_everything_kept()}) {
    Receipt sum;
    for (const auto& receipt : fortnight->receipts) {
      sum.kept += receipt->kept;
      sum.dropped += receipt->dropped;
      sum.duplicates += receipt->duplicates;
      sum.deleted += receipt->deleted;
      sum.rejected += receipt->rejected;
    }
    EXPECT_EQ(sum.kept + sum.dropped + sum.duplicates + sum.deleted, fortnight->lines);
    EXPECT_EQ(sum.rejected, 0U);
    EXPECT_EQ(sum.deleted, 5U);
    EXPECT_TRUE(fortnight->store->dead_letters(1).value().empty());
  }
}

TEST(Fortnight, WhatWasTakenBackIsGone) {
  for (const std::string& line : stored_lines(*with_everything_kept().store, 0)) {
    for (const char* id : {"x/199522782490748225", "facebook/156040976143678",
                           "facebook/921065859452581", "facebook/180755224258876"}) {
      EXPECT_THAT(line, Not(HasSubstr(id)));
    }
  }
}

TEST(Fortnight, RollupsAreWhatARecountGives) {
  for (const Fortnight* fortnight : {&as_shipped(), &with_everything_kept()}) {
    const Counts counts = rolled_up(*fortnight->store, 0);
    EXPECT_FALSE(counts.empty());
    EXPECT_TRUE(counts == recounted(*fortnight->store, 0));
  }
}

TEST(Fortnight, EveryWeightIsAccountedForAndEverySpanIsWords) {
  std::size_t explained = 0;
  const auto scanned =
      with_everything_kept().store->scan(0, {}, 0, [&](const StoredMention& stored) {
        const Mention& mention = stored.record.mention;
        const Verdict& verdict = stored.record.verdict;
        std::array<std::int64_t, kAxisCount> sums{};
        for (const Evidence& evidence : verdict.evidence) {
          sums[static_cast<std::size_t>(evidence.axis)] += evidence.weight;
          const Span& span = evidence.span;
          const std::string_view text = span.field == Field::kTitle ? mention.title : mention.text;
          EXPECT_LE(span.start, span.end);
          EXPECT_LE(span.end, text.size());
          EXPECT_FALSE(spell(*stored.catalogue, evidence.name).empty());
          for (const std::size_t edge : {span.start, span.end}) {
            EXPECT_FALSE(edge < text.size() &&
                         (static_cast<unsigned char>(text[edge]) & 0xC0) == 0x80)
                << "a character is cut in: " << text;
          }
          explained += span.end > span.start;
        }
        EXPECT_EQ(sums[static_cast<std::size_t>(Axis::kTone)], verdict.tone_sum) << mention.text;
        EXPECT_EQ(sums[static_cast<std::size_t>(Axis::kOpinion)], verdict.opinion_sum)
            << mention.text;
        EXPECT_EQ(sums[static_cast<std::size_t>(Axis::kUrgency)], verdict.urgency_sum)
            << mention.text;
        EXPECT_EQ(sums[static_cast<std::size_t>(Axis::kAbuse)], verdict.abuse_sum) << mention.text;
        return true;
      });
  EXPECT_TRUE(scanned);
  EXPECT_GT(explained, 500U);
}

TEST(Fortnight, TheWaterCrisisIsAnnouncedOnTheMorningItBreaks) {
  for (const Fortnight* fortnight : {&as_shipped(), &with_everything_kept()}) {
    std::size_t announced = 0;
    for (const Alert& alert : fortnight->alerts()) {
      const bool is_that_morning = alert.created_at >= at("2026-10-14T05:40:00Z") &&
                                   alert.created_at <= at("2026-10-14T07:30:00Z");
      if (alert.subject == "eau" && alert.news == News::kOpened) {
        EXPECT_TRUE(is_that_morning) << format_time(alert.created_at) << " " << alert.quote;
        ++announced;
      }
    }
    EXPECT_EQ(announced, 1U) << "once, however many speak of it";
  }
}

/// Its author deletes it a day later: that it was said is still known, its words are not.
TEST(Fortnight, TheThreatIsAnnouncedAtItsFirstPostWhereItIsKept) {
  std::vector<Alert> found;
  for (const Alert& alert : with_everything_kept().alerts()) {
    if (alert.created_at == at("2026-10-09T19:52:21Z") && alert.news == News::kOpened) {
      found.push_back(alert);
    }
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].quote, "[retiré par son auteur]");
  EXPECT_EQ(found[0].reasons.at(0).rule, "menace.ultimatum");
}

/// When, what happened, to what: "2026-10-14T04:19:02Z opened high eau: Eau impropre".
std::vector<std::string> story(const Fortnight& fortnight) {
  std::vector<std::string> lines;
  for (const Alert& alert : fortnight.alerts()) {
    lines.push_back(format_time(alert.raised_at) + " " + std::string(to_string(alert.news)) + " " +
                    std::string(to_string(alert.level)) + " " + alert.subject + ": " +
                    alert.headline + " (" + std::to_string(alert.mentions) + "/" +
                    std::to_string(alert.stories) + "/" + std::to_string(alert.authors) + ")");
  }
  return lines;
}

TEST(Fortnight, IsToldAsThisStory) {
  EXPECT_THAT(story(as_shipped()),
              testing::ElementsAre(
                  "2026-10-10T06:20:58Z opened critical vie politique locale: Menaces de mort "
                  "reçues (1/1/1)",
                  "2026-10-10T12:36:50Z closed critical vie politique locale: Menaces de mort "
                  "reçues (1/1/1)",
                  "2026-10-12T07:40:38Z opened high culture et fêtes: Faux compte au nom de la "
                  "commune (1/1/1)",
                  "2026-10-12T11:05:58Z risen critical culture et fêtes: Faux compte au nom de la "
                  "commune (3/3/3)",
                  "2026-10-12T17:20:48Z closed critical culture et fêtes: Faux compte au nom de la "
                  "commune (3/3/3)",
                  "2026-10-14T07:04:34Z opened critical eau: Eau du robinet impropre (1/1/1)",
                  "2026-10-14T15:30:48Z closed critical eau: Eau du robinet impropre (5/2/5)"));
  EXPECT_THAT(story(with_everything_kept()),
              testing::ElementsAre(
                  "2026-10-09T19:52:23Z opened high menace.ultimatum: Ultimatum menaçant (1/1/1)",
                  "2026-10-10T05:35:53Z closed high menace.ultimatum: Ultimatum menaçant (1/1/1)",
                  "2026-10-10T06:20:58Z opened critical vie politique locale: Menaces de mort "
                  "reçues (1/1/1)",
                  "2026-10-10T12:36:50Z closed critical vie politique locale: Menaces de mort "
                  "reçues (1/1/1)",
                  "2026-10-12T07:40:38Z opened high culture et fêtes: Faux compte au nom de la "
                  "commune (1/1/1)",
                  "2026-10-12T08:31:40Z risen critical culture et fêtes: Faux compte au nom de la "
                  "commune (3/3/3)",
                  "2026-10-12T17:20:48Z closed critical culture et fêtes: Faux compte au nom de la "
                  "commune (4/4/4)",
                  "2026-10-14T06:06:18Z opened critical gaz.odeur: Odeur ou fuite de gaz (1/1/1)",
                  "2026-10-14T06:11:10Z opened critical eau: Eau du robinet impropre (2/2/2)",
                  "2026-10-14T07:33:33Z opened high urgence.appel: Appel à l'aide (1/1/1)",
                  "2026-10-14T12:15:09Z closed critical gaz.odeur: Odeur ou fuite de gaz (1/1/1)",
                  "2026-10-14T13:55:27Z closed high urgence.appel: Appel à l'aide (1/1/1)",
                  "2026-10-14T20:10:44Z closed critical eau: Eau du robinet impropre (20/12/17)",
                  "2026-10-15T16:55:04Z opened high urgence: Situation urgente (2/2/2)",
                  "2026-10-16T05:15:10Z closed high urgence: Situation urgente (2/2/2)"));
}

TEST(Fortnight, WhatMattersIsAnnouncedInTimeWhereItIsKept) {
  std::map<std::string, Time> opened;
  for (const Alert& alert : with_everything_kept().alerts()) {
    if (alert.news == News::kOpened) {
      opened.emplace(alert.headline, alert.raised_at);
    }
  }
  constexpr std::chrono::seconds kOnItsWay{2};
  EXPECT_LE(opened.at("Eau du robinet impropre"), at("2026-10-14T06:13:50Z") + kOnItsWay);
  EXPECT_EQ(opened.at("Ultimatum menaçant"), at("2026-10-09T19:52:21Z") + kOnItsWay);
  EXPECT_EQ(opened.at("Faux compte au nom de la commune"), at("2026-10-12T07:40:36Z") + kOnItsWay);
  EXPECT_EQ(with_everything_kept().alerts().back().news, News::kClosed);
  EXPECT_THAT(with_everything_kept().mails.back().message.subject, HasSubstr("TERMINÉ"));
}

TEST(Fortnight, PeopleAreToldOfAFewThingsNotOfEverything) {
  EXPECT_GE(as_shipped().mails.size(), 3U);
  EXPECT_LE(as_shipped().mails.size(), 8U);
  EXPECT_LE(with_everything_kept().mails.size(), 12U);
}

TEST(Fortnight, EveryAlertIsDeliveredOnceAsSoonAsItIsRaised) {
  for (const Fortnight* fortnight : {&as_shipped(), &with_everything_kept()}) {
    std::vector<Alert> alerts = fortnight->alerts();
    std::erase_if(alerts, [](const Alert& alert) {
      return alert.news == News::kClosed && alert.stories == 1;  // noted, told to nobody
    });
    ASSERT_EQ(fortnight->mails.size(), alerts.size());
    std::set<std::string> keys;
    for (std::size_t i = 0; i < alerts.size(); ++i) {
      const Fortnight::Mail& mail = fortnight->mails[i];
      keys.insert(mail.message.idempotency_key);
      EXPECT_EQ(mail.at, alerts[i].raised_at);
      EXPECT_THAT(mail.message.subject, HasSubstr(alerts[i].headline));
      EXPECT_THAT(mail.message.text, HasSubstr("/#/techniville/mention/" + alerts[i].mention));
    }
    EXPECT_EQ(keys.size(), alerts.size());
    EXPECT_TRUE(fortnight->store->deliveries(false, at("2030-01-01T00:00:00Z"), 10)->empty());
  }
}

TEST(Fortnight, EveryAlertSaysWhyAndNamesNobody) {
  for (const Alert& alert : with_everything_kept().alerts()) {
    if (alert.news == News::kClosed) {
      EXPECT_EQ(alert.quote, "");
      continue;
    }
    EXPECT_FALSE(alert.reasons.empty()) << alert.quote;
    EXPECT_EQ(alert.marks.empty(), alert.quote == "[retiré par son auteur]") << alert.quote;
    EXPECT_EQ(alert.ruleset, shipped_knowledge()->catalogue->ruleset);
    std::string shown = alert.title + alert.quote;
    for (const Alert::Reason& reason : alert.reasons) {
      shown += reason.text;
    }
    EXPECT_THAT(shown, Not(testing::ContainsRegex("@[a-zA-Z0-9_]")));
  }
}

TEST(Fortnight, TheTownsOwnWordsAreMarkedAndOutOfTheCounts) {
  std::size_t official = 0;
  const auto scanned =
      with_everything_kept().store->scan(0, {}, 0, [&](const StoredMention& stored) {
        official += stored.record.official;
        return true;
      });
  EXPECT_TRUE(scanned);
  EXPECT_GT(official, 5U);
  for (const Alert& alert : with_everything_kept().alerts()) {
    const auto stored =
        with_everything_kept().store->mention(parse_mention_ref(0, alert.mention).value());
    ASSERT_TRUE(stored);
    EXPECT_FALSE(*stored && (*stored)->record.official) << alert.quote;
  }
}

}  // namespace
}  // namespace vigie
