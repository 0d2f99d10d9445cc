#include <gmock/gmock.h>

#include "tests/match/town.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

/// As a YAML scalar.
std::string yaml(std::string_view text) {
  std::string scalar = "'";
  for (const char c : text) {
    scalar += c == '\'' ? "''" : std::string(1, c);
  }
  return scalar + "'";
}
std::string rule(std::string_view query, const std::string& id = "r") {
  return "  - {id: " + id + ", topic: t, query: " + yaml(query) + "}\n";
}
Town query(std::string_view text) { return Town::with_rules(rule(text)); }
std::string refused(std::string_view text) { return refusal(rule(text)); }

TEST(Query, AndOrNotAndParentheses) {
  Town town = query("(fuite OR coupure) AND eau NOT javel");
  EXPECT_TRUE(town.fires("une fuite d'eau"));
  EXPECT_TRUE(town.fires("de l'eau, quelle coupure"));
  EXPECT_FALSE(town.fires("une fuite"));
  EXPECT_FALSE(town.fires("de l'eau"));
  EXPECT_FALSE(town.fires("fuite d'eau de Javel"));
}

TEST(Query, ASpaceIsAnd) {
  Town town = query("fuite eau");
  EXPECT_TRUE(town.fires("de l'eau par une fuite"));
  EXPECT_FALSE(town.fires("de l'eau"));
}

TEST(Query, AndBindsCloserThanOr) {
  Town town = query("feu OR fuite eau");
  EXPECT_TRUE(town.fires("le feu"));
  EXPECT_TRUE(town.fires("fuite d'eau"));
  EXPECT_FALSE(town.fires("de l'eau"));
}

TEST(Query, SmallLettersAreWords) {
  Town town = query("eau or gaz");
  EXPECT_FALSE(town.fires("l'eau"));
  EXPECT_TRUE(town.fires("gaz or eau"));
}

