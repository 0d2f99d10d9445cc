#include "connectors/table_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/mapped.h"

namespace vigie {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Exports differ from year to year: the columns of this one are named in the configuration.
constexpr const char* kJeDonneMonAvis = R"(
network: je-donne-mon-avis
time_zone: Europe/Paris
csv: {id_from: [Identifiant, Commentaire]}
mentions:
  - items: /*
    kind: review
    id: [/Identifiant, "/#id"]
    title: /Démarche
    text: /Commentaire
    created_at: /Date de dépôt
    rating: /Satisfaction
    rating_words: {Bien: 5, Moyen: 3, Mauvais: 1}
)";

MappingFactories archive_formats() {
  MappingFactories formats;
  add_archive_formats(formats);
  return formats;
}

class Told final : public MentionSink {
 public:
  void mention(const Mention& mention) override {
    told.push_back(mention_line(mention));
    ids.emplace_back(mention.id);
  }
  void reject(RejectReason reason, std::string_view detail, std::string_view) override {
    told.push_back("! " + std::string(to_string(reason)) + ": " + std::string(detail));
  }
  std::vector<std::string> told, ids;
};

Told map_csv(const std::string& table, const std::string& yaml = kJeDonneMonAvis) {
  Told told;
  archive_formats().at("csv")()->map(configured_envelope(yaml, table), told);
  return told;
}

TEST(CsvMapping, ColumnsAreWhatTheConfigurationSays) {
  const Told one = map_csv(
      "Identifiant;Démarche;Date de dépôt;Satisfaction;Commentaire\n"
      "42;Carte d'identité;05/10/2026 14:30;Bien;\"Rapide;\nmerci\"\n");
  ASSERT_EQ(one.told.size(), 1U);
  for (const char* part :
       {R"("id":"42")", R"("source":"town")", R"("kind":"review")", R"("title":"Carte d'identité")",
        R"("text":"Rapide;\nmerci")", R"("created_at":"2026-10-05T12:30:00Z")", R"("rating":5)"}) {
    EXPECT_THAT(one.told[0], HasSubstr(part));
  }
}

TEST(CsvMapping, SeparatorsAndEncodingsOfSpreadsheets) {
  const std::string text = "Très déçu";
  const std::string latin = "Tr\xe8s d\xe9\xe7u";
  for (const auto& [table, name] :
       {std::pair{"Identifiant,Commentaire\r\n1," + text + "\r\n", "commas"},
        std::pair{"Identifiant\tCommentaire\n1\t" + text, "tabs, no last line end"},
        std::pair{"\xef\xbb\xbfIdentifiant;Commentaire\n1;" + text + "\n", "a byte order mark"},
        std::pair{"Identifiant;Commentaire\n1;" + latin + "\n", "windows-1252"},
        std::pair{"\"Identifiant\"|\"Commentaire\"\n\n1|" + text + "\n\n", "bars, empty lines"}}) {
    EXPECT_THAT(map_csv(table).told, ElementsAre(HasSubstr("\"text\":\"" + text + "\""))) << name;
  }
  EXPECT_THAT(map_csv(std::string("\xff\xfeI\0d\0", 6)).told, ElementsAre(HasSubstr("UTF-16")));
  EXPECT_THAT(map_csv("").told, testing::IsEmpty());
}

TEST(CsvMapping, ABadRecordCostsOnlyItself) {
  const Told all = map_csv(
      "Identifiant;Date de dépôt;Commentaire\n"
      "1;05/10/2026;bien;de trop\n"
      "2;hier;sans date\n"
      "3;;Merci\n"
      "4\n");
  EXPECT_THAT(all.told, ElementsAre(AllOf(HasSubstr("! malformed"), HasSubstr("4 fields")),
                                    HasSubstr("! invalid_field"), HasSubstr(R"("id":"3")"),
                                    HasSubstr("! missing_text")));
}

TEST(CsvMapping, WithoutAnIdItsWordsAreOne) {
  const auto ids = [](const std::string& rows) {
    return map_csv("Commentaire;Réponse\n" + rows).ids;
  };
  const auto before = ids("Merci;\nTrop long;\n"), after = ids("Merci;Avec plaisir\n");
  ASSERT_EQ(before.size(), 2U);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(before[0], after[0]) << "an answer that comes later is no second mention";
  EXPECT_NE(before[0], before[1]);
  EXPECT_EQ(before[0].size(), 32U);
}

TEST(CsvMapping, SaysWhatIsWrongWithItsDescription) {
  std::vector<Problem> problems;
  const auto settings =
      Settings::parse("csv: {separator: ';;', columns: 3}\ntime_zone: Europe/Techniville\n",
                      "vigie.yaml", problems);
  check_csv_settings(*settings, problems);
  const std::string all = to_string(problems);
  for (const char* part : {"'separator'", "'columns'", "Techniville", "'mentions'"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
}

TEST(ServicesPublicsPlusCsv, IsReadByThePortalsColumns) {
  const auto mapping = archive_formats().at("services_publics_plus_csv")();
  const Mapped one(*mapping,
                   "Titre;Pseudonyme usager;Écrit le;Description;Ressenti usager;"
                   "Information/Explication;Intitulé structure 1;Réponse structure 1\n"
                   "Attente;Marie;2026-01-15;\"Deux heures\nd'attente\";Négatif;;Mairie;\n");
  ASSERT_EQ(one.told.size(), 1U) << testing::PrintToString(one.told);
  for (const char* part :
       {R"("source":"services-publics-plus")", R"("title":"Attente")", R"("rating":1)",
        R"("created_at":"2026-01-14T23:00:00Z")", R"("text":"Deux heures\nd'attente")"}) {
    EXPECT_THAT(one.told[0], HasSubstr(part));
  }
}

TEST(Open311Xml, EachRequestIsAMention) {
  const auto mapping = archive_formats().at("open311_xml")();
  const Mapped all(*mapping,
                   "<?xml version='1.0' encoding='ISO-8859-1'?><service_requests><request>"
                   "<service_request_id>638344</service_request_id><service_name>Voirie"
                   "</service_name><description>Trou b\xe9"
                   "ant &amp; eau</description>"
                   "<requested_datetime>2010-04-14T06:37:38-08:00</requested_datetime>"
                   "<updated_datetime>2010-04-15T06:37:38-08:00</updated_datetime>"
                   "<lat>48.85</lat><long>2.35</long><address/></request>"
                   "<request><service_name>sans id</service_name></request></service_requests>");
  ASSERT_EQ(all.told.size(), 2U) << testing::PrintToString(all.told);
  for (const char* part : {R"("id":"638344")", "Trou béant & eau", R"("lat":48.85)",
                           R"("created_at":"2010-04-14T14:37:38Z")"}) {
    EXPECT_THAT(all.told[0], HasSubstr(part));
  }
  EXPECT_THAT(all.told[1], HasSubstr("! missing_id"));
  EXPECT_THAT(Mapped(*mapping, "<errors><error><code>403</code></error></errors>").told,
              ElementsAre(HasSubstr("! malformed")));
  EXPECT_THAT(Mapped(*mapping, "<!DOCTYPE a [<!ENTITY b 'c'>]><service_requests/>").told,
              ElementsAre(HasSubstr("! unsafe")));
  EXPECT_THAT(Mapped(*mapping, "<service_requests></service_requests>").told, testing::IsEmpty());
}

TEST(Vine, IdsAreTakenFromTheTextsThatHoldThemWhole) {
  const auto mapping = archive_formats().at("vine")();
  const Mapped one(*mapping,
                   R"({"username":"Zach","userIdStr":"933563038118858752",)"
                   R"("postId":1254511813748785200,"postIdStr":"1254511813748785152",)"
                   R"("description":"Is this stealing?","created":"2015-09-12T15:52:18.000000",)"
                   R"("loops":5379827,"likes":99174,"comments":{"count":1714}})");
  ASSERT_THAT(one.ids, ElementsAre("1254511813748785152"));
  EXPECT_THAT(one.told[0], AllOf(HasSubstr(R"("likes":99174)"), HasSubstr(R"("replies":1714)"),
                                 HasSubstr("2015-09-12T15:52:18Z")));
}

}  // namespace
}  // namespace vigie
