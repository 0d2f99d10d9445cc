export const fr = {
  explorer: {
    query: "Chercher dans les mentions gardées", hint: "Des mots, « une expression », et, ou, sauf : avec la langue des règles.", submit: "Chercher", searching: "Recherche…", helpTitle: "La langue, par l’exemple",
    help: { and: "les deux", or: "l’un des deux", not: "le premier sans le second", phrase: "ces mots à la suite", near: "les deux, avec trois mots au plus entre eux", stem: "tout mot qui commence ainsi", title: "dans le titre seulement", source: "d’un réseau seulement, avec un mot à trouver", names: "les noms de la collectivité" },
    fault: "Colonne {{column}} : ", goTo: "Aller à la colonne {{column}}", failed: "La recherche n’a pas abouti.", busy: "Le serveur est occupé. Essayez encore dans un instant.",
    period: "Période", days_one: "Les dernières 24 heures", days_other: "Les {{count}} derniers jours", tone: "Ton", urgency: "Urgence au moins", source: "Source", lang: "Langue", topic: "Thème", any: "Tous", anyTone: "Tous les tons", anyUrgency: "Toutes", anySource: "Toutes", anyLang: "Toutes", filters: "Filtres",
    found_one: "{{mentions}} mention trouvée", found_other: "{{mentions}} mentions trouvées", scanned: "parmi {{scanned}} gardées sur la période.", sofar: "parmi les {{scanned}} les plus récentes : le temps a manqué pour voir toute la période.", goOn: "Chercher plus loin", none: "Aucune mention ne correspond.",
    views: "Affichage", list: "Liste", table: "Tableau", chart: "Graphique", more: "Afficher la suite", csv: "Télécharger en CSV", results: "Résultats", matched: "Trouvé : {{words}}",
    perHour: "Mentions par heure", perDay: "Mentions par jour", chartIs: "Colonnes : {{total}} mentions du {{from}} au {{to}}, {{most}} au plus par {{unit}}.", unit: { hour: "heure", day: "jour" }, hour: "Heure", day: "Jour", mentions: "Mentions", negative: "Négatives", formula: "mentions reçues qui répondent à la recherche, au fuseau de la collectivité", bySource: "Par source", byTopic: "Par thème", byTone: "Par ton", noTopic: "Aucun thème.",
    at: "Reçue", text: "Texte", save: "En faire une règle", saveHint: "La recherche devient le brouillon d’une règle de thème, avec ses essais. Rien n’est publié.", topicName: "Nom du thème", topicMissing: "Donnez un nom au thème.", toEditor: "Ouvrir le brouillon dans les règles", byHand: "Les règles de la collectivité ne sont pas écrites ligne par ligne : ajoutez ce brouillon à la main.", draft: "Brouillon",
  },
};

export const en: typeof fr = {
  explorer: {
    query: "Search the kept mentions", hint: "Words, “a phrase”, and, or, not: in the language of rules.", submit: "Search", searching: "Searching…", helpTitle: "The language, by example",
    help: { and: "both", or: "one of them", not: "the first without the second", phrase: "these words in a row", near: "both, with three words between at most", stem: "any word that begins so", title: "in the title only", source: "of one network only, beside a word to find", names: "the names of the town" },
    fault: "Column {{column}}: ", goTo: "Go to column {{column}}", failed: "The search failed.", busy: "The server is busy. Please try again in a moment.",
    period: "Period", days_one: "The last 24 hours", days_other: "The last {{count}} days", tone: "Tone", urgency: "Urgency at least", source: "Source", lang: "Language", topic: "Topic", any: "All", anyTone: "All tones", anyUrgency: "All", anySource: "All", anyLang: "All", filters: "Filters",
    found_one: "{{mentions}} mention found", found_other: "{{mentions}} mentions found", scanned: "among {{scanned}} kept in the period.", sofar: "among the newest {{scanned}}: there was no time for all of the period.", goOn: "Search further", none: "No mention fits.",
    views: "View", list: "List", table: "Table", chart: "Chart", more: "Show more", csv: "Download as CSV", results: "Results", matched: "Found: {{words}}",
    perHour: "Mentions per hour", perDay: "Mentions per day", chartIs: "Columns: {{total}} mentions from {{from}} to {{to}}, {{most}} at most per {{unit}}.", unit: { hour: "hour", day: "day" }, hour: "Hour", day: "Day", mentions: "Mentions", negative: "Negative", formula: "mentions received that fulfil the search, in the town’s time zone", bySource: "By source", byTopic: "By topic", byTone: "By tone", noTopic: "No topic.",
    at: "Received", text: "Text", save: "Make it a rule", saveHint: "The search becomes the draft of a topic rule, with its tests. Nothing is published.", topicName: "Name of the topic", topicMissing: "Give the topic a name.", toEditor: "Open the draft in the rules", byHand: "The town’s rules are not written line by line: add this draft by hand.", draft: "Draft",
  },
};
