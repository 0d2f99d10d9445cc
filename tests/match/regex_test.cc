#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Town regex(const std::string& condition) {
  return Town::with_rules("  - {id: r, topic: t, " + condition + "}\n");
}
std::string refused(const std::string& pattern) {
  return refusal("  - {id: r, topic: t, regex: '" + pattern + "'}\n");
}

TEST(Regex, RunsOverTheFoldedText) {
  Town town = regex(R"(regex: 'ecole.{0,10}ferm[ea]')");
  EXPECT_THAT(town.shown("L'École est FERMÉE"), ElementsAre("École est FERMÉ"));
  EXPECT_FALSE(town.fires("L'école ouvre"));
}

TEST(Regex, ItsOwnCaseDoesNotMatterWhenFolded) {
  Town town = regex("regex: 'Mairie'");
  EXPECT_TRUE(town.fires("la mairie"));
}

TEST(Regex, ExactOnesSeeCaseAndAccents) {
  Town town = regex(R"(regex: 'URGENT[ !]+évac', exact: true)");
  EXPECT_THAT(town.shown("😱 URGENT !! évacuez"), ElementsAre("URGENT !! évac"));
  EXPECT_FALSE(town.fires("urgent ! évacuez"));
  EXPECT_FALSE(town.fires("URGENT ! evacuez"));
}

TEST(Regex, DoesNotSeeOverTheTitlesEnd) {
  for (const std::string exact : {"", ", exact: true"}) {
    Town town = regex(R"(regex: 'coupure\s+totale')" + exact);
    EXPECT_FALSE(town.fires("totale", "coupure"));
    EXPECT_THAT(town.shown("coupure totale", "une coupure totale"),
                ElementsAre("coupure totale", "coupure totale"));
  }
}

TEST(Regex, JoinsWithPhrases) {
  Town town = regex(R"(any: [rue], none: [{regex: 'lila[sc]'}])");
  EXPECT_TRUE(town.fires("rue des roses"));
  EXPECT_FALSE(town.fires("rue des lilas"));
  Town either = regex(R"(any: [feu, {regex: 'fum[eé]*e noire', exact: true}])");
  EXPECT_TRUE(either.fires("feu"));
  EXPECT_TRUE(either.fires("fumée noire"));
  EXPECT_FALSE(either.fires("fumée"));
}

TEST(Regex, AlternativesEachBringTheirLiteral) {
  Town town = regex("regex: '(incendie|fumees?) (rue|place)'");
  EXPECT_TRUE(town.fires("incendie rue des Lilas"));
  EXPECT_TRUE(town.fires("fumée place du marché"));
  EXPECT_FALSE(town.fires("incendie avenue"));
}

TEST(Regex, OneWithoutALiteralIsRefused) {
  EXPECT_THAT(refused("[a-z]+ [0-9]+"), HasSubstr("requires no literal"));
  EXPECT_THAT(refused(".*"), HasSubstr("requires no literal"));
  EXPECT_THAT(refused("(incendie)?"), HasSubstr("requires no literal"));
  EXPECT_THAT(refused("incendie|a."), HasSubstr("requires no literal"));
}

TEST(Regex, WhatRe2CannotDoIsRefused) {
  EXPECT_THAT(refused("(incendie"), HasSubstr("not a regular expression"));
  EXPECT_THAT(refused("(?=incendie)"), HasSubstr("not a regular expression"));
  EXPECT_THAT(refused("(incendie){1000}{1000}"), HasSubstr("not a regular expression"));
}

TEST(Regex, AccentsOverTheFoldedTextAreRefused) {
  EXPECT_THAT(refused("école fermée"), HasSubstr("exact: true"));
}

TEST(Regex, TwentyThousandParenthesesAreRefused) {
  EXPECT_THAT(refused(std::string(20'000, '(') + "incendie" + std::string(20'000, ')')),
              HasSubstr("at most 1,000 bytes"));
  EXPECT_THAT(refused(std::string(60, '(') + "incendie" + std::string(60, ')')),
              HasSubstr("at most 50 deep"));
}

/// A pack of so many different expressions, the last of them there twice.
RulePack pack_of(const std::string& name, const std::string& what, int count) {
  RulePack pack;
  pack.name = name;
  for (int i = 0; i <= count; ++i) {
    Rule rule;
    rule.id = what + std::to_string(i);
    rule.condition.op = Condition::Op::kRegex;
    rule.condition.text = what + std::to_string(std::min(i, count - 1));
    pack.rules.push_back(std::move(rule));
  }
  return pack;
}

TEST(Regex, TooManyAreRefused) {
  const std::vector<Tenant> towns = {tenant("a", {"p", "q"})};
  EXPECT_THAT(Town({pack_of("p", "fuite", 400), pack_of("q", "feu", 600)}, towns).problems(),
              testing::IsEmpty());
  const Town refused({pack_of("p", "fuite", 400), pack_of("q", "feu", 601)}, towns);
  ASSERT_EQ(refused.problems().size(), 2U);
  EXPECT_THAT(refused.problems()[0].text, HasSubstr("more than 1000 regular expressions"));
}

TEST(Regex, NoTownTakesFromTheSharedPacksOrFromAnotherTown) {
  const std::vector<Tenant> towns = {tenant("a", {"p", "own/a"}), tenant("b", {"p", "own/b"})};
  const auto shared = pack_of("p", "feu", 1'000);
  EXPECT_THAT(
      to_string(Town({pack_of("own/a", "fuite", 100), shared, pack_of("own/b", "eau ", 100)}, towns)
                    .problems()),
      "");
  const Town refused({shared, pack_of("own/a", "fuite", 100), pack_of("own/b", "eau ", 101)},
                     towns);
  ASSERT_EQ(refused.problems().size(), 2U);
  EXPECT_THAT(refused.problems()[0].text,
              HasSubstr("more than 100 regular expressions in one town's own pack"));
}

}  // namespace
}  // namespace vigie
