#include "engine/alert/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/alert/judged.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string repeated(std::string_view piece, std::size_t times) {
  std::string all;
  while (times-- != 0) {
    all += piece;
  }
  return all;
}

std::vector<std::string> marked(const Alert& alert) {
  std::vector<std::string> passages;
  for (const Alert::Mark& mark : alert.marks) {
    passages.push_back(alert.quote.substr(mark.start, mark.end - mark.start));
  }
  return passages;
}

/// Bytes that are not UTF-8 are written as U+FFFD.
bool is_utf8(const Alert& alert) {
  return to_json(alert).find("\xEF\xBF\xBD") == std::string::npos;
}

TEST(Describe, AShortTextIsQuotedWhole) {
  Judged judged("Mon voisin hurle qu'on va brûler sa voiture, venez vite");
  judged.because(Axis::kUrgency, "menace.violence", "brûler sa voiture");
  const Alert alert = judged.alert();
  EXPECT_EQ(alert.quote, judged.record.mention.text);
  EXPECT_THAT(marked(alert), ElementsAre("brûler sa voiture"));
}

TEST(Describe, ALongTextIsCutAroundWhatMadeItUrgent) {
  for (std::size_t lead = 0; lead < 8; ++lead) {
    const std::string text = repeated("x", lead) + repeated("é😱", 400) + " fuite de gaz " +
                             repeated("à", 900) + repeated("y", lead);
    Judged judged(text);
    judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz");
    const Alert alert = judged.alert();
    EXPECT_LE(alert.quote.size(), Alert::kMaxQuoteBytes);
    EXPECT_GE(alert.quote.size(), Alert::kMaxQuoteBytes - 8);
    EXPECT_THAT(marked(alert), ElementsAre("fuite de gaz")) << lead;
    EXPECT_TRUE(is_utf8(alert)) << lead;
  }
}

TEST(Describe, APassageAtTheVeryEndOfALongTextIsShown) {
  Judged judged(repeated("ù", 1000) + "fuite de gaz");
  judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz");
  EXPECT_THAT(marked(judged.alert()), ElementsAre("fuite de gaz"));
  EXPECT_THAT(judged.alert().quote, testing::EndsWith("fuite de gaz"));
}

TEST(Describe, MarksExactlyThePassagesThatDecide) {
  Judged judged("Bonjour, plus d'eau potable, un bébé malade, sales menteurs, c'est nul");
  judged.because(Axis::kWatch, "veille.commune", "Bonjour", 0)
      .about("eau", "eau.reseau", "eau potable")
      .because(Axis::kTone, "lexicon.fr.nul", "nul", -400)
      .because(Axis::kUrgency, "urgence.malade", "bébé malade")
      .because(Axis::kUrgency, "urgence.rien", "plus", 0)
      .because(Axis::kAbuse, "abus.menteur", "menteurs", 130);
  EXPECT_THAT(marked(judged.alert()), ElementsAre("bébé malade", "menteurs"));
  std::vector<std::string> rules;
  for (const Alert::Reason& reason : judged.alert().reasons) {
    rules.push_back(reason.rule);
  }
  EXPECT_THAT(rules, ElementsAre("urgence.malade", "abus.menteur"));
}

TEST(Describe, PassagesThatOverlapAreOneMark) {
  Judged judged("ça sent le gaz dans toute la rue");
  judged.because(Axis::kUrgency, "a", "sent le gaz")
      .because(Axis::kUrgency, "b", "gaz dans toute")
      .because(Axis::kUrgency, "c", "le");
  EXPECT_THAT(marked(judged.alert()), ElementsAre("sent le gaz dans toute"));
}

TEST(Describe, ATopicsIncidentIsTheOneWhoseWordsStandNearestToTheDanger) {
  Judged judged("La piscine est belle. Mais rue Verrerie le trottoir s'effondre, un blessé !");
  judged.about("sport", "sport.equipements", "piscine")
      .about("voirie", "voirie.chaussee", "trottoir")
      .because(Axis::kUrgency, "urgence.blesse", "blessé");
  EXPECT_EQ(judged.sighting().subject, "voirie");
}

