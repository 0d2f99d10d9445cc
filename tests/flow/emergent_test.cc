// What the made-up town's fortnight asks for and no rule looks for: a workshop to repair things in,
// and places to charge bicycles at. Its loudest subjects are a festival, a polluted water main and
// a viral video.
#include "engine/pipeline/emergent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/match/rule_reader.h"
#include "engine/pipeline/backtest.h"
#include "tests/flow/fortnight.h"

namespace vigie {
namespace {

using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const Fortnight& fortnight(bool keep_all) {
  static const auto play = [](bool keeps_all) {
    Tenant town = techniville();
    town.keep_all = keeps_all;
    return std::make_unique<Fortnight>(town, 1, 6, 2);
  };
  static const std::unique_ptr<Fortnight> watched = play(false), all = play(true);
  return keep_all ? *all : *watched;
}

EmergentStudy study(const Fortnight& played, std::string_view first, std::string_view last,
                    std::shared_ptr<const Knowledge> knowledge = shipped_knowledge()) {
  const Result<EmergentStudy> found =
      study_emergent(*played.store, {0, "fr", std::move(knowledge), shipped_word_shares()},
                     day_of(at(first)), day_of(at(last)));
  EXPECT_TRUE(found) << found.error().text;
  return *found;
}
EmergentStudy whole_fortnight(bool keep_all) {
  return study(fortnight(keep_all), "2026-10-05T00:00:00Z", "2026-10-18T00:00:00Z");
}

std::string terms_of(const EmergingGroup& group) {
  std::string all;
  for (const EmergingTerm& term : group.terms) {
    all += term.surface + ", ";
  }
  return all;
}
std::string told(const EmergentStudy& study) {
  std::string all;
  for (const EmergentStudy::Group& group : study.groups) {
    all += (group.found.is_need ? "need " : "event ") + terms_of(group.found) + "\n";
  }
  return all;
}

class EmergentNeeds : public testing::TestWithParam<bool> {};

TEST_P(EmergentNeeds, TheWorkshopComesFirstTheFestivalDoesNot) {
  const EmergentStudy found = whole_fortnight(GetParam());
  ASSERT_FALSE(found.groups.empty());
  const EmergingGroup& first = found.groups.front().found;
  EXPECT_TRUE(first.is_need);
  EXPECT_THAT(terms_of(first), AnyOf(HasSubstr("répar"), HasSubstr("atelier"), HasSubstr("recharg"),
                                     HasSubstr("prise"), HasSubstr("borne")))
      << told(found);
  for (const EmergentStudy::Group& group : found.groups) {
    if (terms_of(group.found).find("lanterne") != std::string::npos) {
      EXPECT_FALSE(group.found.is_need) << told(found);
    }
  }
}

TEST_P(EmergentNeeds, NamesNobodyAndQuotesOnlyWhatIsKept) {
  const Fortnight& played = fortnight(GetParam());
  const EmergentStudy found = whole_fortnight(GetParam());
  for (const EmergentStudy::Group& group : found.groups) {
    EXPECT_THAT(terms_of(group.found), Not(ContainsRegex("[0-9@#]|[Dd]escombes|[Gg]érard|Martin")));
    EXPECT_GE(group.found.authors_at_least, 3U);
    for (const EmergentStudy::Example& example : group.examples) {
      EXPECT_TRUE(played.store->mention(example.ref)->has_value());
      EXPECT_THAT(example.text, Not(ContainsRegex("@[A-Za-z]+[0-9_]|https?://example")));
    }
  }
}

TEST_P(EmergentNeeds, OfAnEventAloneNothingIsANeed) {
  const EmergentStudy found =
      study(fortnight(GetParam()), "2026-10-08T00:00:00Z", "2026-10-12T00:00:00Z");
  for (const EmergentStudy::Group& group : found.groups) {
    EXPECT_THAT(group.found.is_need ? terms_of(group.found) : "", Not(HasSubstr("lanterne")));
  }
}

/// The draft, put in force, finds what it was made of; then it is news no more.
TEST_P(EmergentNeeds, ItsDraftIsARuleThatFindsIt) {
  const EmergentStudy found = whole_fortnight(GetParam());
  ASSERT_FALSE(found.groups.empty());
  const RuleDraft draft = draft_rule(found.groups.front().found, "fr");
  std::vector<Problem> problems;
  const std::optional<RulePack> pack = parse_pack(draft.yaml, draft.pack, problems);
  ASSERT_TRUE(pack) << to_string(problems) << draft.yaml;
  Tenant town = techniville();
  town.keep_all = GetParam();
  town.packs.push_back(draft.pack);
  const std::shared_ptr<const Knowledge> next =
      with_pack(*shipped_knowledge(), *pack, VIGIE_SOURCE_DIR "/rules", {town}, problems);
  ASSERT_NE(next, nullptr) << to_string(problems);

  const Result<BacktestReport> report =
      backtest(*fortnight(GetParam()).store, 0, town, shipped_knowledge(), next, Time{},
               [] { return true; });
  ASSERT_TRUE(report);
  EXPECT_GE(report->topics_changed, 2U);
  EXPECT_EQ(report->gained + report->lost, 0U) << "a topic alone tells nobody";

  const EmergentStudy after =
      study(fortnight(GetParam()), "2026-10-05T00:00:00Z", "2026-10-18T00:00:00Z", next);
  for (const EmergentStudy::Group& group : after.groups) {
    EXPECT_NE(group.found.id, found.groups.front().found.id);
  }
}

INSTANTIATE_TEST_SUITE_P(WhatIsKept, EmergentNeeds, testing::Bool(), [](const auto& given) {
  return given.param ? "Everything" : "WhatIsWatched";
});

TEST(EmergentNeedsOfDropped, AreWordsInSmallLettersAlone) {
  std::size_t terms = 0;
  for (Day day = day_of(at("2026-10-05T00:00:00Z")); day <= day_of(at("2026-10-18T00:00:00Z"));
       ++day) {
    const TermSketch sketch =
        TermSketch::decode(fortnight(false).store->heard_terms(day)->value()).value();
    for (const TermSketch::Entry& term : sketch.terms()) {
      EXPECT_THAT(term.key, testing::MatchesRegex("[a-z]+( [a-z]+)?"));
      EXPECT_THAT(term.surface, Not(ContainsRegex("[A-Z0-9@#._/:-]")));
      ++terms;
    }
    EXPECT_LT(sketch.terms().size(), TermSketch::kMaxTerms);
  }
  EXPECT_GT(terms, 1'000U);
}

TEST(EmergentNeedsOfDropped, AreTheSameWithThreeWorkers) {
  const Fortnight more(techniville(), 3, 6, 2);
  for (Day day = day_of(at("2026-10-05T00:00:00Z")); day <= day_of(at("2026-10-18T00:00:00Z"));
       ++day) {
    const auto one = fortnight(false).store->heard_terms(day), other = more.store->heard_terms(day);
    ASSERT_TRUE(*one && *other);
    const TermSketch a = TermSketch::decode(**one).value(), b = TermSketch::decode(**other).value();
    EXPECT_EQ(a.mentions(), b.mentions());
    EXPECT_EQ(a.terms().size(), b.terms().size());
    for (const TermSketch::Entry& term : a.terms()) {
      const TermSketch::Entry* const same = b.find(term.key);
      ASSERT_NE(same, nullptr) << term.key;
      EXPECT_EQ(term.mentions, same->mentions) << term.key;
      EXPECT_EQ(term.surface, same->surface);
    }
  }
}

}  // namespace
}  // namespace vigie
