#include "engine/match/rule_lint.h"

#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string told(const std::string& rules) {
  return to_string(Town("rules:\n" + rules).problems());
}

TEST(RuleLint, RefusesToSortAuthorsByWhatTheLawProtects) {
  for (const std::string name :
       {"topic: religion_auteur", "topic: auteurs_musulmans", "topic: \"Militants d'opposition\"",
        "topic: t, title: \"Auteurs de confession juive\"", "topic: comptes d'extrême droite",
        "topic: adhérents syndicat", "topic: utilisateurs homosexuels", "topic: profils malades",
        "tone: 5, title: Militants CGT", "topic: authors by ethnic origin"}) {
    EXPECT_THAT(told("  - {id: r, " + name + ", any: [x]}\n"), HasSubstr("RGPD, article 9"))
        << name;
  }
  EXPECT_THAT(told("  - {id: auteurs.musulmans, topic: t, any: [x]}\n"), HasSubstr("p.yaml:2:5"));
}

TEST(RuleLint, LetsMattersOfATownBe) {
  for (const std::string topic :
       {"santé", "centre de santé", "syndicat des eaux", "cimetière musulman", "droits d'auteur",
        "handicap et accessibilité", "opposition municipale", "racisme", "église Saint-Éloi",
        "utilisateurs de la piscine", "permanence juridique des étrangers"}) {
    EXPECT_EQ(told("  - {id: r, topic: \"" + topic + "\", any: [x]}\n"), "") << topic;
  }
}

TEST(RuleLint, OnlyAWatchRuleMayNameAuthors) {
  EXPECT_EQ(told("  - {id: r, watch: true, query: 'conseil AND author:mairie'}\n"), "");
  for (const std::string kind : {"topic: t", "tone: 5", "urgency: 300", "abuse: 300"}) {
    EXPECT_THAT(told("  - {id: r, " + kind + ", query: 'conseil NOT (x author:dupont)'}\n"),
                HasSubstr("only a watch rule may name authors"))
        << kind;
  }
}

TEST(RuleLint, AnOwnPackFollowsNobodyButTheTown) {
  Town shared("rules:\n  - {id: r, watch: true, query: 'conseil AND (x OR author:dupont)'}\n");
  RulePack own = shared.packs().front();
  own.name = "own/a";
  Tenant town = tenant("a", {"own/a"});
  EXPECT_THAT(to_string(Town({own}, {town}).problems()), HasSubstr("must not follow people"));
  town.official_accounts = {{"mastodon", "mairie"}};
  const Town refused({own}, {town});
  ASSERT_EQ(refused.problems().size(), 1U);
  EXPECT_EQ(refused.problems()[0].line, 2);
  EXPECT_THAT(refused.problems()[0].text, HasSubstr("'dupont' is not an official account"));
  town.official_accounts.push_back({"mastodon", "dupont"});
  EXPECT_THAT(Town({own}, {town}).problems(), IsEmpty());
}

std::string doubts(const Town& town, const std::vector<Tenant>& tenants) {
  EXPECT_THAT(town.problems(), IsEmpty()) << to_string(town.problems());
  return to_string(find_doubtful_rules(town.packs(), tenants, TextFolder::fold_phrase));
}

TEST(RuleLint, DoubtsRulesThatHoldForEverything) {
  const std::vector<Tenant> tenants = {tenant("a", {"p"}, {{"commune", {"Paris", "Y"}}})};
  const auto told_of = [&](const std::string& condition) {
    const Town town("needs: [commune]\nrules:\n  - {id: r, topic: t, " + condition + "}\n",
                    tenants);
    return doubts(town, tenants);
  };
  EXPECT_THAT(told_of("any: [incendie, Le]"), HasSubstr("p.yaml:3:5: rule 'r' holds for about"));
  EXPECT_THAT(told_of("any: [\"{commune}\"]"), HasSubstr("'Y' is enough")) << "a village's name";
  EXPECT_THAT(told_of("query: 'le AND (de OR feu) NOT eau'"), HasSubstr("'le' is enough"));
  EXPECT_THAT(told_of("query: 'le NEAR/5 NOT feu'"), HasSubstr("'le' is enough"));
  EXPECT_THAT(told_of("query: 'le AND lang:fr'"), HasSubstr("'le' is enough"));
  EXPECT_EQ(told_of("query: 'le AND feu'"), "");
  EXPECT_EQ(told_of("query: 'le NEAR/5 feu'"), "");
  EXPECT_EQ(told_of("any: [\"il y a\", \"mairie de {commune}\"], none: [le]"), "");
}

TEST(RuleLint, DoubtsAuthorsWhoAreNotTheTown) {
  const Town town("rules:\n  - {id: r, watch: true, query: 'conseil author:dupont'}\n");
  std::vector<Tenant> tenants = {tenant("a", {"p"})};
  EXPECT_EQ(doubts(town, tenants), "") << "nobody said which accounts are the town's";
  tenants[0].official_accounts = {{"mastodon", "mairie"}};
  EXPECT_THAT(doubts(town, tenants), HasSubstr("'dupont' is not an official account"));
  tenants[0].official_accounts.push_back({"mastodon", "dupont"});
  EXPECT_EQ(doubts(town, tenants), "");
}

}  // namespace
}  // namespace vigie
