#include "engine/report/privacy_documents.h"

#include <algorithm>
#include <string_view>

#include "engine/alert/escape.h"
#include "engine/report/html_document.h"

namespace vigie {
namespace {

std::string days(std::uint32_t count) {
  return std::to_string(count) + (count == 1 ? " jour" : " jours");
}

HtmlDocument document_of(const std::string& title, const ProcessingFacts& facts) {
  return {title, facts.tenant};
}
std::string finish(HtmlDocument& document, const ProcessingFacts& facts) {
  return document.finish("Établi par " + escape_html(facts.software) + " le " +
                         escape_html(facts.made_at) +
                         ", à partir de la configuration en vigueur et des règles " +
                         escape_html(facts.ruleset.substr(0, 12)) +
                         ". À relire et valider par le délégué à la protection des données.");
}

std::string_view said_of(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"user_agent", "le nom du logiciel et le contact de la collectivité"},
      {"address", "l'adresse de la page lue"},
      {"query", "les termes de recherche, règles ou noms de pages suivis"},
      {"accounts", "les identifiants des comptes suivis"},
      {"credential", "une clé d'accès"},
      {"acknowledgement", "un accusé de réception"},
      {"callback", "l'adresse à laquelle nous recevons ses envois"}};
  const auto* const found =
      std::ranges::find(kWords, word, [](const auto& pair) { return pair.first; });
  return found == std::end(kWords) ? word : found->second;
}

template <class Texts, class Say>
std::string joined(const Texts& texts, std::string_view between, Say say) {
  std::string all;
  for (const auto& text : texts) {
    all.append(all.empty() ? "" : between).append(say(text));
  }
  return all;
}

std::string kept_from(const ProcessingFacts& facts, const ProcessingFacts::Source& source) {
  return facts.keeps_all || source.keeps_all ? "toutes" : "celles que retient une règle de veille";
}

std::vector<std::vector<std::string>> source_rows(const ProcessingFacts& facts) {
  std::vector<std::vector<std::string>> rows;
  for (const ProcessingFacts::Source& source : facts.sources) {
    const SourceDisclosure& to = source.disclosure;
    std::string hosts = joined(to.hosts, "<br>", escape_html);
    if (hosts.empty()) {
      hosts = to.is_pushed ? "aucun : la source nous envoie" : "aucun";
    }
    const std::string sent = joined(to.sends, " ; ", said_of);
    rows.push_back({escape_html(source.id), escape_html(source.type), hosts,
                    sent.empty() ? "rien" : sent,
                    to.country.empty() ? to_complete("pays") : escape_html(to.country),
                    kept_from(facts, source)});
  }
  return rows;
}

std::vector<std::vector<std::string>> recipient_rows(const ProcessingFacts& facts) {
  std::vector<std::vector<std::string>> rows;
  for (const ProcessingFacts::Recipient& one : facts.recipients) {
    rows.push_back({escape_html(one.id), escape_html(one.type),
                    one.is_outside ? "hors de la collectivité" : "dans la collectivité",
                    one.gets_quotes ? "l'alerte avec l'extrait du message"
                                    : "l'alerte sans extrait ni auteur"});
  }
  return rows;
}

std::vector<std::vector<std::string>> retention_rows(const ProcessingFacts& facts) {
  const std::string watch = days(facts.retention_days);
  return {{"Messages, verdicts, corrections", watch + " après réception"},
          {"Identités d'auteurs (scellées)", watch + " après le dernier message"},
          {"Alertes et leurs extraits", watch},
          {"Messages illisibles, pour réparation", days(facts.dead_letter_days)},
          {"Empreintes des messages supprimés à la source, pour ne pas les reprendre",
           days(facts.tombstone_days)},
          {"Empreintes à clé des comptes effacés ou opposés, pour ne plus les reprendre",
           "tant que dure la veille"},
          {"Statistiques de mots, sans message ni auteur", days(facts.heard_terms_days)},
          {"Échantillons jugés par des agents", watch + ", comme les messages dont ils sont tirés"},
          {"Journal des actions des agents", days(facts.audit_days) + ", par mois entiers"}};
}

const std::vector<std::string>& kept_fields() {
  static const std::vector<std::string> kFields = {
      "le texte et le titre publics, leur langue, leur date et leur adresse (URL)",
      "un pseudonyme de l'auteur, calculé avec une clé propre à la collectivité",
      "à part et chiffrés : l'identifiant public de l'auteur, le nom qu'il affiche et l'adresse de "
      "sa page",
      "le nombre d'abonnés, de réactions et de réponses que la source indique",
      "le lieu que le message porte, s'il en porte un",
      "ce que le logiciel en a conclu (thèmes, ton, urgence) et pourquoi, mot par mot"};
  return kFields;
}

