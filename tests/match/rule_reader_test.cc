#include "engine/match/rule_reader.h"

#include <gmock/gmock.h>

#include <array>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Problem> problems_of(std::string_view pack) {
  const TempFolder folder;
  std::vector<Problem> problems;
  read_pack(folder.write("p.yaml", pack), problems);
  return problems;
}
std::string told(std::string_view pack) { return to_string(problems_of(pack)); }
std::string told_of_rule(const std::string& rule) { return told("rules:\n  - " + rule + "\n"); }

TEST(RuleReader, ReadsAWholePack) {
  const TempFolder folder;
  std::vector<Problem> problems;
  const auto pack = read_pack(folder.write("eau.yaml", R"(title: L'eau
language: fr
needs: [commune]
optional: [elus]
lists: {lieux: [robinet, fontaine]}
rules:
  - id: eau.trouble
    title: Eau trouble
    topic: eau
    about: what comes out of the tap
    any: ["eau trouble", {near: 5, of: ["{lieux}", sale]}]
    none: ["eau de Javel"]
  - {id: cri, urgency: -40, regex: 'au+ secours', exact: true}
)"),
                              problems);
  ASSERT_TRUE(pack) << to_string(problems);
  EXPECT_EQ(pack->name, "eau");
  EXPECT_EQ(pack->title, "L'eau");
  EXPECT_EQ(pack->language, "fr");
  EXPECT_THAT(pack->needs, ElementsAre("commune"));
  EXPECT_THAT(pack->optional, ElementsAre("elus"));
  ASSERT_EQ(pack->rules.size(), 2U);
  const Rule& rule = pack->rules[0];
  EXPECT_EQ(rule.id, "eau.trouble");
  EXPECT_EQ(rule.kind, RuleKind::kTopic);
  EXPECT_EQ(rule.topic, "eau");
  EXPECT_EQ(rule.line, 7);
  EXPECT_EQ(rule.title, "Eau trouble");
  EXPECT_EQ(pack->rules[1].title, "");
  ASSERT_EQ(rule.condition.op, Condition::Op::kAll);
  ASSERT_EQ(rule.condition.children.size(), 2U);
  EXPECT_EQ(rule.condition.children[0].children[1].distance, 5U);
  EXPECT_EQ(rule.condition.children[1].op, Condition::Op::kNone);
  EXPECT_EQ(pack->rules[1].weight, -40);
  EXPECT_TRUE(pack->rules[1].condition.exact);
}

TEST(RuleReader, RulesAreFirmUnlessTheyOrTheirPackSayOtherwise) {
  const TempFolder folder;
  const auto firmness = [&folder](const std::string& head) {
    std::vector<Problem> problems;
    const auto pack = read_pack(folder.write("p.yaml", head + R"(
rules:
  - {id: a, urgency: 500, any: [x]}
  - {id: b, urgency: 500, firm: true, any: [x]}
  - {id: c, urgency: 500, firm: false, any: [x]}
)"),
                                problems);
    EXPECT_TRUE(pack) << to_string(problems);
    return std::array{pack->rules.at(0).firm, pack->rules.at(1).firm, pack->rules.at(2).firm};
  };
  EXPECT_EQ(firmness("title: T"), (std::array{true, true, false}));
  EXPECT_EQ(firmness("firm: false"), (std::array{false, true, false}));
}

TEST(RuleReader, ATitleIsShort) {
  EXPECT_EQ(told_of_rule("{id: a, title: " + std::string(100, 'x') + ", tone: 1, any: [b]}"), "");
  EXPECT_THAT(told_of_rule("{id: a, title: " + std::string(101, 'x') + ", tone: 1, any: [b]}"),
              HasSubstr("'title' is longer than 100 bytes"));
}

TEST(RuleReader, ARuleMayCountAuthors) {
  std::vector<Problem> problems;
  const auto pack = parse_pack(
      "rules:\n  - {id: a, topic: t, distinct_authors: 5, within: 30min, any: [b]}\n"
      "  - {id: c, topic: t, distinct_authors: 2, within: 4h, any: [b]}\n",
      "p", problems);
  ASSERT_TRUE(pack) << to_string(problems);
  EXPECT_EQ(pack->rules[0].crowd, (CrowdLimit{5, std::chrono::minutes(30)}));
  EXPECT_EQ(pack->rules[1].crowd, (CrowdLimit{2, std::chrono::hours(4)}));
}

