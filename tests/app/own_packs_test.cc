#include "engine/app/own_packs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/app/own_pack_draft.h"
#include "engine/app/own_pack_guard.h"
#include "engine/app/own_pack_history.h"
#include "engine/app/query_finder.h"
#include "engine/core/own_rules.h"
#include "engine/core/private_file.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tenant town_called(std::string id) {
  Tenant town;
  town.id = std::move(id);
  return town;
}

constexpr std::string_view kBikes = R"(title: Vélos
rules:
  - id: velo.garage
    topic: vélo
    any: ["garage à vélos"]
tests:
  - {text: "Un garage à vélos", matches: [velo.garage]}
)";

std::string told(const std::vector<Problem>& problems) { return to_string(problems); }

TEST(OwnPack, CallsItsRulesByTheTown) {
  std::vector<Problem> problems;
  const TestedPack own =
      parse_own_pack(kBikes, town_called("techniville"), "own.yaml", false, problems);
  EXPECT_THAT(problems, IsEmpty()) << told(problems);
  ASSERT_EQ(own.pack.rules.size(), 1U);
  EXPECT_EQ(own.pack.rules[0].id, "local.techniville.velo.garage");
  EXPECT_EQ(own.pack.name, "own/techniville");
  ASSERT_EQ(own.tests.size(), 1U);
  EXPECT_THAT(own.tests[0].matches, ElementsAre("local.techniville.velo.garage"));
}

