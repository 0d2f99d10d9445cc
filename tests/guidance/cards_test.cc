#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/guidance/draft.h"
#include "tests/temp_folder.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPack = R"(pack: municipal_fr
variables: {site: "", telephone: "01 23"}
greetings: {default: "Bonjour,"}
signature: "La mairie de {commune}"
cards:
  - id: eau
    title: Coupure d'eau
    rules: [eau.sans]
    topics: [eau]
    first: ["Appeler la régie."]
    facts: ["Appelez le {telephone}.", "Tout est sur {site}."]
    avoid: ["Pas d'heure."]
    reply: "Nous savons."
    links: [{title: Réseau, url: "{site}/eau"}, {title: Analyses, url: "https://eau.example/"}]
    valid_until: 2026-10-31
  - id: menace
    title: Menace
    rules: [menace.*]
)";

/// A folder of cards, for two towns of one pack.
class Cards : public testing::Test {
 protected:
  Cards() {
    towns_.resize(2);
    towns_[0].id = "techniville";
    towns_[0].name = "Techniville";
    towns_[1].id = "autreville";
    towns_[1].name = "Autreville";
    towns_[0].packs = towns_[1].packs = {"municipal_fr"};
    known_.rules = {"eau.sans", "menace.arme", "menace.violence"};
    known_.topics = {"eau", "voirie"};
  }

  CardBook read() {
    problems_.clear();
    return read_cards(folder_.path(), towns_, known_, problems_);
  }
  /// What is said of a pack's file with this card in its line 3.
  std::string fault(const std::string& card) {
    folder_.write("p.yaml", "pack: municipal_fr\ncards:\n  - {" + card + "}\n");
    read();
    return to_string(problems_);
  }
  static std::vector<std::string> ids(const std::vector<const Card*>& cards) {
    std::vector<std::string> ids;
    for (const Card* card : cards) {
      ids.push_back(card->id);
    }
    return ids;
  }

  TempFolder folder_;
  std::vector<Tenant> towns_;
  KnownNames known_;
  std::vector<Problem> problems_;
};

TEST_F(Cards, StandFilledWithTheTownsWords) {
  folder_.write("p.yaml", kPack);
  const CardBook book = read();
  ASSERT_THAT(problems_, IsEmpty()) << to_string(problems_);
  const Card& eau = *book.of(0).find("eau");
  EXPECT_THAT(eau.facts, ElementsAre("Appelez le 01 23."))
      << "a sentence with an empty variable is not shown";
  ASSERT_EQ(eau.links.size(), 1U);
  EXPECT_EQ(eau.links[0].url, "https://eau.example/");
  EXPECT_EQ(book.of(1).signature, "La mairie de Autreville");
  EXPECT_EQ(book.of(7).cards.size(), 0U) << "a town that is none";
}

TEST_F(Cards, ATownsOwnFileChangesWhatItSaysAndNothingElse) {
  folder_.write("p.yaml", kPack);
  folder_.write("t.yaml", R"(tenant: techniville
variables: {site: "https://t.example", telephone: "04 56"}
cards:
  - {id: eau, reply: "Nous faisons le point."}
  - {id: menace, off: true}
  - {id: pont, title: Le pont, topics: [voirie]}
)");
  const CardBook book = read();
  ASSERT_THAT(problems_, IsEmpty()) << to_string(problems_);
  const Card& eau = *book.of(0).find("eau");
  EXPECT_THAT(eau.facts, ElementsAre("Appelez le 04 56.", "Tout est sur https://t.example."));
  EXPECT_EQ(eau.links[0].url, "https://t.example/eau");
  EXPECT_EQ(eau.reply, "Nous faisons le point.");
  EXPECT_EQ(eau.title, "Coupure d'eau");
  EXPECT_EQ(book.of(0).find("menace"), nullptr);
  EXPECT_NE(book.of(0).find("pont"), nullptr);
  EXPECT_NE(book.of(1).find("menace"), nullptr) << "another town's cards are as they were";
  EXPECT_EQ(book.of(1).find("pont"), nullptr);
}

TEST_F(Cards, WhatIsWrongIsToldWithItsLine) {
  EXPECT_THAT(fault("id: a, title: A, rules: [eau.san]"),
              testing::AllOf(HasSubstr("p.yaml:3:"), HasSubstr("no rule 'eau.san'")));
  EXPECT_THAT(fault("id: a, title: A, rules: [feu.*]"), HasSubstr("no rule 'feu.*'"));
  EXPECT_THAT(fault("id: a, title: A, topics: [parc]"), HasSubstr("no topic 'parc'"));
  EXPECT_THAT(fault("id: a, title: A"), HasSubstr("a card answers something"));
  EXPECT_THAT(fault("id: a, topics: [eau]"), HasSubstr("title"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], fact: [x]"), HasSubstr("fact"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], facts: ['{nom}']"), HasSubstr("{nom}"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], facts: ['{nom']"), HasSubstr("variables"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], links: [{title: L, url: 'javascript:1'}]"),
              HasSubstr("no web address"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], links: [{title: L, url: 'https://a b'}]"),
              HasSubstr("no web address"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], valid_until: soon"), HasSubstr("no date"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau], off: true"), HasSubstr("'off'"));
  EXPECT_THAT(fault("id: A B, title: A, topics: [eau]"), HasSubstr("small letters"));
  EXPECT_THAT(fault("id: a, title: A, topics: [eau]}\n  - {id: a, title: B, topics: [eau]"),
              HasSubstr("already at line 3"));
  folder_.write("p.yaml", "cards: []\n");
  read();
  EXPECT_THAT(to_string(problems_), HasSubstr("either 'pack' or 'tenant'"));
}

