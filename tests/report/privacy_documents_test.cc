// What a data-protection officer reads: everything the configuration knows is in it, nothing else
// is claimed, and no name can break the page.
#include "engine/report/privacy_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/report/html_document.h"

namespace vigie {
namespace {

using testing::HasSubstr;
using testing::Not;

ProcessingFacts techniville() {
  ProcessingFacts facts;
  facts.tenant = "Techniville";
  facts.purpose = "répondre aux habitants";
  facts.legal_basis = "mission d'intérêt public (article 6.1.e)";
  facts.contact = "communication@techniville.example";
  facts.retention_days = 365;
  facts.packs = {"municipal_fr"};
  SourceDisclosure mastodon;
  mastodon.hosts = {"social.example"};
  mastodon.sends = {"user_agent", "query"};
  mastodon.country = "FR";
  SourceDisclosure hook;
  hook.is_pushed = true;
  facts.sources = {{"mastodon", "mastodon", false, mastodon}, {"guichet", "webhook", true, hook}};
  facts.recipients = {{"community-manager", "mail", false, true},
                      {"astreinte", "sms", true, false}};
  facts.dead_letter_days = 30;
  facts.tombstone_days = 90;
  facts.heard_terms_days = 91;
  facts.audit_days = 365;
  facts.software = "vigie 1.2";
  facts.ruleset = "0123456789abcdef";
  facts.made_at = "2026-10-14";
  return facts;
}

TEST(PrivacyDocuments, TheRegisterSaysWhatTheConfigurationDoes) {
  const std::string page = privacy_documents(techniville()).register_entry;
  for (const char* part :
       {"Techniville", "répondre aux habitants", "mission d&#39;intérêt public",
        "communication@techniville.example", "social.example",
        "le nom du logiciel et le contact de la collectivité ; les termes de recherche",
        "la source nous envoie", "celles que retient une règle de veille", "<td>toutes</td>",
        "astreinte", "hors de la collectivité", "sans extrait ni auteur", "365 jours", "30 jours",
        "90 jours", "91 jours", "vigie 1.2", "2026-10-14", "0123456789ab"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(page, HasSubstr("[à compléter : pays]")) << "of the source that says none";
}

TEST(PrivacyDocuments, KeepingEverythingAsksForItsReason) {
  ProcessingFacts facts = techniville();
  EXPECT_THAT(privacy_documents(facts).impact, HasSubstr("jamais stocké"));
  facts.keeps_all = true;
  const PrivacyDocuments documents = privacy_documents(facts);
  EXPECT_THAT(documents.impact, HasSubstr("pourquoi une sélection par règles ne suffit pas"));
  EXPECT_THAT(documents.register_entry, Not(HasSubstr("celles que retient")));
}

TEST(PrivacyDocuments, WhatNobodyConfiguredIsLeftToPeopleNotInvented) {
  ProcessingFacts facts = techniville();
  const std::size_t before = places_to_complete(privacy_documents(facts).register_entry);
  facts.contact.clear();
  EXPECT_EQ(places_to_complete(privacy_documents(facts).register_entry), before + 1);
  facts.recipients.pop_back();
  const std::string page = privacy_documents(facts).register_entry;
  EXPECT_THAT(page, HasSubstr("Aucun destinataire n'est hors de la collectivité"));
  EXPECT_EQ(places_to_complete(page), before);
}

TEST(PrivacyDocuments, NamesCannotBreakThePages) {
  ProcessingFacts facts = techniville();
  const std::string evil = "<script>alert(1)</script>\"'&";
  facts.tenant = facts.purpose = facts.legal_basis = facts.contact = evil;
  facts.packs = {evil};
  facts.sources[0].id = facts.sources[0].type = evil;
  facts.sources[0].disclosure.hosts = {evil};
  facts.sources[0].disclosure.country = evil;
  facts.recipients[0].id = facts.recipients[0].type = evil;
  const PrivacyDocuments documents = privacy_documents(facts);
  for (const std::string* page :
       {&documents.register_entry, &documents.impact, &documents.notice}) {
    EXPECT_THAT(*page, Not(HasSubstr("<script")));
    EXPECT_THAT(*page, HasSubstr("&lt;script&gt;"));
  }
}

TEST(PrivacyDocuments, TheNoticeTellsThePublicItsRights) {
  const std::string page = privacy_documents(techniville()).notice;
  for (const char* part : {"effacement", "vous y opposer", "CNIL", "365 jours", "aucun profil",
                           "[à compléter : adresse ou formulaire"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

}  // namespace
}  // namespace vigie