TEST(OwnPack, WeighsOnlyWhereThereIsNoOtherTown) {
  constexpr std::string_view kUrgent = "rules:\n  - {id: feu, urgency: 600, any: [incendie]}\n";
  std::vector<Problem> problems;
  parse_own_pack(kUrgent, town_called("techniville"), "own.yaml", true, problems);
  EXPECT_THAT(problems, IsEmpty()) << told(problems);
  parse_own_pack(kUrgent, town_called("techniville"), "own.yaml", false, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_THAT(problems[0].text, HasSubstr("the same for all towns"));
}

TEST(OwnPack, ATestNamesItsOwnRulesOnly) {
  std::vector<Problem> problems;
  parse_own_pack("rules:\n  - {id: a, topic: eau, any: [eau]}\ntests:\n  - {text: x, not: [b]}\n",
                 town_called("techniville"), "own.yaml", false, problems);
  ASSERT_EQ(problems.size(), 1U) << told(problems);
  EXPECT_EQ(problems[0].line, 4);
}

TEST(OwnPack, MayBeNamedToItsTownAlone) {
  EXPECT_TRUE(may_name("local.techniville.velo", "techniville"));
  EXPECT_FALSE(may_name("local.techniville.velo", "autreville"));
  EXPECT_FALSE(may_name("local.techniville.velo", "techni"));
  EXPECT_TRUE(may_name("eau.coupure", "autreville"));
}

TEST(OwnPack, ItsTopicsAreSharedOnlyWhereASharedPackHasThem) {
  Catalogue catalogue;
  catalogue.names = {"vélo", "eau", "local.techniville.velo", "eau.coupure",
                     "local.techniville.eau"};
  const auto add = [&catalogue](std::uint32_t name, std::uint32_t topic,
                                std::vector<TenantId> tenants) {
    RuleInfo rule;
    rule.name = name;
    rule.topic = topic;
    rule.every_tenant = false;
    rule.tenants = std::move(tenants);
    catalogue.rules.push_back(rule);
  };
  add(2, 0, {0});
  add(4, 1, {0});
  add(3, 1, {0, 2});
  EXPECT_FALSE(is_shared_topic(catalogue, 0, "vélo"));
  EXPECT_TRUE(is_shared_topic(catalogue, 0, "eau"));
  EXPECT_FALSE(is_shared_topic(catalogue, 1, "eau")) << "this town does not list that pack";
  EXPECT_FALSE(is_shared_topic(catalogue, 0, "gaz")) << "nobody knows whose it was";
}

TEST(OwnPackDraft, GoesBehindTheRulesAndTests) {
  const OwnRuleDraft draft{"  - id: a\n    topic: eau\n    query: \"eau\"\n",
                           "  - {text: eau, matches: [a]}\n"};
  const std::string fresh = with_rule("", draft, "Règles de \"Techniville\"").value();
  EXPECT_EQ(fresh,
            "title: \"Règles de \\\"Techniville\\\"\"\nrules:\n  - id: a\n    topic: eau\n    "
            "query: \"eau\"\ntests:\n  - {text: eau, matches: [a]}\n");
  const std::string longer = with_rule(kBikes, draft, "").value();
  EXPECT_THAT(longer, HasSubstr("any: [\"garage à vélos\"]\n  - id: a\n    topic: eau\n"));
  EXPECT_THAT(longer, HasSubstr("matches: [velo.garage]}\n  - {text: eau, matches: [a]}\n"));
  std::vector<Problem> problems;
  EXPECT_EQ(parse_own_pack(longer, town_called("t"), "", false, problems).pack.rules.size(), 2U);
  EXPECT_THAT(problems, IsEmpty()) << told(problems);
}

TEST(OwnPackDraft, KeepsHowPeopleIndentAndWhatTheyNoted) {
  const std::string text =
      "rules:   # les nôtres\n- id: b\n  topic: gaz\n  any: [gaz]\n\n# fin\nlists:\n  x: [y]";
  const std::string longer =
      with_rule(text, {"  - id: a\n    topic: eau\n    any: [eau]\n", ""}, "").value();
  EXPECT_EQ(longer,
            "rules:   # les nôtres\n- id: b\n  topic: gaz\n  any: [gaz]\n- id: a\n  topic: eau\n  "
            "any: [eau]\n\n# fin\nlists:\n  x: [y]\n");
  EXPECT_FALSE(with_rule("rules: [{id: b, topic: gaz, any: [gaz]}]\n", {"  - id: a\n", ""}, ""));
}

class QueryFinderTest : public testing::Test {
 protected:
  QueryFinderTest() {
    tenant_.id = "techniville";
    tenant_.variables["commune"] = {"Saint-Éloi"};
  }
  std::string example(const std::string& query) {
    const auto finder = QueryFinder::make(query, tenant_, problems_);
    return finder ? finder->example() : "refused";
  }
  int column(const std::string& query) {
    problems_.clear();
    QueryFinder::make(query, tenant_, problems_);
    return problems_.empty() ? 0 : problems_.front().column;
  }

  Tenant tenant_;
  std::vector<Problem> problems_;
};

TEST_F(QueryFinderTest, MakesWordsForWhichTheQueryHolds) {
  EXPECT_EQ(example("fuite* NEAR/3 (eau OR gaz)"), "fuite eau");
  EXPECT_EQ(example("{commune} AND \"plus d'eau\" NOT javel"), "Saint-Éloi plus d'eau");
  EXPECT_EQ(example("a OR maire SENTENCE NOT adjoint"), "a");
  EXPECT_EQ(example("eau AND /fuites?/"), "") << "nothing is made up for an expression";
  EXPECT_EQ(example("eau AND source:mastodon"), "") << "a text has no source";
}

TEST_F(QueryFinderTest, SaysAtWhichByteAQueryIsWrong) {
  EXPECT_EQ(column("eau AND (gaz"), 9);
  EXPECT_EQ(column("eau OR *fuite"), 8);
  EXPECT_EQ(column("NOT eau"), 1);
  EXPECT_EQ(column("eau {inconnue}"), 5);
  EXPECT_EQ(column("eau AND author:marie"), 9);
  EXPECT_EQ(column("eau"), 0);
}

/// So many rules of that condition, and a list {n} of 100 words.
std::string large_pack(int rules, const std::string& phrase) {
  std::string text = "lists:\n  n: [";
  for (int i = 0; i < 100; ++i) {
    text += (i == 0 ? "n" : ", n") + std::to_string(i);
  }
  text += "]\nrules:\n";
  for (int i = 0; i < rules; ++i) {
    text += "  - {id: r" + std::to_string(i) + ", topic: t, " + phrase + "}\n";
  }
  return text;
}

class OwnPackBounds : public testing::Test {
 protected:
  /// The one refusal; nothing of what is too large is left, so that nothing expands it.
  std::string refusal(const std::string& text) {
    std::vector<Problem> problems;
    const TestedPack own = parse_own_pack(text, town_, "own.yaml", false, problems);
    EXPECT_EQ(own.pack.rules.empty(), !problems.empty());
    EXPECT_LE(problems.size(), 1U);
    return told(problems);
  }
  const Tenant town_ = [] {
    Tenant town;
    town.id = "techniville";
    town.variables["lieux"] = std::vector<std::string>(200, "place");
    return town;
  }();
};

TEST_F(OwnPackBounds, PhrasesAreCountedOverAllRulesAndWithTheTownsValues) {
  EXPECT_EQ(refusal(large_pack(2, "any: ['a {n} {n}']")), "");
  EXPECT_THAT(refusal(large_pack(3, "any: ['a {n} {n}']")), HasSubstr("own.yaml:6:5"));
  EXPECT_THAT(refusal(large_pack(1, "any: ['{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}']")),
              HasSubstr("more than 20,000 phrases"));
  EXPECT_EQ(refusal("optional: [lieux]\n" + large_pack(1, "any: ['{lieux} {n}']")), "");
  EXPECT_THAT(refusal("optional: [lieux]\n" + large_pack(2, "any: ['{lieux} {n}']")),
              HasSubstr("own.yaml:6:5"));
  EXPECT_THAT(refusal("optional: [rien]\n" + large_pack(3, "any: ['{n}{n}{rien}']")),
              HasSubstr("20,000 phrases"))
      << "they are put together before the last name takes them away";
}

TEST_F(OwnPackBounds, LongPhrasesAreBoundedByTheirBytes) {
  EXPECT_THAT(refusal(large_pack(1, "any: ['{n}{n}" + std::string(500, 'x') + "']")),
              HasSubstr("4 MiB"));
}

TEST_F(OwnPackBounds, RulesExpressionsTestsAndQueriesAreCounted) {
  EXPECT_EQ(refusal(large_pack(500, "any: [eau]")), "");
  EXPECT_THAT(refusal(large_pack(501, "any: [eau]")), HasSubstr("at most 500 rules"));
  EXPECT_EQ(refusal(large_pack(100, "regex: 'fuites?'")), "");
  EXPECT_THAT(refusal(large_pack(101, "regex: 'fuites?'")), HasSubstr("100 regular expressions"));
  std::string tests = large_pack(1, "any: [eau]") + "tests:\n";
  for (int i = 0; i < 1'001; ++i) {
    tests += "  - {text: eau, matches: [r0]}\n";
  }
  std::vector<Problem> problems;
  parse_own_pack(tests, town_, "own.yaml", false, problems);
  EXPECT_THAT(told(problems), HasSubstr("'tests' are at most 1000"));
  std::string query;
  for (int i = 0; i < 1'000; ++i) {
    query += (i == 0 ? "a" : " OR a") + std::to_string(i);
  }
  problems.clear();
  parse_own_pack("macros: {m: '" + query + "'}\n" + large_pack(60, "query: '{m}'"), town_,
                 "own.yaml", false, problems);
  EXPECT_THAT(told(problems), HasSubstr("more than 50000 parts"));
}

/// What a service takes into force of a data folder with two towns' own packs.
class OwnPackGuard : public testing::Test {
 protected:
  OwnPackGuard() {
    std::filesystem::create_directories(folder_.path() / "rules");
    config_.rules_directory = VIGIE_SOURCE_DIR "/rules";
    config_.data_directory = folder_.path();
    for (const char* const id : {"techniville", "autreville"}) {
      config_.tenants.emplace_back().id = id;
    }
  }
  void put(const std::string& tenant, std::string_view text) const {
    folder_.write("rules/" + tenant + ".yaml", text);
  }
  GuardedKnowledge read(const Knowledge* in_force = nullptr) {
    problems_.clear();
    return read_guarded_knowledge(config_, in_force, problems_);
  }
  static constexpr std::string_view kWater =
      "rules:\n  - {id: eau, topic: eau, any: [eau]}\n"
      "tests:\n  - {text: Plus d'eau, matches: [eau]}\n";

  const TempFolder folder_;
  Config config_;
  std::vector<Problem> problems_;
};

TEST_F(OwnPackGuard, AtTheStartAFaultyOneIsLeftOutAndTheOthersStay) {
  put("techniville", "rules: [");
  put("autreville", kWater);
  const GuardedKnowledge read_first = read();
  ASSERT_NE(read_first.knowledge, nullptr) << told(problems_);
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(read_first.knowledge->own_texts, testing::SizeIs(1));
  ASSERT_TRUE(read_first.refused.contains("techniville"));
  EXPECT_THAT(read_first.refused, testing::SizeIs(1));
  EXPECT_EQ(read_first.refused.begin()->second.text, "rules: [");
  EXPECT_THAT(told(read_first.refused.begin()->second.problems), HasSubstr("techniville.yaml:1"));
}

TEST_F(OwnPackGuard, AReloadKeepsTheLastTextOfAFaultyOneAndTakesTheOthers) {
  put("techniville", kBikes);
  const auto in_force = read().knowledge;
  ASSERT_NE(in_force, nullptr) << told(problems_);
  const std::string failing = std::string(kBikes) + "  - {text: Rien, matches: [velo.garage]}\n";
  for (const std::string& faulty : {failing, std::string("rules: ["), std::string(300'000, '#')}) {
    put("techniville", faulty);
    put("autreville", kWater);
    const GuardedKnowledge next = read(in_force.get());
    ASSERT_NE(next.knowledge, nullptr) << told(problems_);
    EXPECT_EQ(next.knowledge->own_texts.at("techniville"), kBikes);
    EXPECT_EQ(next.knowledge->own_texts.at("autreville"), kWater);
    EXPECT_TRUE(next.refused.contains("techniville"));
    EXPECT_THAT(next.refused, testing::SizeIs(1));
  }
}

TEST_F(OwnPackGuard, OneThatWeighsIsLeftOutOnceThereIsASecondTown) {
  put("techniville", "rules:\n  - {id: feu, urgency: 600, any: [incendie]}\n");
  const Tenant second = config_.tenants.back();
  config_.tenants.pop_back();
  EXPECT_THAT(read().refused, IsEmpty());
  config_.tenants.push_back(second);
  const GuardedKnowledge both = read();
  ASSERT_NE(both.knowledge, nullptr) << told(problems_);
  EXPECT_THAT(both.knowledge->own_texts, IsEmpty());
  ASSERT_TRUE(both.refused.contains("techniville"));
  EXPECT_THAT(told(both.refused.at("techniville").problems), HasSubstr("the same for all towns"));
}

TEST_F(OwnPackGuard, WhatIsWrongWithTheSharedRulesIsNoTowns) {
  put("techniville", kBikes);
  config_.tenants[0].packs = {"missing"};
  const GuardedKnowledge none = read();
  EXPECT_EQ(none.knowledge, nullptr);
  EXPECT_THAT(told(problems_), HasSubstr("'missing', which does not exist"));
}

class OwnPackHistory : public testing::Test {
 protected:
  OwnPackHistory() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  std::uint64_t write(const std::string& text) {
    return write_own_pack(folder_, "t", {.by = "marie", .reason = "r", .text = text}).value();
  }
  std::vector<std::string> texts(const std::string& in_force) {
    std::vector<std::string> all;
    const auto versions = read_own_pack_history(folder_, "t", in_force);
    for (const OwnPackVersion& version : versions.value()) {
      all.push_back(version.text);
    }
    return all;
  }

  const std::string folder_ = testing::TempDir() + "/own_pack_history";
};

TEST_F(OwnPackHistory, CountsOnAndKeepsTheNewest) {
  EXPECT_EQ(write("a"), 1U);
  EXPECT_EQ(write("b"), 2U);
  EXPECT_THAT(texts("b"), ElementsAre("a", "b"));
  for (std::size_t i = 0; i < kMaxOwnPackVersions; ++i) {
    write("c" + std::to_string(i));
  }
  EXPECT_EQ(texts("c99").size(), kMaxOwnPackVersions);
  EXPECT_EQ(write("d"), kMaxOwnPackVersions + 3);
}

TEST_F(OwnPackHistory, LeavesOutWhatNeverReachedTheFileAndGivesNoNumberTwice) {
  write("a");
  const std::string file = own_pack_path(folder_, "t");
  std::filesystem::create_directories(file + ".new/in_the_way");
  const auto failed = write_own_pack(folder_, "t", {.by = "m", .reason = "r", .text = "b"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(failed.error().text, testing::Not(HasSubstr("put back")));
  EXPECT_THAT(texts("a"), ElementsAre("a"));
  std::filesystem::remove_all(file + ".new");
  EXPECT_EQ(write("c"), 3U) << "number 2 was told of, perhaps";
  EXPECT_THAT(texts("c"), ElementsAre("a", "c"));
}

TEST_F(OwnPackHistory, AnOlderTextPutBackByHandTakesNoVersionAway) {
  write("a");
  write("b");
  ASSERT_TRUE(write_private_file(own_pack_path(folder_, "t"), "a"));
  EXPECT_THAT(texts("a"), ElementsAre("a", "b"));
  EXPECT_EQ(write("c"), 4U);
  EXPECT_THAT(texts("c"), ElementsAre("a", "b", "a", "c"));
}

TEST_F(OwnPackHistory, WhatDiedBeforeItWasMarkedIsInForce) {
  write("a");
  std::filesystem::create_directories(folder_ + "/rules");
  const std::string history = folder_ + "/rules/t.history";
  const auto entry = [](int number, const std::string& text, bool is_pending) {
    return R"({"number":)" + std::to_string(number) +
           R"(,"at":"2026-10-14T06:00:00Z","by":"m","reason":"r","text":")" + text +
           R"(","pending":)" + (is_pending ? "true}" : "false}");
  };
  ASSERT_TRUE(
      write_private_file(history, "[" + entry(1, "a", false) + "," + entry(2, "b", true) + "]"));
  EXPECT_THAT(texts("b"), ElementsAre("a", "b"));
  EXPECT_THAT(texts("a"), ElementsAre("a"));
  ASSERT_TRUE(write_private_file(own_pack_path(folder_, "t"), "b"));
  EXPECT_EQ(write("c"), 3U);
  EXPECT_THAT(texts("c"), ElementsAre("a", "b", "c"));
}

TEST_F(OwnPackHistory, KnowsOfWhatWasWrittenOnTheServer) {
  write("a");
  ASSERT_TRUE(write_private_file(own_pack_path(folder_, "t"), "by hand"));
  EXPECT_EQ(write("b"), 3U);
  EXPECT_THAT(texts("b"), ElementsAre("a", "by hand", "b"));
}

TEST_F(OwnPackHistory, SaysWhatIsDamaged) {
  write("a");
  std::filesystem::resize_file(folder_ + "/rules/t.history", 20);
  const auto versions = read_own_pack_history(folder_, "t", "a");
  ASSERT_FALSE(versions);
  EXPECT_EQ(versions.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(write_own_pack(folder_, "t", {.by = "m", .reason = "r", .text = "b"}))
      << "nothing is written over it";
}

}  // namespace
}  // namespace vigie