TEST(Query, QuotedWordsStandInARow) {
  Town town = query(R"("Plus d'eau")");
  EXPECT_THAT(town.shown("il n'y a PLUS D’EAU !"), ElementsAre("PLUS D’EAU"));
  EXPECT_FALSE(town.fires("plus de cette eau"));
  EXPECT_TRUE(query("« coupure d'eau »").fires("coupure d'eau"));
  EXPECT_TRUE(query("“coupure d'eau”").fires("coupure d'eau"));
}

TEST(Query, NearIsEitherWayRound) {
  Town town = query("eau NEAR/2 (marron OR \"pas claire\")");
  EXPECT_TRUE(town.fires("eau un deux marron"));
  EXPECT_TRUE(town.fires("pas claire un deux eau"));
  EXPECT_FALSE(town.fires("eau un deux trois marron"));
}

TEST(Query, OnearKeepsTheOrder) {
  Town town = query("maire ONEAR/1 démission");
  EXPECT_TRUE(town.fires("Maire : DÉMISSION"));
  EXPECT_TRUE(town.fires("maire, vite démission"));
  EXPECT_FALSE(town.fires("démission du maire"));
  EXPECT_FALSE(town.fires("maire a b demission"));
  EXPECT_TRUE(town.fires("démission maire x démission"));
}

TEST(Query, AChainCountsFromTheFirstToTheLast) {
  Town town = query("feu ONEAR/2 rue ONEAR/2 lilas");
  EXPECT_TRUE(town.fires("feu rue des lilas"));
  EXPECT_TRUE(town.fires("feu feu rue des lilas")) << "from the last feu there is";
  EXPECT_FALSE(town.fires("feu dans la rue des lilas"));
  EXPECT_FALSE(town.fires("rue feu lilas"));
  EXPECT_TRUE(query("feu NEAR/2 rue NEAR/2 lilas").fires("lilas rue feu"));
}

TEST(Query, SentenceHoldsWithinOne) {
  Town town = query("eau SENTENCE trouble");
  EXPECT_TRUE(town.fires("Bonjour. Cette eau du robinet est vraiment trouble ! Merci."));
  EXPECT_FALSE(town.fires("De l'eau. C'est trouble."));
  EXPECT_FALSE(town.fires("trouble", "l'eau"));
  EXPECT_TRUE(town.fires("rien", "l'eau trouble"));
}

TEST(Query, NearNotLeavesHomonymsOut) {
  Town town = query(R"("Saint-Denis" NEAR/2 NOT (rue OR basilique))");
  EXPECT_FALSE(town.fires("la rue de Saint-Denis"));
  EXPECT_FALSE(town.fires("Saint-Denis et sa basilique"));
  EXPECT_TRUE(town.fires("à Saint-Denis"));
  EXPECT_THAT(town.shown("rue Saint-Denis, dans la belle ville de saint denis"),
              ElementsAre("saint denis"))
      << "one that is no homonym is enough";
  EXPECT_FALSE(query("maire ONEAR/0 NOT adjoint").fires("maire adjoint"));
  EXPECT_TRUE(query("maire ONEAR/0 NOT adjoint").fires("adjoint maire"));
  EXPECT_FALSE(query("eau SENTENCE NOT javel").fires("Bonjour. De l'eau, de la Javel."));
  EXPECT_TRUE(query("eau SENTENCE NOT javel").fires("De l'eau. De la Javel."));
}

TEST(Query, WildcardsAtTheEndAndInside) {
  Town town = query("inc*die* OR r?seau OR inond*");
  EXPECT_THAT(town.shown("INCENDIES près du Réseau, rue inondée"),
              ElementsAre("INCENDIES", "Réseau", "inondée"));
  EXPECT_FALSE(town.fires("incident roseaux inon rseau"));
  EXPECT_TRUE(town.fires("des roseau"));
  EXPECT_TRUE(query("\"fuite* d'ea?x\"").fires("fuites d'eaux"));
  EXPECT_TRUE(query("«école fer*ée»").fires("École fermée"));
  EXPECT_TRUE(
      Town::with_rules("  - {id: r, topic: t, any: ['ça va ?', 'inc*die']}\n").fires("ça va"))
      << "a question mark behind a word is none";
}

TEST(Query, HashtagsAreCutAsInTexts) {
  EXPECT_TRUE(query("#AvilleEnColère").fires("Stop ! #AvilleEnColere"));
  EXPECT_TRUE(query("#AvilleEnColère").fires("Aville en colère"));
  EXPECT_TRUE(query("\"#AvilleEnColère inc*die\"").fires("#AvilleEnColère incendie"));
}

TEST(Query, OneLetterIsALetterNotAByte) {
  Town town = query("ми?ский OR ми*д*ый");
  EXPECT_TRUE(town.fires("минский"));
  EXPECT_FALSE(town.fires("миский"));
  EXPECT_TRUE(town.fires("миоидный"));
}

TEST(Query, RegexStandsBetweenSlashes) {
  Town town = query(R"(/fuites? (d.eau|de gaz\/eau)/ AND rue)");
  EXPECT_THAT(town.shown("Fuite d'eau, rue des Lilas"), ElementsAre("Fuite d'eau", "rue"));
  EXPECT_TRUE(town.fires("rue, fuites de gaz/eau"));
  EXPECT_FALSE(town.fires("fuite de vin, rue"));
}

TEST(Query, TitleAndTextAreApart) {
  Town town = query("title:incendie AND text:(\"rue des lilas\" OR école)");
  EXPECT_THAT(town.shown("une école", "Incendie"), ElementsAre("Incendie", "école"));
  EXPECT_FALSE(town.fires("incendie, école"));
  EXPECT_FALSE(town.fires("rien", "incendie, école"));
  EXPECT_THAT(query("title:eau OR eau").shown("eau"), ElementsAre("eau"));
  EXPECT_TRUE(query("title:(eau NEAR/1 trouble)").fires("", "eau trouble"));
  EXPECT_FALSE(query("title:(eau NEAR/1 trouble)").fires("eau trouble"));
}

TEST(Query, NamesAndMacrosAreFilledIn) {
  Town town(R"pack(
needs: [commune]
lists: {alarme: [feu, incendie]}
macros:
  fuite: 'fuite NEAR/3 (eau OR canalisation)'
  panne: '{fuite} OR {alarme}'
rules:
  - {id: a, topic: t, query: '{panne} AND "mairie de {commune}"'}
  - {id: b, topic: t, any: ["{fuite}", {query: '{commune} ONEAR/0 plage'}]}
)pack",
            {tenant("x", {"p"}, {{"commune", {"Brest", "Saint-Éloi"}}})});
  EXPECT_THAT(town.fired("feu à la mairie de saint eloi"), ElementsAre("a"));
  EXPECT_THAT(town.fired("fuite de canalisation, mairie de Brest"), ElementsAre("a", "b"));
  EXPECT_THAT(town.fired("Brest-plage"), ElementsAre("b"));
}

