#include "engine/match/rule_set.h"

#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kPack = R"(
needs: [commune]
optional: [elus]
lists:
  alarme: [incendie, "le feu", "fumée*"]
rules:
  - {id: veille, watch: true, any: ["mairie de {commune}", "#{commune}"]}
  - {id: elus, watch: true, all: [{any: ["{elus}"]}, {any: [maire, "{commune}"]}]}
  - {id: alarme, topic: feu, any: ["{alarme} rue", "{alarme} place"]}
  - {id: eau, topic: eau, any: [eau]}
  - {id: cri, urgency: 250, any: ["au secours {commune}", "au secours"]}
  - {id: ton, tone: -100, any: ["honte à {commune}"]}
)";

std::vector<Tenant> two_tenants() {
  return {tenant("a", {"p"}, {{"commune", {"Aville", "Aville-sur-Mer"}}, {"elus", {"Zoé Blé"}}}),
          tenant("b", {"p"}, {{"commune", {"Bourg Saint-Éloi"}}})};
}

std::vector<std::vector<TenantId>> holders(const Town& town, std::string_view id) {
  std::vector<std::vector<TenantId>> holders;
  for (const RuleInfo& rule : town.catalogue().rules) {
    if (town.catalogue().names[rule.name] == id) {
      holders.push_back(rule.every_tenant ? std::vector<TenantId>{99} : rule.tenants);
    }
  }
  return holders;
}

TEST(RuleSet, FillsInEachTenantsOwnNames) {
  Town town(kPack, two_tenants());
  const Matches& matches =
      town.match("La mairie de Bourg-St... non : la mairie de Bourg Saint Eloi");
  ASSERT_EQ(matches.matches.size(), 1U);
  const RuleInfo& rule = town.catalogue().rules[matches.matches[0].rule];
  EXPECT_EQ(town.catalogue().names[rule.name], "veille");
  EXPECT_FALSE(rule.every_tenant);
  EXPECT_THAT(rule.tenants, ElementsAre(1));
  EXPECT_THAT(town.fired("mairie de Aville"), ElementsAre("veille"));
  EXPECT_THAT(town.fired("#AvilleSurMer"), ElementsAre("veille"));
  EXPECT_THAT(town.fired("mairie de Paris"), IsEmpty());
}

TEST(RuleSet, FillsInListsInsidePhrases) {
  Town town(kPack, two_tenants());
  EXPECT_THAT(town.fired("le feu rue des Lilas"), ElementsAre("alarme"));
  EXPECT_THAT(town.fired("fumées place du marché"), ElementsAre("alarme"));
  EXPECT_THAT(town.fired("le feu"), IsEmpty());
}

TEST(RuleSet, SaysForWhomARuleHolds) {
  Town town(kPack, two_tenants());
  EXPECT_THAT(holders(town, "veille"), ElementsAre(ElementsAre(0), ElementsAre(1)));
  EXPECT_THAT(holders(town, "elus"), ElementsAre(ElementsAre(0))) << "b has no elected people";
  EXPECT_THAT(holders(town, "eau"), ElementsAre(ElementsAre(99)));
  EXPECT_THAT(holders(town, "cri"), ElementsAre(ElementsAre(99)));

  std::vector<Tenant> three = two_tenants();
  three.push_back(tenant("c", {}));
  Town some(kPack, three);
  EXPECT_THAT(holders(some, "eau"), ElementsAre(ElementsAre(0, 1))) << "c does not list the pack";
  EXPECT_THAT(holders(some, "cri"), ElementsAre(ElementsAre(99))) << "a verdict is for all";
}

TEST(RuleSet, JudgesWithTheNamesOfAllTenants) {
  Town town(kPack, two_tenants());
  EXPECT_THAT(town.fired("honte à Aville"), ElementsAre("veille", "ton"));
  EXPECT_THAT(town.fired("honte à bourg saint éloi"), ElementsAre("veille", "ton"));
}

TEST(RuleSet, MissingVariablesAreNamedWithTheirTenant) {
  Town town(kPack, {tenant("a", {"p"}), tenant("b", {"p"}, {{"commune", {"B"}}})});
  ASSERT_EQ(town.problems().size(), 1U);
  EXPECT_THAT(to_string(town.problems()), HasSubstr("p.yaml: this pack needs {commune}"));
  EXPECT_THAT(to_string(town.problems()), HasSubstr("'a'"));
  EXPECT_THAT(town.catalogue().rules, IsEmpty());
}

TEST(RuleSet, ANeededVariableMayBeGivenEmpty) {
  Town town(kPack, {tenant("a", {"p"}, {{"commune", {}}})});
  EXPECT_THAT(holders(town, "veille"), IsEmpty());
  EXPECT_THAT(holders(town, "ton"), IsEmpty());
  EXPECT_THAT(town.fired("au secours"), ElementsAre("cri"));
}

TEST(RuleSet, AnUnknownPackIsAProblem) {
  Town town(kPack, {tenant("a", {"municipal"})});
  EXPECT_THAT(to_string(town.problems()), HasSubstr("'municipal', which does not exist"));
}

