// Rules that count authors: when so many different people are a crowd.
#include "engine/alert/crowds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "engine/alert/incidents.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

const Time kStart = parse_time("2026-10-14T06:00:00Z").value();

/// Heard as it is said. Each mention tells a story of its own.
Voice voice(std::uint64_t author, microseconds after, std::uint16_t authors = 3) {
  static std::uint64_t last = 0;
  Voice one;
  one.rule = "eau.crie";
  one.topic = "eau";
  one.limit = {authors, minutes(30)};
  one.sequence = ++last;
  one.said_at = one.heard_at = kStart + after;
  one.spoken = {author, one.sequence};
  return one;
}

TEST(Crowds, SoManyDifferentPeopleWithinTheTimeAreEnough) {
  Crowds crowds;
  EXPECT_THAT(crowds.see(voice(1, minutes(0))), IsEmpty());
  EXPECT_THAT(crowds.see(voice(2, minutes(10))), IsEmpty());
  EXPECT_THAT(crowds.see(voice(3, minutes(29))), SizeIs(3));
  EXPECT_THAT(crowds.see(voice(4, minutes(35))), SizeIs(3)) << "the first one has left";
}

TEST(Crowds, OnePersonIsOneHoweverMuchTheyWrite) {
  Crowds crowds;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_THAT(crowds.see(voice(1, seconds(i))), IsEmpty());
  }
  EXPECT_THAT(crowds.see(voice(2, seconds(1'000))), IsEmpty());
  EXPECT_THAT(crowds.see(voice(3, seconds(1'001))), testing::Not(IsEmpty()));
}

TEST(Crowds, TheTimeIsMeasuredFromOnePublicationToTheOther) {
  Crowds crowds;
  crowds.see(voice(1, minutes(0)));
  crowds.see(voice(2, minutes(1)));
  EXPECT_THAT(crowds.see(voice(3, minutes(30))), IsEmpty()) << "within means less than";
  // A poll brings at once what was said over a day.
  Crowds polled;
  for (int i = 0; i < 20; ++i) {
    Voice one = voice(static_cast<std::uint64_t>(i), -hours(i));
    one.heard_at = kStart;
    EXPECT_THAT(polled.see(one), IsEmpty());
  }
}

TEST(Crowds, LateMentionsCompleteACrowdButOldOnesDoNot) {
  Crowds crowds;
  crowds.see(voice(1, minutes(20)));
  crowds.see(voice(2, minutes(49)));
  Voice late = voice(3, minutes(30));
  late.heard_at = kStart + minutes(60);
  EXPECT_THAT(crowds.see(late), SizeIs(3));
  Voice old = voice(4, minutes(30));
  old.heard_at = old.said_at + Crowds::kMaxLate + seconds(1);
  EXPECT_THAT(crowds.see(old), IsEmpty());
}

TEST(Crowds, WhatWasTakenBackDoesNotCount) {
  Crowds crowds;
  const Voice first = voice(1, minutes(0));
  crowds.see(first);
  crowds.see(voice(2, minutes(1)));
  crowds.forget(first.tenant, first.sequence);
  EXPECT_THAT(crowds.see(voice(3, minutes(2))), IsEmpty());
  EXPECT_THAT(crowds.see(voice(1, minutes(3))), SizeIs(3));
}

TEST(Crowds, TenantsRulesAndReplaysDoNotMix) {
  Crowds crowds;
  crowds.see(voice(1, minutes(0)));
  crowds.see(voice(2, minutes(1)));
  Voice other = voice(3, minutes(2));
  other.tenant = 1;
  EXPECT_THAT(crowds.see(other), IsEmpty());
  other = voice(3, minutes(2));
  other.rule = "feu.crie";
  EXPECT_THAT(crowds.see(other), IsEmpty());
  other = voice(3, minutes(2));
  other.mode = Mode::kReplay;
  EXPECT_THAT(crowds.see(other), IsEmpty());
}

/// By the definition, on all that was ever said.
bool is_crowd(const std::vector<Voice>& said, const Voice& last) {
  for (const Voice& first : said) {
    std::set<std::uint64_t> authors;
    const bool holds_it =
        first.said_at <= last.said_at && last.said_at - first.said_at < last.limit.within;
    for (const Voice& one : said) {
      if (holds_it && one.said_at >= first.said_at &&
          one.said_at - first.said_at < last.limit.within) {
        authors.insert(one.spoken.author);
      }
    }
    if (authors.size() >= last.limit.authors) {
      return true;
    }
  }
  return false;
}

TEST(Crowds, AreFoundAsByCountingEverything) {
  constexpr std::uint64_t kSeed = 20261128;
  std::mt19937_64 random(kSeed);
  std::size_t found = 0, missed = 0;
  for (int run = 0; run < 200; ++run) {
    Crowds crowds;
    std::vector<Voice> said;
    for (int i = 0; i < 60; ++i) {
      Voice one = voice(random() % 9, minutes(i * 3), 4);
      one.said_at -= minutes(random() % 40);  // heard up to 40 minutes late
      said.push_back(one);
      const bool is_enough = !crowds.see(one).empty();
      EXPECT_EQ(is_enough, is_crowd(said, one)) << "seed " << kSeed << ", run " << run;
      (is_enough ? found : missed) += 1;
    }
  }
  EXPECT_GT(found, 1'000U);
  EXPECT_GT(missed, 1'000U);
}

TEST(Crowds, AStormIsBoundedAndStillACrowd) {
  Crowds crowds;
  for (std::uint64_t author = 0; author < 100'000; ++author) {
    const std::size_t crowd = crowds.see(voice(author, microseconds(author * 10))).size();
    EXPECT_LE(crowd, Crowds::kMaxVoices);
    EXPECT_EQ(crowd >= 3, author >= 2) << author;
  }
}

/// Two towns whose own packs, or shared ones, have topics of the same name.
class CrowdRulesOfTowns : public testing::Test {
 protected:
  static constexpr TenantId kRouen = 0, kTours = 1;

  void add(const std::string& name, std::vector<TenantId> tenants) {
    RuleInfo rule;
    rule.name = static_cast<std::uint32_t>(catalogue_->names.size());
    rule.kind = RuleKind::kTopic;
    rule.topic = kBikes;
    rule.crowd = {5, minutes(30)};
    rule.every_tenant = tenants.empty();
    rule.tenants = std::move(tenants);
    catalogue_->names.push_back(name);
    catalogue_->rules.push_back(rule);
  }
  /// Of a mention for which every rule fired, kept by both.
  std::vector<std::string> heard_by(TenantId tenant) const {
    Record record;
    record.topics = {kBikes};
    for (const RuleInfo& rule : catalogue_->rules) {
      record.verdict.evidence.push_back({Axis::kTopic, rule.name, {}, 0});
    }
    std::vector<std::string> names;
    for (const Voice& one :
         CrowdRules(catalogue_)
             .voices({tenant, 0, 1}, tenant == kRouen ? "rouen" : "tours", record, {1, 1})) {
      names.push_back(one.rule);
    }
    return names;
  }

  static constexpr std::uint32_t kBikes = 0;
  std::shared_ptr<Catalogue> catalogue_ = [] {
    auto catalogue = std::make_shared<Catalogue>();
    catalogue->names = {"vélo"};
    return catalogue;
  }();
};

TEST_F(CrowdRulesOfTowns, SpeakForTheTownsTheyConcernAlone) {
  add("local.rouen.velo", {kRouen});
  add("tours.velo", {kTours});
  add("velo", {});
  EXPECT_THAT(heard_by(kRouen), testing::ElementsAre("local.rouen.velo", "velo"));
  EXPECT_THAT(heard_by(kTours), testing::ElementsAre("tours.velo", "velo"));
}

TEST_F(CrowdRulesOfTowns, AVariantForEachTownIsOneRule) {
  add("velo", {kRouen});
  catalogue_->rules.push_back(catalogue_->rules.back());
  catalogue_->rules.back().tenants = {kTours};
  EXPECT_THAT(heard_by(kTours), testing::ElementsAre("velo"));
  EXPECT_THAT(heard_by(kRouen), testing::ElementsAre("velo"));
}

TEST_F(CrowdRulesOfTowns, AnOwnPackIsKnownByItsNameWhereTheStoreKeptNoTowns) {
  add("local.rouen.velo", {});
  EXPECT_THAT(heard_by(kRouen), SizeIs(1));
  EXPECT_THAT(heard_by(kTours), IsEmpty());
}

/// What Crowds promises: who made one is gone when its incident is over.
TEST(Crowds, ACrowdIsShorterThanTheSilenceThatEndsItsIncident) {
  EXPECT_LT(CrowdLimit::kMaxWithin + Crowds::kMaxLate, hours(6) - minutes(5));
}

}  // namespace
}  // namespace vigie