TEST(Query, StandsWhereverAConditionMay) {
  Town town = Town::with_rules(
      "  - {id: r, topic: t, any: [feu, {query: 'fuite AND eau'}], none: [{query: 'eau NEAR/1 "
      "javel'}]}\n");
  EXPECT_TRUE(town.fires("fuite d'eau"));
  EXPECT_TRUE(town.fires("feu"));
  EXPECT_FALSE(town.fires("feu, eau de javel"));
}

/// Whether a watch rule `eau AND <filter>` holds for a mention.
bool passes(const std::string& filter, const Mention& mention) {
  Town town =
      Town::with_rules("  - {id: r, watch: true, query: " + yaml("eau AND " + filter) + "}\n");
  Matcher matcher(town.rules());
  FoldedText folded;
  TextFolder().fold("", "eau", folded);
  Matches matches;
  matcher.match(mention, folded, matches);
  return !matches.matches.empty();
}

TEST(Query, FiltersReadTheOtherFields) {
  Mention mention;
  mention.text = "eau";
  mention.source = "mastodon";
  mention.language = "fr";
  mention.author = {"lea@example.org", "Léa Martin", "", 1500};
  mention.place.name = "Saint-Éloi, Finistère";
  mention.kind = Kind::kReview;
  mention.in_reply_to = "7";
  mention.rating = 2;
  for (const char* filter :
       {"source:Mastodon", "lang:fr", "author:lea@example.org", "author:@lea@example.org",
        "author:\"LEA MARTIN\"", "place:\"saint eloi\"", "kind:review", "is:reply",
        "followers:>1000", "followers:>=1500", "followers:1500", "rating:<3", "rating:<=2",
        "NOT source:x", "(is:repost OR is:reply)"}) {
    EXPECT_TRUE(passes(filter, mention)) << filter;
  }
  for (const char* filter :
       {"source:facebook", "lang:en", "author:martin", "place:eloi-sur-mer", "kind:post",
        "is:repost", "followers:<1500", "followers:>1500", "rating:>2", "NOT is:reply"}) {
    EXPECT_FALSE(passes(filter, mention)) << filter;
  }
  EXPECT_FALSE(passes("rating:<3", {})) << "no stars are no bad stars";
}

TEST(Query, WhatIsNotThereDoesNotDecideAlone) {
  Town town = query("eau AND (coupure OR NOT javel)");
  EXPECT_TRUE(town.fires("eau"));
  EXPECT_TRUE(town.fires("eau de javel, coupure"));
  EXPECT_FALSE(town.fires("eau de javel"));
}

TEST(Query, SpansAreBytesOfTheOriginal) {
  Town town = query("école NEAR/1 fermée");
  const Matches& matches = town.match("😱 L’ÉCOLE est fermée");
  ASSERT_EQ(matches.spans.size(), 2U);
  EXPECT_EQ(matches.spans[0].span, (Span{Field::kText, 9, 15}));
  EXPECT_EQ(matches.spans[1].span, (Span{Field::kText, 20, 27}));
}