const std::vector<std::string>& measures() {
  static const std::vector<std::string> kMeasures = {
      "minimisation : ce qu'aucune règle ne retient est compté et aussitôt oublié ; ni photo de "
      "profil, ni liste d'abonnés, ni message privé ne sont lus",
      "pseudonymisation : HMAC-SHA-256 avec une clé par collectivité ; deux collectivités n'ont "
      "pas "
      "le même pseudonyme du même auteur",
      "identités scellées (XSalsa20-Poly1305), chaque auteur sous une clé propre : détruire la clé "
      "efface l'identité",
      "levée d'un pseudonyme : un motif et une seconde personne, une seule lecture dans l'heure, "
      "trace au journal",
      "effacement et opposition : récépissé signé, fichiers réécrits, sauvegardes restaurées "
      "soumises au journal des effacements, auteur non repris ensuite",
      "comptes cités dans les messages masqués à l'écran et dans les alertes",
      "suppressions et modifications à la source suivies, dans les listes comme dans les "
      "statistiques",
      "données dites sensibles : le logiciel refuse les règles qui classeraient des personnes par "
      "opinion politique, religion, syndicat, santé, orientation sexuelle ou origine",
      "données ouvertes : aucune case de moins de k auteurs n'est publiée",
      "accès : mots de passe hachés (argon2id), tentatives ralenties, sessions limitées, jetons "
      "contre la contrefaçon de requêtes",
      "journal des actions à preuve d'altération (chaîné et scellé), vérifiable par « vigie audit "
      "verify »",
      "fichiers lisibles par le seul compte de service ; liaisons sortantes chiffrées et "
      "vérifiées"};
  return kMeasures;
}

const std::vector<std::string> kSourceHeads = {"Source",
                                               "Type",
                                               "Serveurs interrogés",
                                               "Ce qui leur est transmis",
                                               "Pays",
                                               "Publications conservées"};

std::string register_entry(const ProcessingFacts& facts) {
  HtmlDocument page = document_of("Fiche de registre : veille des propos publics", facts);
  page.section("Responsable du traitement")
      .paragraph(escape_html(facts.tenant) + ", " + to_complete("représentant légal, adresse") +
                 "<br>Délégué à la protection des données : " + to_complete("nom, contact") +
                 "<br>Contact technique : " +
                 (facts.contact.empty() ? to_complete("contact") : escape_html(facts.contact)))
      .section("Finalité et base légale")
      .paragraph("Finalité : " + escape_html(facts.purpose))
      .paragraph("Base légale : " + escape_html(facts.legal_basis))
      .section("Personnes concernées")
      .list({"auteurs de publications accessibles au public qui parlent de la collectivité",
             "personnes nommées dans ces publications, élus et agents compris",
             "agents qui utilisent l'outil"})
      .section("Données conservées")
      .list(kept_fields())
      .paragraph(
          "De chaque agent : son compte, ses actions, leur date et l'adresse d'où elles "
          "viennent.")
      .section("Sources")
      .table(
          "Ce qui est lu, et ce que la lecture transmet ; aucun message ni auteur n'est transmis "
          "à une source.",
          kSourceHeads, source_rows(facts))
      .section("Destinataires")
      .table("À qui vont les alertes", {"Destinataire", "Type", "Où", "Ce qu'il reçoit"},
             recipient_rows(facts))
      .section("Transferts hors de l'Union européenne");
  const bool has_outside =
      std::ranges::any_of(facts.recipients, [](const auto& one) { return one.is_outside; });
  page.paragraph(std::string("Vigie n'envoie aucun message ni auteur à une source. ") +
                 (has_outside ? "Des destinataires sont hors de la collectivité : " +
                                    to_complete("pays et garanties de chacun")
                              : "Aucun destinataire n'est hors de la collectivité."))
      .section("Durées de conservation")
      .table("Au terme, l'effacement est automatique.", {"Données", "Durée"}, retention_rows(facts))
      .section("Mesures de sécurité")
      .list(measures())
      .paragraph(to_complete("hébergement, sauvegardes, chiffrement des disques, liste des "
                             "personnes habilitées"));
  return finish(page, facts);
}

