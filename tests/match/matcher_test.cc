#include "engine/match/matcher.h"

#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Town one(const std::string& condition) {
  return Town::with_rules("  - {id: r, topic: t, " + condition + "}\n");
}

TEST(Matcher, IgnoresAccentsAndCase) {
  Town town = one(R"(any: ["égout bouché"])");
  EXPECT_TRUE(town.fires("Encore un EGOUT BOUCHE rue des Lilas"));
  EXPECT_TRUE(town.fires("encore un égout, bouché"));
  EXPECT_FALSE(town.fires("un égout pas bouché"));
}

TEST(Matcher, IgnoresTheKindOfApostrophe) {
  Town town = one(R"(any: ["coupure d'eau"])");
  EXPECT_TRUE(town.fires("Coupure d'eau ce matin"));
  EXPECT_TRUE(town.fires("Coupure d’eau ce matin"));
  EXPECT_FALSE(town.fires("coupure deau"));
}

TEST(Matcher, TakesWholeWordsOnly) {
  Town town = one("any: [eau]");
  EXPECT_TRUE(town.fires("l'eau est coupée"));
  EXPECT_FALSE(town.fires("un bateau sur le ruisseau, des eaux"));
}

TEST(Matcher, AStarTakesAnyEnding) {
  Town town = one(R"(any: ["inond*", "fuite* d'eau"])");
  EXPECT_TRUE(town.fires("Rue inondée"));
  EXPECT_TRUE(town.fires("INONDATIONS partout"));
  EXPECT_TRUE(town.fires("inond"));
  EXPECT_FALSE(town.fires("inon"));
  EXPECT_TRUE(town.fires("deux fuites d'eau"));
  EXPECT_TRUE(town.fires("une fuite d'eau"));
  EXPECT_FALSE(town.fires("une fuite de gaz"));
}

TEST(Matcher, AWordMayBeginTwoPhrasesAndEndAThird) {
  Town town = Town::with_rules(R"(
  - {id: short, topic: t, any: [plus]}
  - {id: long, topic: t, any: ["plus d'eau"]}
  - {id: stem, topic: t, any: ["plu* d'eau"]}
  - {id: tail, topic: t, any: ["a plus"]}
)");
  EXPECT_THAT(town.fired("il n'y a plus d'eau"), ElementsAre("short", "long", "stem", "tail"));
  EXPECT_THAT(town.fired("plus de pain"), ElementsAre("short"));
}

TEST(Matcher, SeesHashtagsAsWords) {
  Town town = one(R"(any: ["techniville en colère"])");
  EXPECT_TRUE(town.fires("stop #TechnivilleEnColère"));
}

TEST(Matcher, SeesEmoji) {
  Town town = one("any: [🚨]");
  EXPECT_TRUE(town.fires("🚨 incendie"));
  EXPECT_FALSE(town.fires("🔥 incendie"));
}

TEST(Matcher, IgnoresWordsInsideLinks) {
  Town town = one(R"(any: [incendie, "mairie incendie"])");
  EXPECT_FALSE(town.fires("voir https://example.org/incendie/mairie"));
  EXPECT_TRUE(town.fires("incendie https://example.org/"));
}

TEST(Matcher, NoPhraseCrossesFromTitleToText) {
  Town town = one(R"(any: ["coupure d'eau"])");
  EXPECT_FALSE(town.fires("d'eau demain", "Une coupure"));
  EXPECT_TRUE(town.fires("demain", "Une coupure d'eau"));
}

TEST(Matcher, NoNearCrossesFromTitleToText) {
  Town town = one("near: 5, of: [eau, trouble]");
  EXPECT_FALSE(town.fires("trouble au robinet", "L'eau"));
  EXPECT_TRUE(town.fires("rien", "eau trouble"));
  EXPECT_TRUE(town.fires("de l'eau trouble", "eau"));
}

TEST(Matcher, AllTakesTitleAndTextTogether) {
  Town town = one("all: [eau, trouble]");
  EXPECT_TRUE(town.fires("trouble au robinet", "L'eau"));
  EXPECT_FALSE(town.fires("trouble au robinet"));
}

TEST(Matcher, NearCountsTheWordsBetween) {
  Town town = one("near: 2, of: [eau, {any: [marron, \"pas claire\"]}]");
  EXPECT_TRUE(town.fires("eau marron"));
  EXPECT_TRUE(town.fires("eau un deux marron"));
  EXPECT_FALSE(town.fires("eau un deux trois marron"));
  EXPECT_TRUE(town.fires("marron un deux eau"));
  EXPECT_TRUE(town.fires("eau un deux pas claire"));
  EXPECT_FALSE(town.fires("pas claire un deux trois eau"));
  EXPECT_TRUE(town.fires("eau un deux trois marron eau")) << "any pair will do";
}

TEST(Matcher, NearOfThreeCountsFromFirstToLast) {
  Town town = one("near: 2, of: [feu, rue, lilas]");
  EXPECT_TRUE(town.fires("feu rue des lilas"));
  EXPECT_TRUE(town.fires("lilas rue feu"));
  EXPECT_FALSE(town.fires("feu dans la rue lilas"));
}

TEST(Matcher, NoneExcludes) {
  Town town = one(R"(any: [eau], none: ["eau de Javel", cologne])");
  EXPECT_TRUE(town.fires("de l'eau"));
  EXPECT_FALSE(town.fires("de l'eau de javel"));
  EXPECT_FALSE(town.fires("eau, cologne"));
}

TEST(Matcher, ConditionsNest) {
  Town town = one(
      R"(all: [{any: [feu, {near: 1, of: [fumée, noire]}]}, {none: [barbecue]}, {any: [rue, {all: [place, mairie]}]}])");
  EXPECT_TRUE(town.fires("feu dans la rue"));
  EXPECT_TRUE(town.fires("fumée très noire place de la mairie"));
  EXPECT_FALSE(town.fires("fumée vraiment très noire place de la mairie"));
  EXPECT_FALSE(town.fires("feu, place"));
  EXPECT_FALSE(town.fires("feu du barbecue dans la rue"));
}

TEST(Matcher, ShowsTheOriginalWords) {
  Town town = one(R"(all: ["fuite* d'eau", "école*"])");
  EXPECT_THAT(town.shown("Près de l'ÉCOLE : deux FUITES d’eau !"),
              ElementsAre("ÉCOLE", "FUITES d’eau"));
  EXPECT_THAT(town.shown("école", "Fuite d'eau"), ElementsAre("Fuite d'eau", "école"));
}

TEST(Matcher, ShowsNothingOfWhatDidNotHold) {
  Town town = one("any: [{all: [feu, neige]}, {all: [feu, rue]}], none: [gel]");
  EXPECT_THAT(town.shown("le feu, la rue"), ElementsAre("feu", "rue"));
}

TEST(Matcher, ShowsTheSameWordsOnce) {
  Town town = one("any: [feu, {all: [feu, rue]}]");
  EXPECT_THAT(town.shown("feu rue feu"), ElementsAre("feu", "rue", "feu"));
}

TEST(Matcher, ShowsAtMostSixteenPlaces) {
  Town town = one("any: [feu]");
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "feu ";
  }
  EXPECT_EQ(town.shown(text).size(), Matcher::kMaxSpansPerMatch);
}

TEST(Matcher, NamesTheTokensOfASpan) {
  Town town = one(R"(any: ["plus d'eau"])");
  const Matches& matches = town.match("il n'y a plus d'eau");
  ASSERT_EQ(matches.spans.size(), 1U);
  EXPECT_EQ(matches.spans[0].first_token, 4U);
  EXPECT_EQ(matches.spans[0].last_token, 6U);
}

TEST(Matcher, EqualHashesAreNotEqualWords) {
  Town town = one(R"(any: ["feu vert"])");
  Matcher matcher(town.rules());
  FoldedText folded;
  TextFolder().fold("", "eau vert feu roux feu vert", folded);
  folded.tokens[0].hash = hash_word("feu");
  folded.tokens[3].hash = hash_word("vert");
  Matches matches;
  matcher.match({}, folded, matches);
  ASSERT_EQ(matches.spans.size(), 1U);
  EXPECT_EQ(matches.spans[0].first_token, 4U);
}

TEST(Matcher, AnEmptyTextMatchesNothing) {
  Town town = one(R"(any: [feu], none: [eau])");
  EXPECT_THAT(town.fired(""), IsEmpty());
  EXPECT_THAT(town.fired("", ""), IsEmpty());
}

TEST(Matcher, ForgetsTheTextBefore) {
  Town town = one("all: [feu, rue]");
  EXPECT_TRUE(town.fires("feu rue"));
  EXPECT_FALSE(town.fires("feu"));
  EXPECT_FALSE(town.fires("rue"));
  EXPECT_TRUE(town.fires("rue feu"));
}

TEST(Matcher, ALongHostileTextStaysLinear) {
  Town town = one("near: 1, of: [feu, rue, {any: [lilas, \"feu feu feu feu\"]}], none: [eau]");
  std::string text;
  for (int i = 0; i < 200'000; ++i) {
    text += i % 100 == 50 ? "rue a b c d " : "feu ";
  }
  EXPECT_TRUE(town.fires(text));
  std::string apart;
  for (int i = 0; i < 200'000; ++i) {
    apart += "feu a b c d e rue a b c d e lilas a b c d e ";
  }
  EXPECT_FALSE(town.fires(apart));
}

}  // namespace
}  // namespace vigie
