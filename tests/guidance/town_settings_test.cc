#include "engine/guidance/town_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/core/live_text.h"

namespace vigie {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TownSettings valmont() {
  TownSettings settings;
  settings.name = "Valmont";
  settings.variables = {{"commune", {"Valmont", "Val-mont"}}, {"elus", {"Zoé \"Zaza\" L'Épine"}}};
  settings.feeds = {{"https://courrier.example/fil.xml?a=1&b=2", "Le Courrier : tout\\"}};
  settings.mail_to = {"maire@valmont.example"};
  settings.calendar = {{20'790, "Conseil municipal – séance n° 3"}};
  return settings;
}

std::vector<std::string> fields_of(const TownSettings& settings) {
  std::vector<std::string> fields;
  for (const SettingsProblem& problem : objections_to(settings)) {
    fields.push_back(problem.field);
  }
  return fields;
}

TEST(TownSettings, AreReadBackAsTheyWereWritten) {
  EXPECT_THAT(objections_to(valmont()), IsEmpty());
  EXPECT_EQ(parse_town_settings(to_string(valmont())), valmont());
  EXPECT_EQ(parse_town_settings(to_string(TownSettings())), TownSettings());
}

TEST(TownSettings, ThatAreSomethingElseAreNone) {
  for (const char* text :
       {"", "[]", "{", R"({"nom":"x"})", R"({"feeds":[{"url":"file:///etc/passwd"}]})",
        R"({"calendar":[{"date":"2026-02-30","label":"x"}]})"}) {
    EXPECT_EQ(parse_town_settings(text), std::nullopt) << text;
  }
}

TEST(TownSettings, InOrderHaveNothingEmptyAndNothingTwice) {
  TownSettings settings;
  settings.name = "  Valmont ";
  settings.variables["commune"] = {" Valmont", "", "Valmont ", "Val-mont"};
  settings.feeds = {{" https://a.example/ ", " A "}, {"https://a.example/", "B"}, {"", ""}};
  settings.mail_to = {"a@b.example", " a@b.example"};
  settings.calendar = {{20'800, " fête "}, {20'790, "conseil"}};
  settings = in_order(settings);
  EXPECT_EQ(settings.name, "Valmont");
  EXPECT_THAT(settings.variables["commune"], ElementsAre("Valmont", "Val-mont"));
  EXPECT_THAT(settings.feeds, ElementsAre(TownSettings::Feed{"https://a.example/", "A"}));
  EXPECT_THAT(settings.mail_to, ElementsAre("a@b.example"));
  EXPECT_THAT(settings.calendar,
              ElementsAre(TownDate{20'790, "conseil"}, TownDate{20'800, "fête"}));
}

TEST(TownSettings, SayWhereTheyAreWrong) {
  TownSettings settings = valmont();
  settings.name = "a\nb";
  settings.variables["Élus"] = {};
  settings.variables["elus"].push_back(std::string(201, 'x'));
  settings.feeds.push_back({"javascript:alert(1)", ""});
  settings.feeds.push_back({"https://marie:secret@a.example/", ""});
  settings.mail_to.push_back("nobody");
  settings.calendar.push_back({20'791, ""});
  EXPECT_THAT(fields_of(settings),
              testing::UnorderedElementsAre("name", "variables.Élus", "variables.elus.1", "feeds.1",
                                            "feeds.2", "mail_to.1", "calendar.1"));
}

TEST(TownSettings, AreBounded) {
  TownSettings settings;
  for (std::size_t i = 0; i <= TownSettings::kMaxFeeds; ++i) {
    settings.feeds.push_back({"https://a.example/" + std::to_string(i), ""});
  }
  EXPECT_THAT(fields_of(settings), ElementsAre("feeds"));
}

TEST(TownDate, IsADayOfTheCalendar) {
  EXPECT_EQ(date_text(20'790), "2026-12-03");
  EXPECT_EQ(parse_date("2026-12-03"), 20'790U);
  for (const char* text : {"2026-02-30", "2026-12-3", "03/12/2026", "demain", ""}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

TEST(LiveText, ChangesInItsCopiesToo) {
  const LiveText name("Ma commune");
  const LiveText copy = name;
  name.change("Valmont");
  EXPECT_EQ(copy.text(), "Valmont");
  EXPECT_TRUE(copy == "Valmont");
  const LiveText other = std::string("Valmont");
  other.change("Autreville");
  EXPECT_EQ(name.text(), "Valmont");
}

}  // namespace
}  // namespace vigie