TEST(RuleReader, RefusesNumbersOfAuthorsThatMeanNothing) {
  const auto told_of = [](const std::string& fields) {
    return told_of_rule("{id: a, " + fields + ", any: [b]}");
  };
  EXPECT_THAT(told_of("topic: t, distinct_authors: 1, within: 30min"),
              HasSubstr("p.yaml:2:41: 'distinct_authors' must be a whole number from 2 to 100"));
  EXPECT_THAT(told_of("topic: t, distinct_authors: 5, within: 5h"),
              HasSubstr("p.yaml:2:52: '5h': 'within' is from 1min to 4h: who spoke is kept"));
  EXPECT_THAT(told_of("topic: t, distinct_authors: 5, within: 4000000000h"),
              HasSubstr("'within' is from 1min to 4h"));
  for (const char* span : {"30", "min", "-5min", "1.5h", "30s", "''", "99999999999h"}) {
    EXPECT_THAT(told_of("topic: t, distinct_authors: 5, within: " + std::string(span)),
                HasSubstr("'within' is a whole number of minutes or hours, as 30min or 2h"))
        << span;
  }
  EXPECT_THAT(told_of("topic: t, distinct_authors: 5"),
              HasSubstr("2:41: 'distinct_authors' needs"));
  EXPECT_THAT(told_of("topic: t, within: 5min"), HasSubstr("'within' belongs to"));
  EXPECT_THAT(told_of("watch: true, distinct_authors: 5, within: 5min"),
              HasSubstr("belongs to a topic rule"));
  std::string many = "rules:\n";
  for (int i = 0; i < 101; ++i) {
    many += "  - {id: r" + std::to_string(i) +
            ", topic: t, distinct_authors: 5, within: 5min, any: [b]}\n";
  }
  EXPECT_THAT(told(many), HasSubstr(":102:"));
}

TEST(RuleReader, TellsEveryProblemAtOnce) {
  const TempFolder folder;
  const std::string path = folder.write("p.yaml", R"(titel: Eau
rules:
  - {id: A.b, topic: eau, any: [eau]}
  - {id: two, topic: eau, tone: 5, any: [eau]}
  - {id: three, watch: true, al: [eau]}
  - {id: four, tone: 5000, any: ["{comune}"]}
)");
  std::vector<Problem> problems;
  EXPECT_FALSE(read_pack(path, problems));
  const std::string text = to_string(problems);
  EXPECT_THAT(text, HasSubstr(path + ":1:8: unknown field 'titel'; did you mean 'title'?"));
  EXPECT_THAT(text, HasSubstr(path + ":3:10: 'A.b' is not a rule id"));
  EXPECT_THAT(text, HasSubstr(path + ":4:5: a rule decides exactly one"));
  EXPECT_THAT(text, HasSubstr(path + ":5:34: unknown field 'al'; did you mean 'all'?"));
  EXPECT_THAT(text, HasSubstr(path + ":5:5: a rule must say what to look for"));
  EXPECT_THAT(text, HasSubstr(path + ":6:22: 'tone' must be a whole number from -1000 to 1000"));
  EXPECT_THAT(text, HasSubstr(path + ":6:34: '{comune}': {comune} is neither"));
  EXPECT_EQ(problems.size(), 7U) << text;
}

TEST(RuleReader, NoneAloneIsRefused) {
  EXPECT_THAT(told_of_rule("{id: a, topic: t, none: [x]}"), HasSubstr("beside it must stand"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [x, {none: [y]}]}"),
              HasSubstr("beside it must stand"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, all: [{none: [y]}]}"),
              HasSubstr("beside it must stand"));
  EXPECT_EQ(told_of_rule("{id: a, topic: t, all: [x, {none: [y]}]}"), "");
}

TEST(RuleReader, NearNeedsTwoSimpleMembers) {
  EXPECT_THAT(told_of_rule("{id: a, topic: t, near: 3, of: [x]}"), HasSubstr("two or more"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, near: 3}"), HasSubstr("needs 'of'"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [x], of: [x, y]}"), HasSubstr("belongs to"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, near: 3, of: [x, {all: [y, z]}]}"),
              HasSubstr("a member of 'near' is"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, near: -1, of: [x, y]}"), HasSubstr("from 0 to 100"));
}

