#include "engine/report/security_file.h"

#include <algorithm>

#include "engine/alert/escape.h"
#include "engine/report/html_document.h"

namespace vigie {
namespace {

constexpr SecurityMeasure kMeasures[] = {
    {"Mots de passe hachés (argon2id), jamais gardés en clair", "S1",
     "AccountsTest.KeepsNothingButHashesInAFileForItsOwnerOnly ; "
     "AccountsTest.RefusesWhatIsNotThePassword"},
    {"Mots de passe conformes à la recommandation de la CNIL, second facteur (TOTP)", "S1",
     "Password.IsAsTheCnilAsks ; Password.IsNoWellKnownOneInDisguise ; "
     "Staff.SigningInTakesPasswordThenCode ; Staff.ACodeIsGoodOnce ; "
     "Staff.ThoseWithPowerMustHaveOneWhereItIsRequired"},
    {"Rôles par collectivité ; l'exploitant ne lit les mots de personne", "S1, S2",
     "AccessMatrix.EveryRoleDoesWhatItMayInItsTownAndNothingInAnother ; "
     "Rights.WhoOperatesReadsNobodysWordsAndWhoAdministersRevealsNobody"},
    {"Tentatives de connexion ralenties par compte et par adresse", "S1",
     "SignInTest.SlowsDownAnAddressThatGuesses ; "
     "SignInTest.SlowsDownGuessesAtOneAccountFromManyAddresses ; "
     "commands/surface: behind a proxy a guesser slows only itself down"},
    {"Sessions imprévisibles, limitées dans le temps, fermées à la déconnexion", "S1",
     "Sessions.HaveANewIdEveryTime ; Sessions.EndWhenUnusedForTooLong ; "
     "Sessions.EndAfterAWorkingDayHoweverMuchTheyAreUsed ; Sessions.EndAtSignOut"},
    {"Chaque route exige un droit ; une route nouvelle sans règle d'accès échoue aux tests",
     "S1, S2",
     "AccessMatrix.OneRouteIsOpenToAnybodyAndEveryOtherHasARow ; "
     "AccessMatrix.NobodyGetsInWithoutBeingSignedIn ; "
     "AccessMatrix.ATownThatIsNotThereIsAsAnyOther"},
    {"Contrefaçon de requêtes refusée (jeton de session, origine)", "S1",
     "AccessMatrix.NothingIsChangedWithoutTheSessionsTokenOrFromAnotherSite ; "
     "AuditOverHttp.ForgedSessionsTokensAndPagesAreWrittenDown"},
    {"En-têtes de sécurité sur toute réponse, erreurs comprises ; TLS tenu par HSTS", "S1, S5",
     "Server.PutsTheSecurityHeadersOnEveryAnswerAlsoOnErrors ; "
     "commands/surface: behind TLS browsers are told to keep to it, and our own pages are known"},
    {"Serveur HTTP borné : requêtes lentes, trop grandes ou ambiguës refusées", "S5",
     "Server.RefusesFramingThatAnotherServerCouldReadDifferently ; "
     "Server.TurnsAwayAClientThatSendsItsHeadTooSlowly ; Server.RefusesABodyBeyondTheRoutesBound ; "
     "Server.TurnsClientsAwayWhenItHasItsFullNumberAndNoneIsIdle"},
    {"Réceptions signées (HMAC), périmées ou rejouées refusées", "S5",
     "WebhookTest.RefusesAWrongSignatureWithoutTakingAnything ; "
     "commands/serve: wrong, missing, stale and early signatures are refused and counted"},
    {"Lecture de pages hostiles : adresses internes, redirections, bombes de compression refusées",
     "S5",
     "HttpClientTest.RefusesPrivateAddressesHoweverTheyAreWritten ; "
     "HttpClientTest.RefusesAGzipBombInMidStream ; HttpClientTest.VerifiesTls ; "
     "PublicAddress.IsNotAPrivateOneInDisguise"},
    {"Textes hostiles inoffensifs dans les messages et les tableaux", "S5",
     "Renderer.NothingForeignBeginsALineOrAHeader ; Renderer.MarkUpOfStrangersStaysText ; "
     "OpenData.FieldsAreNoFormulas"},
    {"Minimisation : ce qu'aucune règle ne retient ne laisse aucun octet", "S2, S3",
     "Keeping.WhatNobodyKeepsLeavesNoByte"},
    {"Pseudonymes à clé par collectivité, identités scellées", "S2, S3",
     "Keeping.AnAuthorHasAnotherPseudonymInEachTownAndNoNameInTheClear ; "
     "Backup.OpensNoIdentityWithoutTheFolderThatIsHeldApart"},
    {"Levée du pseudonyme : motif, seconde personne, une seule lecture, délai court", "S2, S3",
     "Reveals.NeedAReason ; Reveals.NeedASecondPerson ; Reveals.AreReadOnceByWhoAsked ; "
     "Reveals.LapseAfterADayAndAfterAnHour"},
    {"Règles de profilage refusées à la compilation", "S3",
     "RuleLint.RefusesToSortAuthorsByWhatTheLawProtects ; RuleLint.OnlyAWatchRuleMayNameAuthors"},
    {"Effacement et opposition : aucun octet ne reste, journaux et sauvegardes restaurées compris",
     "S3",
     "ErasureOnDisk.LeavesNoByteOfTheAuthorInAnyFile ; ErasureOnDisk.NothingOfTheAuthorComesBack ; "
     "commands/erasure: the probe finds the author before and nowhere after ; "
     "commands/erasure: an older backup restored is told of the erasure first ; "
     "commands/erasure: backups are rewritten without who was erased"},
    {"Durées de conservation appliquées, sans octet restant", "S3",
     "Retention.AfterItNothingPersonalIsLeft ; ErasureOnDisk.RetentionLeavesNoByteEither"},
    {"Journal des actions à preuve d'altération", "S2, S4",
     "AuditTrailTest.WhatWasChangedRemovedOrMovedShowsWithItsLine ; "
     "AuditTrailTest.WhatWasCutOffShowsAlsoAfterTheEngineWentOn ; "
     "commands/audit: tampering is found with its line"},
    {"Pièces pour plainte signées, altération visible", "S4",
     "commands/erasure: evidence is as it was made or says not"},
    {"Rien d'acquitté n'est perdu : coupure de courant, arrêt brutal", "S6",
     "PowerCut.AfterAnyStepLosesNothingAndChangesNothing ; "
     "commands/serve: a key replayed after kill -9 stores once"},
    {"Sauvegarde en marche, restauration vérifiée, moitié ou altération refusée", "S6",
     "Backup.GivesBackEveryRow ; Backup.DamageHalfAndNewerOnesAreFound ; "
     "commands/erasure: what is no whole backup is refused"},
    {"Fichiers lisibles par le seul compte de service, secrets dans des fichiers privés", "S2",
     "commands/surface: no file is for others ; SecretFile.MustBeForItsOwnerOnly"},
};

std::vector<std::vector<std::string>> measure_rows() {
  std::vector<std::vector<std::string>> rows;
  for (const SecurityMeasure& one : kMeasures) {
    std::string tests = escape_html(one.tests);
    for (std::size_t at; (at = tests.find(" ; ")) != std::string::npos;) {
      tests.replace(at, 3, "<br>");
    }
    rows.push_back({escape_html(one.measure), escape_html(one.against), std::move(tests)});
  }
  return rows;
}

std::vector<std::vector<std::string>> flow_rows(const ProcessingFacts& facts) {
  std::vector<std::vector<std::string>> rows;
  for (const ProcessingFacts::Source& source : facts.sources) {
    std::string hosts;
    for (const std::string& host : source.disclosure.hosts) {
      hosts += (hosts.empty() ? "" : "<br>") + escape_html(host);
    }
    rows.push_back({"source « " + escape_html(source.id) + " »",
                    source.disclosure.is_pushed ? "entrant (la source envoie, signé)"
                                                : "sortant (HTTPS vérifié), réponses lues",
                    hosts.empty() ? "–" : hosts, "publications publiques"});
  }
  for (const ProcessingFacts::Recipient& recipient : facts.recipients) {
    rows.push_back({"destinataire « " + escape_html(recipient.id) + " »", "sortant",
                    escape_html(recipient.type),
                    recipient.gets_quotes ? "alertes avec extrait" : "alertes sans extrait"});
  }
  rows.push_back({"agents", "entrant (HTTPS)", "écrans et API",
                  "publications, auteurs sous pseudonyme, travail des agents"});
  return rows;
}

}  // namespace

std::span<const SecurityMeasure> security_measures() { return kMeasures; }

std::string security_file(const ProcessingFacts& facts) {
  HtmlDocument page("Dossier de sécurité pour l'homologation (RGS)", facts.tenant);
  const std::string quote = to_complete("cotation");
  page.section("Objet")
      .paragraph(
          "Éléments que le logiciel apporte à la décision d'homologation de la veille (article 5 "
          "du "
          "décret n° 2010-112), selon la démarche en neuf étapes de l'ANSSI ; l'appréciation des "
          "risques suit EBIOS Risk Manager. La décision et les cotations appartiennent à "
          "l'autorité "
          "d'homologation : " +
          to_complete("nom, date, durée"))
      .section("Périmètre")
      .paragraph("Un programme, un dossier de données, sur une machine de la collectivité : " +
                 to_complete("machine, hébergement, exploitant") +
                 ". Finalité : " + escape_html(facts.purpose) + ".")
      .section("Biens")
      .table(
          "Besoins : disponibilité (D), intégrité (I), confidentialité (C)",
          {"Bien", "Où", "Besoin"},
          {{"Publications et verdicts", "store/, paquets compressés", "D moyen, I fort, C moyen"},
           {"Identités d'auteurs", "store/, scellées ; clés dans une famille à part",
            "I fort, C très fort"},
           {"Clés (pseudonymes, signature)", "keys/, signing.key", "I très fort, C très fort"},
           {"Comptes et jetons", "access.json (empreintes)", "I fort, C fort"},
           {"Journal des actions", "audit/, chaîné et scellé", "I très fort, C moyen"},
           {"Journal des effacements", "erasures/, empreintes à clé", "D fort, I très fort"},
           {"Alertes", "store/, messages sortants", "D très fort, I fort"},
           {"Sauvegardes", "hors de la machine : " + to_complete("lieu"), "D fort, C fort"}})
      .section("Flux")
      .table("D'après la configuration en vigueur", {"Qui", "Sens", "Avec", "Quoi"},
             flow_rows(facts))
      .section("Sources de risque et événements redoutés")
      .table("Atelier 2", {"Source", "Ce qu'elle cherche", "Événement redouté"},
             {{"Curieux interne", "savoir qui a écrit", "identité levée sans raison"},
              {"Auteur malveillant, trolls", "fausser la veille, atteindre les agents",
               "page ou message piégé, vague de fausses publications"},
              {"Attaquant opportuniste", "compte, rebond", "prise de contrôle de l'interface"},
              {"Usage détourné", "surveiller des opposants", "profilage d'auteurs"},
              {"Panne, sinistre", "–", "alertes non émises, données perdues"}})
      .section("Scénarios de risque")
      .table("Ateliers 3 et 4 ; à coter par la collectivité",
             {"Scénario", "Chemin", "Gravité", "Vraisemblance"},
             {{"S1 Prise de compte", "mot de passe deviné ou volé, session, requête contrefaite",
               quote, quote},
              {"S2 Fuite de propos ou d'identités",
               "lecture des fichiers, d'une sauvegarde, d'une autre collectivité", quote, quote},
              {"S3 Atteinte aux droits des personnes",
               "levée abusive, profilage, conservation excessive, effacement défait", quote, quote},
              {"S4 Contestation", "journal ou pièce altérés, action niée", quote, quote},
              {"S5 Contenu hostile", "page, flux, message ou requête piégés, saturation", quote,
               quote},
              {"S6 Perte", "panne, coupure, disque, restauration manquée", quote, quote}})
      .section("Mesures du logiciel, et ce qui les montre")
      .table("Chaque test fait partie des sources et se relance par tests/run",
             {"Mesure", "Contre", "Tests"}, measure_rows())
      .section("Mesures de la collectivité")
      .list({"chiffrement des disques et des sauvegardes : " + to_complete("mesure"),
             "dossier identities/ des sauvegardes gardé à part : " + to_complete("lieu, qui"),
             "mises à jour du système : " + to_complete("procédure"),
             "comptes habilités et revue annuelle : " + to_complete("liste, date"),
             "collecte des journaux et de leurs marques hors de la machine : " + to_complete("où")})
      .section("Risques résiduels et décision")
      .paragraph("Risques acceptés : " + to_complete("liste") +
                 "<br>Décision : " + to_complete("homologation, sous réserve, refus ; durée"));
  return page.finish("Établi par " + escape_html(facts.software) + " le " +
                     escape_html(facts.made_at) +
                     ", à partir de la configuration en vigueur. À relire et valider par le "
                     "responsable de la sécurité.");
}

}  // namespace vigie