TEST(Describe, WithoutATopicTheHeaviestRuleNamesTheIncident) {
  Judged judged("On va te tuer ce soir");
  judged.because(Axis::kUrgency, "urgence.maintenant", "ce soir", 120)
      .because(Axis::kUrgency, "menace.mort", "tuer", 600);
  EXPECT_EQ(judged.sighting().subject, "menace.mort");
}

TEST(Describe, ARepostIsSeenByItsKindOrByWhatItRepeats) {
  Judged by_kind("x");
  by_kind.record.mention.kind = Kind::kRepost;
  EXPECT_TRUE(by_kind.sighting().repost);
  Judged by_origin("x");
  by_origin.record.mention.repost_of = "12";
  EXPECT_TRUE(by_origin.sighting().repost);
  EXPECT_FALSE(Judged("x").sighting().repost);
}

TEST(Describe, NobodyIsNamed) {
  Judged judged("@jean.dupont et @marie@social.example : fuite de gaz chez @Hélène_Roux !",
                "@jean.dupont alerte");
  judged.record.mention.author = {"u-4711", "Lucie Martin", "https://example.org/lucie", 12};
  judged.record.has_author = true;
  judged.record.author.fill(0xab);
  judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz chez @Hélène_Roux")
      .because(Axis::kAbuse, "abus.nom", "Hélène_Roux", 300)
      .because(Axis::kAbuse, "abus.titre", "dupont alerte", 300);
  judged.record.verdict.evidence.back().span = {Field::kTitle, 6, 19};
  const Alert alert = judged.alert();
  const std::string json = to_json(alert);
  for (const char* name : {"jean", "dupont", "marie", "social", "Roux", "ène", "4711", "Lucie",
                           "lucie", "abab", "\xab\xab"}) {
    EXPECT_THAT(json, Not(HasSubstr(name)));
  }
  EXPECT_EQ(alert.quote.size(), judged.record.mention.text.size()) << "marks would slip";
  EXPECT_THAT(alert.quote, HasSubstr("fuite de gaz chez @"));
  EXPECT_EQ(alert.title, "@*********** alerte");
}

TEST(Describe, AHandleThatTheCutGoesThroughStaysMasked) {
  const std::string name = "@" + repeated("a", 40) + "_dupont";
  for (std::size_t between = 60; between < 120; ++between) {
    Judged judged(repeated("x ", 400) + name + repeated(" ", between) + "fuite de gaz" +
                  repeated(" y", 400));
    judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz");
    EXPECT_THAT(judged.alert().quote, Not(HasSubstr("dupont"))) << between;
    EXPECT_THAT(judged.alert().quote, Not(HasSubstr("aa"))) << between;
  }
}

TEST(Describe, ALongTitleIsCutToo) {
  Judged judged("fuite de gaz", repeated("é", 5000));
  judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz");
  EXPECT_LE(judged.alert().title.size(), Alert::kMaxQuoteBytes);
  EXPECT_TRUE(is_utf8(judged.alert()));
}

TEST(Describe, PassagesThatOnlySpacesPartAreOneMarkAndOnePassage) {
  Judged judged("La vidéo du maire : 200 000  vues, et la honte, la honte");
  judged.because(Axis::kUrgency, "crise.viral", "000", 174)
      .because(Axis::kUrgency, "crise.viral", "vues", 173)
      .because(Axis::kUrgency, "crise.viral", "honte", 173);
  const Alert alert = judged.alert();
  EXPECT_THAT(marked(alert), ElementsAre("000  vues", "honte"));
  ASSERT_EQ(alert.reasons.size(), 1U) << "a rule is one reason, whatever its passages";
  EXPECT_EQ(alert.reasons[0].text, "000  vues … honte");
  EXPECT_EQ(alert.reasons[0].weight, 520);
}