TEST(RuleReader, RuleIdsAreUniqueOverAllPacks) {
  const TempFolder folder;
  folder.write("a.yaml", "rules:\n  - {id: x, topic: t, any: [eau]}\n");
  folder.write("b.yaml",
               "rules:\n  - {id: y, topic: t, any: [eau]}\n  - {id: x, topic: t, any: [eau]}\n");
  folder.write("b.test.yaml", "not read here");
  std::vector<Problem> problems;
  EXPECT_EQ(read_packs(folder.path(), problems).size(), 2U);
  ASSERT_EQ(problems.size(), 1U) << to_string(problems);
  EXPECT_EQ(problems[0].line, 3);
  EXPECT_THAT(problems[0].text, HasSubstr("a.yaml:2"));
  EXPECT_THAT(told("rules:\n  - {id: x, topic: t, any: [a]}\n  - {id: x, topic: t, any: [b]}\n"),
              HasSubstr("already taken in this pack"));
}

TEST(RuleReader, ADirectoryThatIsNotThereIsAProblem) {
  std::vector<Problem> problems;
  EXPECT_THAT(read_packs("/nowhere/packs", problems), IsEmpty());
  EXPECT_EQ(problems.size(), 1U);
}

TEST(RuleReader, BracesMustBeClosed) {
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [\"maire de {commune\"]}"),
              HasSubstr("not closed"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [\"{}\"]}"), HasSubstr("not closed"));
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [\"x}\"]}"), HasSubstr("not closed"));
}

TEST(RuleReader, SurvivesWhatIsNotAPackAtAll) {
  for (const std::string_view text :
       {"", "[]", "rules: 3", "rules: [3, [], {}]", "rules: {a: b}", "lists: [a]\nrules: []",
        "rules: [{id: {}, topic: [], any: {}}]", "needs: {a: b}\nrules: []", "\t", "{", "a: *b",
        "rules: [{id: a, topic: t, any: []}]", "rules: [{id: a, watch: false, any: [x]}]",
        "rules: [{id: a, topic: t, any: ['']}]", "lists: {a: []}\nrules: []",
        "lists: {a: ['{b}']}\nrules: []", "needs: [a]\noptional: [a]\nrules: []"}) {
    EXPECT_THAT(problems_of(text), testing::Not(IsEmpty())) << text;
  }
}

TEST(RuleReader, DeepNestingIsRefused) {
  std::string rule = "x";
  for (int i = 0; i < 1000; ++i) {
    rule = "{any: [" + rule + "]}";
  }
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [" + rule + "]}"), HasSubstr("deeper than 64"));
}

TEST(RuleReader, MoreThanAThousandPhrasesAreRefused) {
  std::string list;
  for (int i = 0; i < 1001; ++i) {
    list += "a" + std::to_string(i) + ", ";
  }
  EXPECT_THAT(told_of_rule("{id: a, topic: t, any: [" + list + "b]}"),
              HasSubstr("more than 1,000 phrases"));
}

TEST(RuleReader, ReadsTests) {
  const TempFolder folder;
  std::vector<Problem> problems;
  const auto tests = read_tests(folder.write("p.test.yaml", R"(
variables: {commune: [Techniville], elus: [Martin Dupré]}
tests:
  - text: "Plus d'eau !"
    matches: [eau.coupure]
    not: [meteo]
    topics: []
    tone: negative
    urgency: medium
    alert: false
  - {text: x, title: y, name: z, topics: [eau]}
)"),
                                problems);
  ASSERT_THAT(problems, IsEmpty()) << to_string(problems);
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].line, 4);
  EXPECT_THAT(tests[0].variables.at("elus"), ElementsAre("Martin Dupré"));
  EXPECT_THAT(tests[0].matches, ElementsAre("eau.coupure"));
  EXPECT_THAT(tests[0].matches_not, ElementsAre("meteo"));
  EXPECT_TRUE(tests[0].says_topics);
  EXPECT_EQ(tests[0].alert, false);
  EXPECT_FALSE(tests[1].alert);
  EXPECT_EQ(tests[1].title, "y");
}

TEST(RuleReader, ATestMustExpectSomethingSensible) {
  const TempFolder folder;
  std::vector<Problem> problems;
  const auto tests = read_tests(folder.write("p.test.yaml", R"(tests:
  - {text: x}
  - {text: x, tone: angry}
  - {text: x, urgency: now}
  - {topics: [a], alrt: true}
)"),
                                problems);
  EXPECT_THAT(tests, IsEmpty());
  EXPECT_EQ(problems.size(), 5U) << to_string(problems);
  EXPECT_THAT(to_string(problems), HasSubstr("did you mean 'alert'?"));
}

}  // namespace
}  // namespace vigie