TEST_F(Cards, AreOfferedWhileTheyAreValidTheBestFirst) {
  folder_.write("p.yaml", kPack);
  const CardBook book = read();
  const Day last = day_of(parse_time("2026-10-31T12:00:00Z").value());
  EXPECT_THAT(ids(fitting_cards(book.of(0), {"menace.arme", "menace.violence"}, {"eau"}, last)),
              ElementsAre("menace", "eau"))
      << "two of its rules weigh more than a topic";
  EXPECT_THAT(ids(fitting_cards(book.of(0), {"eau.sans"}, {"eau"}, last)), ElementsAre("eau"));
  EXPECT_THAT(ids(fitting_cards(book.of(0), {"eau.sans"}, {"eau"}, last + 1)), IsEmpty());
  EXPECT_THAT(fitting_cards(book.of(0), {"menaces"}, {"voirie"}, last), IsEmpty());
  EXPECT_THAT(to_string(book.doubts(last)), "");
  EXPECT_THAT(to_string(book.doubts(last + 1)), HasSubstr("valid until 2026-10-31"));
}

TEST_F(Cards, AFileOfATownThatIsNotThereIsDoubtfulNotWrong) {
  folder_.write("t.yaml", "tenant: ailleurs\ncards: []\n");
  const CardBook book = read();
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(to_string(book.doubts(0)), HasSubstr("no tenant 'ailleurs'"));
}

// ---- Replies ------------------------------------------------------------------------------------

TownCards town() {
  TownCards town;
  town.greetings = {{"default", "Bonjour,"}, {"x", "Bonjour !"}};
  town.signature = "La mairie";
  Card& card = town.cards.emplace_back();
  card.id = "eau";
  card.reply = "Nous savons.";
  card.facts = {"L'eau revient ce soir.", "Merci."};
  card.links = {{"Eau", "https://t.example/eau"}};
  return town;
}

TEST(ReplyDraft, IsGreetingOpeningFactsLinkAndSignature) {
  const TownCards cards = town();
  const ReplyDraft draft = draft_reply(cards, cards.cards[0], network_of("mastodon"), true).value();
  EXPECT_EQ(draft.text,
            "Bonjour, Nous savons. L'eau revient ce soir. Merci. Plus d’informations : "
            "https://t.example/eau La mairie");
  EXPECT_EQ(draft.facts_left_out, 0U);
  EXPECT_THAT(draft_reply(cards, cards.cards[0], network_of("x"), true)->text,
              HasSubstr("Bonjour !"));
  EXPECT_THAT(draft_reply(cards, cards.cards[0], network_of("https://a.example/feed"), true)->text,
              HasSubstr("Bonjour,\n\nNous savons."))
      << "where there is room there are paragraphs";
}

TEST(ReplyDraft, LeavesOutWhatHasNoRoomAndNeverCutsASentence) {
  TownCards cards = town();
  cards.cards[0].facts = {std::string(270, 'a') + ".", "Merci."};
  for (const char* name : {"x", "bluesky", "mastodon"}) {
    const Network& network = network_of(name);
    const ReplyDraft draft = draft_reply(cards, cards.cards[0], network, true).value();
    EXPECT_LE(draft.length, network.limit) << name;
    EXPECT_EQ(draft.length, length_on(network, draft.text));
    EXPECT_THAT(draft.text, HasSubstr("Merci.")) << name;
    EXPECT_EQ(draft.facts_left_out, std::string_view(name) == "mastodon" ? 0U : 1U) << name;
  }
  cards.cards[0].reply = std::string(400, 'b');
  EXPECT_EQ(draft_reply(cards, cards.cards[0], network_of("x"), true).error().code,
            ErrorCode::kInvalidInput);
}

TEST(ReplyDraft, ACardThatIsNotAnsweredInPublicMakesNone) {
  TownCards cards = town();
  cards.cards[0].reply.clear();
  EXPECT_EQ(draft_reply(cards, cards.cards[0], network_of("x"), true).error().code,
            ErrorCode::kRefused);
}

TEST(ReplyDraft, LengthsAreAsTheNetworksCount) {
  const std::string link = "https://example.org/" + std::string(100, 'p');
  EXPECT_EQ(length_on(network_of("mastodon"), "é " + link), 2U + 23U);
  EXPECT_EQ(length_on(network_of("x"), "é " + link + " 😀"), 2U + 23U + 1U + 2U);
  EXPECT_EQ(length_on(network_of("bluesky"), "é 😀"), 3U);
  EXPECT_EQ(length_on(network_of("bluesky"), link), link.size());
  EXPECT_EQ(length_on(network_of("x"), ""), 0U);
}

}  // namespace
}  // namespace vigie