TEST(Describe, TheHeadlineIsTheTitleOfTheRuleThatWeighsMost) {
  Judged judged("Fuite de gaz à l'école, ça brûle, venez vite");
  judged.about("écoles", "ecole.scolaire", "école")
      .because(Axis::kUrgency, "urgence.appel", "venez vite", 240)
      .because(Axis::kUrgency, "gaz.odeur", "Fuite", 200)
      .because(Axis::kUrgency, "gaz.odeur", "gaz", 200)
      .titled("urgence.appel", "Appel à l'aide")
      .titled("gaz.odeur", "Odeur ou fuite de gaz");
  const Alert alert = judged.alert({"écoles@2026-10-14T06:14:02Z", Urgency::kHigh});
  EXPECT_EQ(alert.headline, "Odeur ou fuite de gaz");
  EXPECT_EQ(alert.subject, "écoles");
  EXPECT_EQ(alert.topic, "écoles");
  EXPECT_EQ(alert.reasons[0].title, "Appel à l'aide");
}

TEST(Describe, WhatATownsOwnRulesFoundDoesNotDecideTheSubject) {
  Judged judged("La piscine a un garage à vélos, fuite de gaz");
  judged.about("loisirs", "loisirs.piscine", "piscine")
      .about("vélo", "velo.garage", "La")
      .because(Axis::kTopic, "local.autreville.velo", "garage à vélos", 0)
      .because(Axis::kUrgency, "gaz.odeur", "fuite de gaz");
  judged.rule_of("local.autreville.velo", "vélo");
  EXPECT_EQ(judged.sighting().subject, "loisirs") << "another town's words stand nearer";
  EXPECT_EQ(judged.alert().topic, "loisirs");
}

TEST(Describe, WithoutATitleTheSubjectIsTheHeadline) {
  Judged judged("fuite de gaz");
  judged.because(Axis::kUrgency, "gaz.odeur", "fuite de gaz");
  EXPECT_EQ(judged.alert({"gaz.odeur@2026-10-14T06:14:02Z", Urgency::kHigh}).headline, "gaz.odeur");
  EXPECT_EQ(judged.alert().topic, "");
}

TEST(Describe, SaysWhatWhereWhenAndUnderWhichRules) {
  Judged judged("fuite de gaz");
  judged.record.mention.place.name = "rue Verrerie";
  judged.because(Axis::kUrgency, "urgence.gaz", "fuite de gaz", 620);
  const Alert alert =
      judged.alert({"risques@2026-10-14T06:00:00Z", Urgency::kCritical, News::kRisen, 4});
  EXPECT_EQ(alert.subject, "risques");
  EXPECT_EQ(alert.level, Urgency::kCritical);
  EXPECT_EQ(alert.news, News::kRisen);
  EXPECT_EQ(alert.mentions, 4U);
  EXPECT_EQ(alert.mention, "20740-12");
  EXPECT_EQ(alert.tenant_name, "Techniville");
  EXPECT_EQ(alert.time_zone, "Europe/Paris");
  EXPECT_EQ(alert.place, "rue Verrerie");
  EXPECT_EQ(alert.source, "mastodon");
  EXPECT_EQ(alert.ruleset, "00c0ffee00c0ffee");
  ASSERT_EQ(alert.reasons.size(), 1U);
  EXPECT_EQ(alert.reasons[0].text, "fuite de gaz");
  EXPECT_EQ(alert.reasons[0].weight, 620);
  EXPECT_EQ(alert.created_at, at("2026-10-14T06:13:50Z"));
  EXPECT_EQ(alert.received_at, at("2026-10-14T06:14:02Z"));
  EXPECT_EQ(alert.raised_at, at("2026-10-14T06:14:03Z"));
}

}  // namespace
}  // namespace vigie