TEST(Query, EveryFaultIsMarked) {
  struct Fault {
    std::string_view query, told, mark;
  };
  for (const Fault& fault : std::vector<Fault>{
           {"eau AND (fuite OR", "ends where a word",
            "\n    eau AND (fuite OR\n                     ^"},
           {"é AND (fuite", "'(' is not closed", "\n    é AND (fuite\n          ^"},
           {"e\xcc\x81 fuite)", "closes nothing", ")\n           ^"},
           {"eau OR OR feu", "a group should stand", "\n           ^"},
           {"eau \"fuite", "mark is not closed", "\n        ^"},
           {"eau \" \"", "nothing stands between", "\n        ^"},
           {"eau /fuite", "no closing '/'", "\n        ^"},
           {"eau //", "between these slashes", "\n        ^"},
           {"eau NEAR feu", "write NEAR/3", "\n        ^"},
           {"eau near/3 feu", "capitals: NEAR/3", "\n        ^"},
           {"eau NEAR/101 feu", "from 0 to 100", "\n        ^"},
           {"eau NEAR/x feu", "from 0 to 100", "\n        ^"},
           {"eau NEAR/3 feu NEAR/2 rue", "share one operator", "\n                   ^"},
           {"eau NEAR/3 (feu AND rue)", "stand words", "\n                ^"},
           {"eau NEAR/3 source:x", "stand words", "\n               ^"},
           {"NOT NOT eau", "leave both away", "\n        ^"},
           {"eau OU feu", "written OR", "\n        ^"},
           {"eau -feu", "write NOT", "\n        ^"},
           {"http://x.org", "no filter 'http'", "\n    ^"},
           {"eau followers:many", "a whole number", "\n        ^"},
           {"eau kind:tweet", "takes post, reply", "\n        ^"},
           {"eau is:old", "reply or repost", "\n        ^"},
           {"eau source: x", "needs a value", "\n        ^"},
           {"eau title:/feu de/", "in 'title:'", "\n        ^"},
           {"eau title: feu", "right behind it", "\n        ^"},
           {"eau {lieu}", "{lieu} is neither", "\n        ^"},
           {"eau {lieu", "not closed", "\n        ^"},
           {"eau *bus", "behind the beginning of a word", "\n        ^"},
           {"eau a*b", "three letters", "\n        ^"},
           {"eau !!", "needs a word", "\n        ^"},
           {"eau /x*/", "no literal", "\n        ^"},
           {"eau OR NOT feu", "add a word or phrase with AND", "\n           ^"},
           {"NOT feu", "add a word or phrase with AND", "\n    ^"},
           {"lang:fr source:x", "add a word or phrase with AND", "\n    ^"},
           {"", "is empty", "\n    ^"}}) {
    const std::string text = refused(fault.query);
    EXPECT_THAT(text, HasSubstr(fault.told)) << fault.query;
    EXPECT_THAT(text, EndsWith(fault.mark)) << fault.query << '\n' << text;
  }
}

TEST(Query, AFaultIsShownInItsOwnLine) {
  const Town town = Town::with_rules(
      "  - id: r\n    topic: t\n    query: |\n      eau AND\n      feu) OR\n      rue\n");
  ASSERT_EQ(town.problems().size(), 1U);
  EXPECT_EQ(town.problems()[0].line, 4);
  EXPECT_THAT(town.problems()[0].text, EndsWith("\n    feu) OR\n       ^"));
}

TEST(Query, ALongLineIsShownAroundTheFault) {
  std::string text = "eau";
  for (int i = 0; i < 100; ++i) {
    text += " OR é" + std::to_string(i);
  }
  const std::string told = refused(text + " OR ) " + text);
  EXPECT_LT(told.size(), 400U);
  EXPECT_THAT(told, HasSubstr("    …"));
}

