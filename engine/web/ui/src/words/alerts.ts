export const fr = {
  incidents: {
    show: "Afficher", open: "Ouvertes", all: "Toutes", closed: "Closes", muted: "Muettes", answered: "Répondues",
    number: "n° {{number}}", news: { opened: "incident ouvert", risen: "niveau relevé", closed: "incident terminé" }, stories_one: "{{count}} histoire", stories_other: "{{count}} histoires", raised: "Alertée {{at}}", more: "Voir les suivantes", none: "Aucune alerte de cette sorte.", see: "Voir la mention", silence: "Rendre muet", silenceThis: "Rendre muet : {{name}}",
    silences: "Silences", aboutSilences: "Un silence n’efface rien : les alertes sont levées et listées, personne n’est prévenu. À sa fin, ce que personne n’a pris est dit en un message.", noSilence: "Aucun silence.",
    add: "Ajouter un silence", what: "Ce qui se tait", kinds: { topics: "Thème", rules: "Règle", sources: "Source", incidents: "Incident", levels: "Niveau" }, value: "Lequel", ends: "Jusqu’à", reason: "Pourquoi", make: "Rendre muet", end: "Arrêter", endThis: "Arrêter le silence n° {{number}}", past: "La fin doit être dans l’avenir.",
    state: { pending: "à venir", active: "en cours", ended: "terminé" }, by: "par {{by}}, jusqu’au {{at}}", lasts: "Durée", hours_one: "{{count}} heure", hours_other: "{{count}} heures",
    deliveries: "Envois", aboutDeliveries: "Ce qui n’a pas pu être remis, et ce qui attend encore.", noDelivery: "Tout a été remis.", dead: "Abandonnés", owed: "En attente", columns: { alert: "Alerte", receiver: "Destinataire", attempts: "Essais", next: "Prochain essai", error: "Dernière erreur" },
  },
};

export const en: typeof fr = {
  incidents: {
    show: "Show", open: "Open", all: "All", closed: "Closed", muted: "Muted", answered: "Answered",
    number: "no. {{number}}", news: { opened: "incident opened", risen: "level raised", closed: "incident over" }, stories_one: "{{count}} story", stories_other: "{{count}} stories", raised: "Alerted {{at}}", more: "Show the next ones", none: "No alert of this kind.", see: "See the mention", silence: "Mute", silenceThis: "Mute: {{name}}",
    silences: "Silences", aboutSilences: "A silence deletes nothing: alerts are raised and listed, nobody is told. At its end, what nobody has taken is told in one message.", noSilence: "No silence.",
    add: "Add a silence", what: "What falls silent", kinds: { topics: "Topic", rules: "Rule", sources: "Source", incidents: "Incident", levels: "Level" }, value: "Which", ends: "Until", reason: "Why", make: "Mute", end: "End", endThis: "End silence no. {{number}}", past: "The end must lie in the future.",
    state: { pending: "to come", active: "in force", ended: "over" }, by: "by {{by}}, until {{at}}", lasts: "How long", hours_one: "{{count}} hour", hours_other: "{{count}} hours",
    deliveries: "Deliveries", aboutDeliveries: "What could not be handed over, and what still waits.", noDelivery: "Everything was handed over.", dead: "Given up", owed: "Waiting", columns: { alert: "Alert", receiver: "Receiver", attempts: "Attempts", next: "Next attempt", error: "Last error" },
  },
};