TEST(RuleSet, NamesAreKeptOnce) {
  Town town(kPack, two_tenants());
  std::vector<std::string> names = town.catalogue().names;
  EXPECT_THAT(names, UnorderedElementsAre("veille", "elus", "alarme", "feu", "eau", "cri", "ton"));
}

TEST(RuleSet, TheSameInputGivesTheSameCatalogueAndMatches) {
  Town first(kPack, two_tenants()), second(kPack, two_tenants());
  EXPECT_EQ(first.catalogue().names, second.catalogue().names);
  const std::string text = "au secours, le feu rue des Lilas, mairie de Aville, plus d'eau";
  EXPECT_EQ(first.fired(text), second.fired(text));
}

TEST(RuleSet, AppendsToACatalogue) {
  const TempFolder folder;
  folder.write("p.yaml", kPack);
  std::vector<Problem> problems;
  Catalogue catalogue;
  catalogue.names = {"x", "eau"};
  catalogue.rules.resize(3);
  const auto rules = RuleSet::compile(read_packs(folder.path(), problems), two_tenants(),
                                      TextFolder::fold_phrase, catalogue, problems);
  ASSERT_TRUE(rules) << to_string(problems);
  Matcher matcher(rules);
  FoldedText folded;
  TextFolder().fold("", "eau", folded);
  Matches matches;
  matcher.match({}, folded, matches);
  ASSERT_EQ(matches.matches.size(), 1U);
  EXPECT_GE(matches.matches[0].rule, 3U);
  EXPECT_EQ(catalogue.rules[matches.matches[0].rule].name, 1U);
}

TEST(RuleSet, PhrasesThatCannotBeAreExplained) {
  const auto why = [](const std::string& phrase) {
    return refusal("  - {id: r, topic: t, any: [\"" + phrase + "\"]}\n");
  };
  EXPECT_THAT(why("!?"), HasSubstr("needs a word"));
  EXPECT_THAT(why("*nd"), HasSubstr("behind the beginning of a word"));
  EXPECT_THAT(why("i*n"), HasSubstr("three letters"));
  EXPECT_THAT(why("feu *"), HasSubstr("behind the beginning of a word"));
  EXPECT_THAT(why("œuv**"), HasSubstr("behind the beginning of a word"));
  EXPECT_THAT(why("éc*"), HasSubstr("three letters"));
  EXPECT_THAT(why("a b c d e f g h i j k l m n o p q"), HasSubstr("at most 16 words"));
}

TEST(RuleSet, TooManyPhrasesForOneRuleAreRefused) {
  std::vector<std::string> many(1500);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = "lieu" + std::to_string(i);
  }
  Town town("needs: [x]\nrules:\n  - {id: r, topic: t, any: [\"{x} {x} {x}\", feu]}\n",
            {tenant("a", {"p"}, {{"x", many}})});
  ASSERT_EQ(town.problems().size(), 1U);
  EXPECT_THAT(town.problems()[0].text, HasSubstr("more than 20,000 phrases"));
}

TEST(RuleSet, AllProblemsOfAllRulesAreToldWithTheirPlace) {
  Town town(R"(rules:
  - {id: one, topic: t, any: [feu, "!!"]}
  - {id: two, topic: t, any: [feu, "ab*"]}
  - {id: three, topic: t, regex: '.*'}
)");
  ASSERT_EQ(town.problems().size(), 3U) << to_string(town.problems());
  EXPECT_EQ(town.problems()[0].line, 2);
  EXPECT_EQ(town.problems()[0].column, 36);
  EXPECT_EQ(town.problems()[1].line, 3);
  EXPECT_EQ(town.problems()[2].line, 4);
}

TEST(RuleSet, TenThousandRulesCompile) {
  std::string pack = "rules:\n";
  for (int i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    pack += "  - {id: r" + n + ", topic: t" + std::to_string(i % 50) + ", any: [mot" + n +
            ", \"phrase numero " + n + "\", \"tige" + n + "*\"], none: [sauf" + n + "]}\n";
  }
  Town town(pack);
  ASSERT_EQ(town.catalogue().rules.size(), 10'000U);
  EXPECT_THAT(town.fired("mot1234 et phrase numéro 77 et tige9999x"),
              ElementsAre("r9", "r77", "r99", "r999", "r1234", "r9999"));
  EXPECT_THAT(town.fired("mot1234 sauf1234"), IsEmpty());
}

TEST(RuleSet, OurOwnPacksCompile) {
  std::vector<Problem> problems;
  const std::vector<RulePack> packs = read_packs(VIGIE_SOURCE_DIR "/rules/packs", problems);
  ASSERT_THAT(problems, IsEmpty()) << to_string(problems);
  ASSERT_FALSE(packs.empty());
  Tenant all = tenant("a", {}, {{"commune", {"Techniville"}}});
  for (const RulePack& pack : packs) {
    all.packs.push_back(pack.name);
  }
  Town town(packs, {all});
  EXPECT_THAT(to_string(town.problems()), "");
  EXPECT_TRUE(town.fires("Plus d'eau à Techniville depuis 6h !"));
}

}  // namespace
}  // namespace vigie
