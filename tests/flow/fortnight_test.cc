// The made-up town's fortnight through the whole engine and the rules as they are shipped.
#include "tests/flow/fortnight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
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
    return std::make_unique<Fortnight>(1, town);
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
  const Fortnight& one = with_everything_kept();
  for (const std::size_t workers : {2, 3}) {
    const Fortnight more(workers, town);
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
      if (alert.subject == "eau" && alert.is_first) {
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
    if (alert.created_at == at("2026-10-09T19:52:21Z")) {
      found.push_back(alert);
    }
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].quote, "[retiré par son auteur]");
  EXPECT_EQ(found[0].reasons.at(0).rule, "menace.ultimatum");
}

TEST(Fortnight, PeopleAreToldOfAFewThingsNotOfEverything) {
  EXPECT_GE(as_shipped().alerts().size(), 3U);
  EXPECT_LE(as_shipped().alerts().size(), 10U);
  EXPECT_LE(with_everything_kept().alerts().size(), 24U);
}

TEST(Fortnight, EveryAlertIsDeliveredOnceAsSoonAsItIsRaised) {
  for (const Fortnight* fortnight : {&as_shipped(), &with_everything_kept()}) {
    const std::vector<Alert> alerts = fortnight->alerts();
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
