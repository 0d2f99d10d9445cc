#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/alert/alert.h"
#include "tests/store/store_fixture.h"
#include "tests/web/town_over_http.h"

namespace vigie {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A town with argument cards; somebody is "marie".
class CardsOverHttp : public TownOverHttp {
 protected:
  CardsOverHttp() : TownOverHttp({"techniville", "autreville"}) {
    TownCards town;
    town.greetings = {{"default", "Bonjour,"}};
    town.signature = "La mairie";
    Card eau;
    eau.id = "eau";
    eau.title = "Coupure d'eau";
    eau.topics = {"eau"};
    eau.first = {"Appeler la régie."};
    eau.reply = "Nous savons.";
    eau.facts = {"L'eau revient ce soir."};
    Card menace;
    menace.id = "menace";
    menace.title = "Menace";
    menace.rules = {"menace.*"};
    town.cards = {eau, menace};
    book_ = std::make_shared<const CardBook>(std::vector<TownCards>{town, {}});
    ApiParts all = parts();
    all.cards = [this] { return book_; };
    const auto shared = std::make_shared<const ApiParts>(all);
    std::vector<Route> routes = card_routes(shared);
    for (auto* more : {work_routes, mention_routes, alert_routes}) {
      for (Route& route : more(shared)) {
        routes.push_back(std::move(route));
      }
    }
    serve(std::move(routes));
  }
  std::string say() {
    Told told;
    told.id = "1";
    told.text = "plus d'eau";
    told.topics = {0};
    const MentionRef ref = tell(*store_, told, catalogue_named("first")).ref;
    store_->sync();
    return to_string(ref);
  }
  RawAnswer draft(const std::string& ref, const std::string& body) {
    return post("techniville/stories/" + ref + "/drafts", body);
  }

  std::shared_ptr<const CardBook> book_;
};

TEST_F(CardsOverHttp, AreListedForTheirTownAlone) {
  EXPECT_THAT(
      get("techniville/cards").body,
      AllOf(HasSubstr(R"("id":"eau","title":"Coupure d'eau")"),
            HasSubstr(R"("first":["Appeler la régie."])"),
            HasSubstr(R"("answered_in_public":true)"), HasSubstr(R"("answered_in_public":false)")));
  EXPECT_EQ(get("autreville/cards").body, R"({"cards":[]})");
  EXPECT_EQ(get("nulle-part/cards").status, 404);
}

TEST_F(CardsOverHttp, AMentionNamesThoseThatFitIt) {
  EXPECT_THAT(get("techniville/mentions/" + say()).body, HasSubstr(R"("cards":["eau"])"));
}

TEST_F(CardsOverHttp, AnAlertNamesThoseThatFitItsReasons) {
  Alert alert;
  alert.topic = "eau";
  alert.reasons = {{"menace.arme", "", "", 500}};
  store_->add_alert(0, 20000, to_json(alert), {});
  store_->commit();
  store_->sync();
  EXPECT_THAT(get("techniville/alerts/1").body, HasSubstr(R"("cards":["menace","eau"])"));
}

TEST_F(CardsOverHttp, ADraftIsWrittenDownAndTheAnswerSaysWhichItWas) {
  const std::string ref = say();
  const RawAnswer made = draft(ref, R"({"card":"eau"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(made.body, AllOf(HasSubstr(R"("draft":1,"card":"eau","network":"mastodon")"),
                               HasSubstr("Bonjour, Nous savons. L'eau revient ce soir. La mairie"),
                               HasSubstr(R"("limit":500)")));
  EXPECT_EQ(audited_.back(), "marie draftReply techniville " + ref + " draft 1");
  const RawAnswer edited = draft(ref, R"({"card":"eau","text":"Bonjour Paul, ce soir."})");
  EXPECT_THAT(edited.body, HasSubstr(R"("draft":2)"));
  const RawAnswer answered =
      post("techniville/work/" + ref + "/steps", R"({"step":"answer","draft":2})");
  EXPECT_EQ(answered.status, 200);
  EXPECT_THAT(answered.body,
              AllOf(HasSubstr(R"("state":"answered")"), HasSubstr(R"("answered_with":2)")));
  EXPECT_THAT(
      get("techniville/work/" + ref + "/history").body,
      AllOf(HasSubstr(R"("by":"marie","step":"draft")"),
            HasSubstr(R"("text":"Bonjour Paul, ce soir.","card":"eau","network":"mastodon")"),
            HasSubstr(R"("step":"answer","from":"new","to":"answered","draft":2)")));
}

TEST_F(CardsOverHttp, WhatCannotBeDraftedIsRefusedAndLeavesNothing) {
  const std::string ref = say();
  EXPECT_EQ(draft(ref, "[").status, 400);
  EXPECT_EQ(draft(ref, R"({"network":"x"})").status, 400);
  EXPECT_EQ(draft(ref, R"({"card":"eau","to":"x"})").status, 400);
  EXPECT_EQ(draft(ref, R"({"card":"piscine"})").status, 422);
  EXPECT_EQ(draft(ref, R"({"card":"menace"})").status, 409);
  EXPECT_EQ(
      draft(ref, R"({"card":"eau","network":"bluesky","text":")" + std::string(301, 'x') + "\"}")
          .status,
      422);
  EXPECT_EQ(draft("20740-77", R"({"card":"eau"})").status, 404);
  EXPECT_EQ(post("autreville/stories/" + ref + "/drafts", R"({"card":"eau"})").status, 404);
  EXPECT_EQ(post("techniville/work/" + ref + "/steps", R"({"step":"draft","text":"x"})").status,
            400)
      << "a draft is made from a card";
  EXPECT_EQ(post("techniville/work/" + ref + "/steps", R"({"step":"answer","draft":9})").status,
            422);
  EXPECT_EQ(store_->work_journal(0, 0, 10)->size(), 0U);
}

}  // namespace
}  // namespace vigie
