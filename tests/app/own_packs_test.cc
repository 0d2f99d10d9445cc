#include "engine/app/own_packs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/app/own_pack_draft.h"
#include "engine/app/own_pack_history.h"
#include "engine/app/query_finder.h"
#include "engine/core/own_rules.h"
#include "engine/core/private_file.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  const TestedPack own = parse_own_pack(kBikes, "techniville", "own.yaml", false, problems);
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
  parse_own_pack(kUrgent, "techniville", "own.yaml", true, problems);
  EXPECT_THAT(problems, IsEmpty()) << told(problems);
  parse_own_pack(kUrgent, "techniville", "own.yaml", false, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].line, 2);
  EXPECT_THAT(problems[0].text, HasSubstr("the same for all towns"));
}

TEST(OwnPack, ATestNamesItsOwnRulesOnly) {
  std::vector<Problem> problems;
  parse_own_pack("rules:\n  - {id: a, topic: eau, any: [eau]}\ntests:\n  - {text: x, not: [b]}\n",
                 "techniville", "own.yaml", false, problems);
  ASSERT_EQ(problems.size(), 1U) << told(problems);
  EXPECT_EQ(problems[0].line, 4);
}

TEST(OwnPack, MayBeNamedToItsTownAlone) {
  EXPECT_TRUE(may_name("local.techniville.velo", "techniville"));
  EXPECT_FALSE(may_name("local.techniville.velo", "autreville"));
  EXPECT_FALSE(may_name("local.techniville.velo", "techni"));
  EXPECT_TRUE(may_name("eau.coupure", "autreville"));
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
  EXPECT_EQ(parse_own_pack(longer, "t", "", false, problems).pack.rules.size(), 2U);
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

TEST_F(OwnPackHistory, LeavesOutWhatNeverReachedTheFile) {
  write("a");
  write("b");
  ASSERT_TRUE(write_private_file(own_pack_path(folder_, "t"), "a"));  // died before b was written
  EXPECT_THAT(texts("a"), ElementsAre("a"));
  EXPECT_EQ(write("c"), 2U);
  EXPECT_THAT(texts("c"), ElementsAre("a", "c"));
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