std::string impact(const ProcessingFacts& facts) {
  HtmlDocument page = document_of("Éléments pour l'analyse d'impact (AIPD)", facts);
  page.section("Pourquoi une analyse")
      .paragraph(
          "Le traitement suit à grande échelle des propos tenus en public : deux des critères "
          "du Comité européen de la protection des données (collecte à grande échelle, "
          "surveillance systématique) sont à examiner.")
      .section("Description")
      .paragraph("Finalité : " + escape_html(facts.purpose) +
                 "<br>Base légale : " + escape_html(facts.legal_basis))
      .paragraph(
          "Règles en vigueur : " + joined(facts.packs, ", ", escape_html) +
          ". Elles sont des fichiers lisibles, versionnés et testés ; chaque verdict dit quels "
          "mots l'ont fait, et avec quel poids.")
      .table("Sources", kSourceHeads, source_rows(facts))
      .section("Nécessité et proportionnalité")
      .list(
          {facts.keeps_all
               ? "la collectivité a choisi de conserver tout ce que ses sources apportent : " +
                     to_complete("pourquoi une sélection par règles ne suffit pas")
               : std::string("n'est conservé que ce qu'une règle de veille retient ; le reste est "
                             "compté, jamais stocké"),
           "conservation de " + days(facts.retention_days) + " : " +
               to_complete("justification de cette durée"),
           "aucune décision n'est prise automatiquement : l'outil trie et prévient, un agent lit, "
           "juge et répond ; il peut corriger chaque verdict",
           "aucun profil : l'outil ne classe ni ne compare les auteurs",
           "information des personnes : " + to_complete("adresse de la notice publique"),
           "exercice des droits : " + to_complete("procédure et délai")})
      .section("Risques et mesures")
      .table(
          "À coter par la collectivité", {"Risque", "Mesures de l'outil", "Gravité, vraisemblance"},
          {{"Accès illégitime aux propos ou aux identités",
            "pseudonymes, identités scellées, droits d'accès, journal vérifiable",
            to_complete("cotation")},
           {"Modification non désirée (verdict, alerte, journal)",
            "écritures atomiques, corruption signalée et jamais ignorée, journal à preuve "
            "d'altération",
            to_complete("cotation")},
           {"Disparition de données", "écriture synchronisée avant tout accusé de réception",
            to_complete("cotation")},
           {"Détournement vers la surveillance de personnes",
            "règles de profilage refusées à la compilation, règles publiques et testées, actions "
            "journalisées",
            to_complete("cotation")},
           {"Erreur de classement qui nuit à quelqu'un",
            "explication mot par mot, score de confiance, mention « incertain », correction par un "
            "agent",
            to_complete("cotation")}})
      .section("Mesures de sécurité")
      .list(measures())
      .section("Avis")
      .paragraph("Délégué à la protection des données : " + to_complete("avis, date") +
                 "<br>Personnes concernées ou leurs représentants : " + to_complete("avis, date") +
                 "<br>Décision du responsable : " + to_complete("décision, date"));
  return finish(page, facts);
}

std::string notice(const ProcessingFacts& facts) {
  HtmlDocument page =
      document_of("Veille des propos publics : ce que nous faisons de vos données", facts);
  page.section("Qui, pourquoi, sur quel fondement")
      .paragraph(escape_html(facts.tenant) + " lit ce qui est dit d'elle en public afin de : " +
                 escape_html(facts.purpose) + ".")
      .paragraph("Fondement : " + escape_html(facts.legal_basis) + ".")
      .section("Ce que nous lisons")
      .paragraph(
          "Seulement ce que tout le monde peut lire, et ce que vous nous adressez. Jamais de "
          "message privé.")
      .list([&] {
        std::vector<std::string> names;
        for (const ProcessingFacts::Source& source : facts.sources) {
          names.push_back(escape_html(source.id));
        }
        return names;
      }())
      .section("Ce que nous gardons, et combien de temps")
      .list(kept_fields())
      .paragraph("Tout est effacé après " + days(facts.retention_days) +
                 ". Ce que vous supprimez ou modifiez à la source l'est aussi chez nous.")
      .section("Ce que nous ne faisons pas")
      .list({"nous n'établissons aucun profil et ne classons pas les personnes",
             "nous ne cherchons ni opinion politique, ni religion, ni santé, ni appartenance "
             "syndicale",
             "aucune décision n'est prise par une machine : un agent lit et répond"})
      .section("Qui y a accès")
      .paragraph("Les agents habilités de " + escape_html(facts.tenant) +
                 ". Le nom d'un auteur n'est pas montré : un pseudonyme en tient lieu.")
      .section("Vos droits")
      .paragraph(
          "Vous pouvez demander l'accès à ce qui vous concerne, sa rectification, son "
          "effacement, la limitation du traitement, et vous y opposer : " +
          to_complete("adresse ou formulaire, contact du délégué à la protection des "
                      "données") +
          ". Si la réponse ne vous satisfait pas, vous pouvez saisir la CNIL (www.cnil.fr).");
  return finish(page, facts);
}

}  // namespace

PrivacyDocuments privacy_documents(const ProcessingFacts& facts) {
  return {register_entry(facts), impact(facts), notice(facts)};
}

}  // namespace vigie
