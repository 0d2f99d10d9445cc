export const fr = {
  settings: {
    title: "Réglages", first: "Premiers pas", about: "Ce que vous réglez ici vaut tout de suite, pour {{town}} seule, et s’inscrit au journal. Chaque partie peut attendre : vous y reviendrez par « Réglages ».",
    part: { town: "1. La collectivité", people: "2. Les personnes et les services", feeds: "3. Les sources", mail: "4. Les alertes par courriel", dates: "5. Les dates à voir sur les courbes" },
    name: "Nom affiché", perLine: "Un par ligne.",
    variable: { commune: "Le nom et ses variantes", elus: "Les élus", services: "Les services", lieux: "Les lieux", hashtags: "Les mots-dièse" },
    hint: { commune: "Toutes les façons d’écrire le nom, un par ligne : c’est ce que Vigie cherche. Sans lui, rien n’est gardé.", elus: "Prénom et nom, un par ligne.", services: "Par exemple « régie des eaux », un par ligne.", lieux: "Places, équipements, quartiers, un par ligne.", hashtags: "Avec leur croisillon, un par ligne." },
    feedsAbout: "Un fil RSS, Atom ou JSON Feed : le journal local, le site de la ville, une association.", shared_one: "{{count}} source est déjà dans la configuration du moteur.", shared_other: "{{count}} sources sont déjà dans la configuration du moteur.",
    address: "Adresse du fil", look: "Vérifier et ajouter", looking: "Lecture du fil…", noFeed: "Aucun fil pour l’instant.", remove: "Retirer le fil {{name}}", removed: "Fil retiré de la liste.", known: "Ce fil est déjà dans la liste.", tooMany: "Trente fils au plus.",
    found_one: "« {{title}} » : {{count}} entrée. Fil ajouté ; il sera lu dès l’enregistrement.", found_other: "« {{title}} » : {{count}} entrées. Fil ajouté ; il sera lu dès l’enregistrement.", newest: "Dernière entrée : {{at}}.", sample: "Premières entrées",
    fault: { unreachable: "Rien ne répond à cette adresse.", disallowed: "Ce site demande de ne pas être lu.", status: "Le site répond, mais pas avec un fil.", no_feed: "Ce n’est pas un fil RSS, Atom ou JSON Feed.", address: "Ce n’est pas l’adresse d’un fil : elle commence par http:// ou https://." },
    to: "Adresses", toHint: "Une par ligne. Chacune reçoit chaque alerte, dès qu’elle part.", server: "Serveur de courriel : {{server}} ; expéditeur : {{from}}. L’exploitation du moteur les règle (town_settings).", noMail: "Ce moteur n’a plus de place pour le courriel d’une collectivité.", others: "Déjà prévenus par la configuration : {{names}}.",
    try: "Envoyer un courriel d’essai", trying: "Envoi…", tried: "Le serveur de courriel a pris le message : regardez dans la boîte.", notTried: "Le message n’est pas parti.", noAddress: "Écrivez d’abord une adresse.",
    datesAbout: "Conseils municipaux, votes, fêtes : elles apparaissent sur le tableau de bord.", date: "Date", label: "Libellé", add: "Ajouter la date", removeDate: "Retirer {{date}} {{label}}", noDate: "Aucune date.",
    save: "Mettre en service", saving: "Enregistrement…", saved: "C’est en service.", later: "Plus tard", refused: "Rien n’est enregistré : voyez les fautes ci-dessous.", conflict: "Quelqu’un d’autre a changé ces réglages, ou les fichiers de règles, entre-temps. Rechargez la page.",
    wrong: { name: "Le nom tient sur une ligne de 200 octets.", variables: "« {{value}} » ne convient pas : une ligne, 200 octets au plus.", rules: "Les règles ne peuvent pas s’en servir : {{detail}}", feeds: "« {{value}} » n’est pas l’adresse d’un fil.", mail_to: "« {{value}} » n’est pas une adresse de courriel.", calendar: "Une date porte un libellé d’une ligne.", many: "Il y en a trop : {{detail}}" },
    now: "Ce qui se passe maintenant", waiting: "En attente de la première mention…", arrived: "La première mention est arrivée.", open: "Aller à « À traiter »", state: "État des fils", starting: "pas encore lu",
  },
};

export const en: typeof fr = {
  settings: {
    title: "Settings", first: "First steps", about: "What you set here counts at once, for {{town}} alone, and is written to the log. Each part can wait: “Settings” leads back here.",
    part: { town: "1. The town", people: "2. People and services", feeds: "3. Sources", mail: "4. Alerts by mail", dates: "5. Dates to see on the charts" },
    name: "Name shown", perLine: "One per line.",
    variable: { commune: "The name and its variants", elus: "Elected people", services: "Services", lieux: "Places", hashtags: "Hashtags" },
    hint: { commune: "Every way to write the name, one per line: it is what Vigie looks for. Without it nothing is kept.", elus: "First and last name, one per line.", services: "For example “water works”, one per line.", lieux: "Squares, facilities, quarters, one per line.", hashtags: "With their hash sign, one per line." },
    feedsAbout: "An RSS, Atom or JSON feed: the local paper, the town’s site, an association.", shared_one: "{{count}} source is in the engine’s configuration already.", shared_other: "{{count}} sources are in the engine’s configuration already.",
    address: "Address of the feed", look: "Check and add", looking: "Reading the feed…", noFeed: "No feed yet.", remove: "Remove the feed {{name}}", removed: "The feed is off the list.", known: "This feed is on the list already.", tooMany: "Thirty feeds at most.",
    found_one: "“{{title}}”: {{count}} entry. Added; it is read once you save.", found_other: "“{{title}}”: {{count}} entries. Added; it is read once you save.", newest: "Latest entry: {{at}}.", sample: "First entries",
    fault: { unreachable: "Nothing answers at this address.", disallowed: "This site asks not to be read.", status: "The site answers, but not with a feed.", no_feed: "This is no RSS, Atom or JSON feed.", address: "This is no address of a feed: it begins with http:// or https://." },
    to: "Addresses", toHint: "One per line. Each gets every alert as soon as it goes out.", server: "Mail server: {{server}}; sender: {{from}}. The operator of the engine sets them (town_settings).", noMail: "This engine has no room left for a town’s own mail.", others: "Told by the configuration already: {{names}}.",
    try: "Send a trial mail", trying: "Sending…", tried: "The mail server took the message: look into the mailbox.", notTried: "The message did not go out.", noAddress: "Write an address first.",
    datesAbout: "Councils, votes, feasts: they show on the dashboard.", date: "Date", label: "Label", add: "Add the date", removeDate: "Remove {{date}} {{label}}", noDate: "No date.",
    save: "Put in force", saving: "Saving…", saved: "In force.", later: "Later", refused: "Nothing was saved: see the faults below.", conflict: "Somebody else changed these settings, or the files of rules, meanwhile. Load the page again.",
    wrong: { name: "The name is one line of 200 bytes.", variables: "“{{value}}” will not do: one line, 200 bytes at most.", rules: "The rules cannot use it: {{detail}}", feeds: "“{{value}}” is no address of a feed.", mail_to: "“{{value}}” is no mail address.", calendar: "A date has a label of one line.", many: "There are too many: {{detail}}" },
    now: "What happens now", waiting: "Waiting for the first mention…", arrived: "The first mention has come.", open: "Go to the inbox", state: "State of the feeds", starting: "not read yet",
  },
};
