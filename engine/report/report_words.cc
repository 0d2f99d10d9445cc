#include "engine/report/report_words.h"

namespace vigie {
namespace {

constexpr ReportWords kFrench = {
    .language = "fr",
    .title = "Note de la semaine",
    .week = "Semaine",
    .from = "du",
    .to = "au",
    .skip = "Aller au contenu",
    .state = "État",
    .states = {"Calme", "Vigilance", "Tension", "Crise"},
    .state_means = {"Aucune alerte urgente cette semaine.",
                    "Des alertes urgentes, aucune critique.",
                    "Une alerte critique, ou au moins cinq alertes urgentes.",
                    "Au moins trois alertes critiques."},
    .figures = "Les chiffres",
    .measure = "Mesure",
    .value = "Cette semaine",
    .previous = "Semaine précédente",
    .change = "Évolution",
    .error = "marges à 95 %",
    .mentions = "Mentions publiques",
    .urgent = "dont urgentes",
    .net_sentiment = "Solde d’opinion (positifs − négatifs, sur 100)",
    .alerts = "Alertes",
    .taken_after = "Prise en charge (médiane)",
    .top_topic = "Premier thème",
    .by_chance = "dans la marge du hasard",
    .more = "hausse nette",
    .less = "baisse nette",
    .nothing_before = "rien à comparer",
    .too_few = "trop peu de mentions (moins de 30)",
    .nobody_took = "aucune prise en charge",
    .no_topic_yet = "aucun",
    .tone_by_topic = "Le ton, thème par thème",
    .tone_chart =
        "Part des mentions négatives (à gauche) et positives (à droite) de chaque thème. Les "
        "mêmes chiffres sont dans le tableau qui suit.",
    .topic = "Thème",
    .negative = "Négatives",
    .neutral = "Neutres",
    .positive = "Positives",
    .all = "Toutes",
    .other_topics = "Autres thèmes",
    .by_day = "Jour par jour",
    .day_chart =
        "Nombre de mentions de chaque jour. Les mêmes chiffres sont dans le tableau qui suit.",
    .day = "Jour",
    .days = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
    .alert_list = "Les alertes de la semaine",
    .at = "Publié",
    .level = "Niveau",
    .subject = "Sujet",
    .levels = {"faible", "moyen", "élevé", "critique"},
    .handled = "Suite donnée",
    .states_of_work = {"en attente", "prise en charge", "répondue", "close", "muette"},
    .no_alert = "Aucune alerte cette semaine.",
    .no_mention = "Aucune mention cette semaine.",
    .more_alerts = "autres alertes, à lire dans Vigie",
    .stories = "Ce qui a été le plus repris",
    .story_mentions = "mentions",
    .story_authors = "auteurs",
    .coverage = "Ce que nous n’avons pas pu voir",
    .no_coverage = "Aucune source n’était suivie en continu cette semaine.",
    .seen = "Part du temps où les sources étaient vues",
    .least_seen = "Vues moins que cela",
    .method = "Comment lire ces chiffres",
    .method_text =
        "Ce sont des messages publics retenus par les règles de veille de la commune, jugés par "
        "une "
        "machine, corrigés par des personnes ; ils ne disent pas l’opinion de tous les habitants. "
        "Marges à 95 %. Une évolution « dans la marge du hasard » ne veut rien dire. Une mention "
        "peut relever de plusieurs thèmes.",
    .decimal = ",",
    .colon = "\u00a0: ",
};

constexpr ReportWords kEnglish = {
    .language = "en",
    .title = "The week’s note",
    .week = "Week",
    .from = "from",
    .to = "to",
    .skip = "Skip to content",
    .state = "State",
    .states = {"Calm", "Watchful", "Tension", "Crisis"},
    .state_means = {"No urgent alert this week.", "Urgent alerts, none critical.",
                    "One critical alert, or at least five urgent ones.",
                    "At least three critical alerts."},
    .figures = "The figures",
    .measure = "Measure",
    .value = "This week",
    .previous = "Week before",
    .change = "Change",
    .error = "margins at 95 %",
    .mentions = "Public mentions",
    .urgent = "urgent ones",
    .net_sentiment = "Net sentiment (positive − negative, of 100)",
    .alerts = "Alerts",
    .taken_after = "Taken charge of after (median)",
    .top_topic = "First topic",
    .by_chance = "no more than chance",
    .more = "clearly up",
    .less = "clearly down",
    .nothing_before = "nothing to compare with",
    .too_few = "too few mentions (under 30)",
    .nobody_took = "none was taken",
    .no_topic_yet = "none",
    .tone_by_topic = "Tone by topic",
    .tone_chart =
        "Share of negative (left) and positive (right) mentions of each topic. The same "
        "figures are in the table below.",
    .topic = "Topic",
    .negative = "Negative",
    .neutral = "Neutral",
    .positive = "Positive",
    .all = "All",
    .other_topics = "Other topics",
    .by_day = "Day by day",
    .day_chart = "Mentions of each day. The same figures are in the table below.",
    .day = "Day",
    .days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    .alert_list = "The week’s alerts",
    .at = "Said",
    .level = "Level",
    .subject = "Subject",
    .levels = {"low", "medium", "high", "critical"},
    .handled = "What became of it",
    .states_of_work = {"waiting", "taken charge of", "answered", "closed", "muted"},
    .no_alert = "No alert this week.",
    .no_mention = "No mention this week.",
    .more_alerts = "more alerts, to be read in Vigie",
    .stories = "What was repeated most",
    .story_mentions = "mentions",
    .story_authors = "authors",
    .coverage = "What we could not see",
    .no_coverage = "No source was watched continuously this week.",
    .seen = "Share of the time in which the sources were seen",
    .least_seen = "Seen less than that",
    .method = "How to read these figures",
    .method_text =
        "These are public messages kept by the town’s watch rules, judged by a machine and "
        "corrected "
        "by people; they are not the opinion of all inhabitants. Margins at 95 %. A change that is "
        "“no more than chance” means nothing. A mention may have several topics.",
    .decimal = ".",
    .colon = ": ",
};

}  // namespace

const ReportWords& report_words(std::string_view language) {
  return language == "en" ? kEnglish : kFrench;
}

}  // namespace vigie
