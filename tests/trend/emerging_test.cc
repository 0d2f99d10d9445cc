#include "engine/trend/emerging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool is_nothing_known(std::string_view) { return false; }

/// Two weeks of a town: every day 40 people talk about this and that.
class Emerging : public testing::Test {
 protected:
  static constexpr std::uint32_t kDays = 14;

  Emerging() {
    for (VoiceLog* log : {&before, &now}) {
      for (std::uint32_t day = 0; day < log->days(); ++day) {
        for (int i = 0; i < 40; ++i) {
          const std::string word = "mot" + std::to_string(random() % 50);
          log->hear_kept(day, std::vector<Term>{{word, word}}, random());
        }
      }
    }
  }
  void say(std::uint32_t day, std::vector<Term> terms, int authors = 1) {
    for (int i = 0; i < authors; ++i) {
      now.hear_kept(day, terms, random());
    }
  }
  std::vector<EmergingGroup> find(const IsKnown& is_known = is_nothing_known) const {
    return find_emerging(now, before, WordShares(), is_known);
  }

  std::mt19937_64 random{20261014};
  VoiceLog before{kDays * 4}, now{kDays};
};

TEST_F(Emerging, OrdinaryTalkRisesNowhere) { EXPECT_THAT(find(), IsEmpty()); }

TEST_F(Emerging, ANeedComesBeforeALouderEvent) {
  for (const std::uint32_t day : {0, 1, 2, 4, 5, 7, 8, 10, 11, 13}) {
    say(day, {{"repar", "réparer"}, {"local", "local"}});
  }
  say(6, {{"lantern", "lanterne"}, {"fet", "fête"}}, 30);
  say(7, {{"lantern", "lanterne"}, {"fet", "fête"}}, 25);
  say(8, {{"lantern", "lanterne"}}, 3);
  const std::vector<EmergingGroup> groups = find();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_TRUE(groups[0].is_need);
  EXPECT_EQ(groups[0].terms.size(), 2U) << "what the same people say belongs together";
  EXPECT_EQ(groups[0].days_heard, 10U);
  EXPECT_FALSE(groups[1].is_need);
  EXPECT_EQ(groups[1].terms.at(0).surface, "lanterne");
  EXPECT_GT(groups[1].score, groups[0].score) << "louder, and all the same behind";
}

TEST_F(Emerging, ShowsNothingThatFewSay) {
  for (std::uint32_t day = 0; day < kDays; ++day) {
    now.hear_kept(day, std::vector<Term>{{"secret", "secret"}}, 1ULL << 60);
    now.hear_kept(day, std::vector<Term>{{"secret", "secret"}}, 2ULL << 60);
  }
  EXPECT_THAT(find(), IsEmpty()) << "two people, however often";
}

TEST_F(Emerging, WhatNobodyKeepsNeedsFiveAuthors) {
  for (const std::uint32_t authors : {4U, 5U}) {
    VoiceLog heard = now;
    for (std::uint32_t day = 0; day < kDays; ++day) {
      TermSketch sketch;
      for (std::uint64_t author = 0; author < authors; ++author) {
        sketch.hear(std::vector<Term>{{"born", "borne"}}, author << 58);
      }
      heard.hear_dropped(day, sketch);
    }
    const auto groups = find_emerging(heard, before, WordShares(), is_nothing_known);
    EXPECT_EQ(groups.size(), authors == 5 ? 1U : 0U) << authors;
  }
}

TEST_F(Emerging, WhatARuleLooksForIsNoNews) {
  for (std::uint32_t day = 0; day < kDays; ++day) {
    say(day, {{"repar", "réparer"}});
  }
  EXPECT_EQ(find().size(), 1U);
  EXPECT_THAT(find([](std::string_view term) { return term == "réparer"; }), IsEmpty());
}

TEST_F(Emerging, WhatWasAlwaysSaidDoesNotRise) {
  for (std::uint32_t day = 0; day < before.days(); ++day) {
    before.hear_kept(day, std::vector<Term>{{"repar", "réparer"}}, random());
  }
  for (std::uint32_t day = 0; day < kDays; ++day) {
    say(day, {{"repar", "réparer"}});
  }
  EXPECT_THAT(find(), IsEmpty());
}

TEST_F(Emerging, FewDaysMakeNoNeed) {
  VoiceLog short_one(3);
  for (std::uint32_t day = 0; day < 3; ++day) {
    for (int i = 0; i < 6; ++i) {
      short_one.hear_kept(day, std::vector<Term>{{"repar", "réparer"}}, random());
    }
  }
  const auto groups = find_emerging(short_one, before, WordShares(), is_nothing_known);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_FALSE(groups[0].is_need);
}

TEST(Tails, AreThoseOfTheTables) {
  EXPECT_NEAR(poisson_tail(5, 2), 0.05265, 1e-4);
  EXPECT_NEAR(poisson_tail(0, 2), 1, 1e-12);
  EXPECT_NEAR(chi_square_tail(22.362, 13), 0.05, 2e-3);
  EXPECT_NEAR(chi_square_tail(27.688, 13), 0.01, 1e-3);
  EXPECT_EQ(chi_square_tail(3, 0), 1);
}

}  // namespace
}  // namespace vigie