TEST(Query, BoundsAreToldNotMet) {
  const std::string deep(20'000, '(');
  EXPECT_THAT(refused(deep + "eau" + std::string(20'000, ')')), HasSubstr("at most 50 deep"));
  EXPECT_THAT(refused(std::string(1U << 20, 'a')), HasSubstr("65,536 bytes"));
  EXPECT_THAT(refused("/(((eau{100}){100}){100})/"), HasSubstr("regular expression"));
  EXPECT_THAT(refused("/eau(.{900}){0,1}(é|x.{900})/"), testing::Not(IsEmpty()));
}

TEST(Query, MacrosThatMultiplyAreRefused) {
  std::string pack = "macros:\n  m0: 'feu OR eau'\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "{m" + std::to_string(i - 1) + "}";
    pack +=
        "  m" + std::to_string(i) + ": '(" + before + " AND feu) OR (" + before + " AND eau)'\n";
  }
  const Town town(pack + "rules: []\n");
  ASSERT_FALSE(town.problems().empty());
  EXPECT_THAT(town.problems()[0].text, HasSubstr("more than 20,000 parts"));
  std::string deep = "macros:\n  m0: 'feu'\n";
  for (int i = 1; i < 400; ++i) {
    deep += "  m" + std::to_string(i) + ": 'eau NOT (rue NOT {m" + std::to_string(i - 1) + "})'\n";
  }
  const Town tower(deep + "rules: []\n");
  ASSERT_FALSE(tower.problems().empty());
  EXPECT_THAT(tower.problems()[0].text, HasSubstr("nests too deep"));
}

TEST(Query, MacrosInManyPlacesAreBounded) {
  std::string words = "feu";
  for (int i = 0; i < 5'000; ++i) {
    words += " OR w" + std::to_string(i);
  }
  std::string pack = "macros: {m: '" + words + "'}\nrules:\n  - {id: r, topic: t, any: [";
  for (int i = 0; i < 200; ++i) {
    pack += "'{m}', ";
  }
  const Town town(pack + "feu]}\n");
  ASSERT_FALSE(town.problems().empty());
  EXPECT_THAT(town.problems()[0].text, HasSubstr("more than 500000 parts"));
}

TEST(Query, AMacroStandsAlone) {
  const Town town("macros: {m: 'feu AND eau'}\nrules:\n" + rule("\"rue {m}\""));
  EXPECT_THAT(to_string(town.problems()), HasSubstr("stands alone"));
  const Town near("macros: {m: 'feu AND eau'}\nrules:\n" + rule("rue NEAR/2 {m}"));
  EXPECT_THAT(to_string(near.problems()), HasSubstr("stand words"));
  const Town twice("lists: {m: [a]}\nmacros: {m: 'feu'}\nrules: []\n");
  EXPECT_THAT(to_string(twice.problems()), HasSubstr("already a list"));
}

TEST(Query, TooManyShortPatternsAreRefused) {
  std::string pack = "rules:\n";
  for (int i = 0; i < 1'001; ++i) {
    pack += rule("r?seau" + std::to_string(i), "r" + std::to_string(i));
  }
  const Town town(pack);
  ASSERT_EQ(town.problems().size(), 1U);
  EXPECT_THAT(town.problems()[0].text, HasSubstr("more than 1000 words"));
}

TEST(Query, ATownsOwnPackHasAShareOfShortPatternsForItself) {
  const auto pack = [](const std::string& name, int count) {
    std::string rules;
    for (int i = 0; i < count; ++i) {
      rules += rule("r?" + name + std::to_string(i), name + std::to_string(i));
    }
    RulePack made = Town("rules:\n" + rules).packs().front();
    made.name = name;
    return made;
  };
  RulePack shared = pack("seau", 1'000), one = pack("ville", 20), two = pack("gion", 21);
  one.name = "own/a";
  const std::vector<Tenant> towns = {tenant("a", {"seau", "own/a"}), tenant("b", {"own/b"})};
  two.name = "own/b";
  const Town town({shared, one, two}, towns);
  ASSERT_EQ(town.problems().size(), 1U);
  EXPECT_THAT(town.problems()[0].text, HasSubstr("more than 20 words in one town's own pack"));
  two.rules.pop_back();
  EXPECT_THAT(to_string(Town({shared, one, two}, towns).problems()), "");
}

TEST(Query, HostileTextsStayLinear) {
  Town town = Town::with_rules(
      rule("feu ONEAR/1 rue ONEAR/1 lilas", "a") + rule("feu SENTENCE lilas", "b") +
      rule("feu NEAR/3 NOT (feu OR rue)", "c") + rule("f?u*u*u*u*u*x", "d"));
  std::string text;
  for (int i = 0; i < 200'000; ++i) {
    text += i % 3 == 2 ? "rue " : "feu ";
  }
  EXPECT_THAT(town.fired(text), IsEmpty());
  EXPECT_THAT(town.fired(std::string(1U << 20, 'u').replace(0, 2, "fe")), IsEmpty());
}

}  // namespace
}  // namespace vigie
