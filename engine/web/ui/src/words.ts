import i18next from "i18next";
import * as accounts from "./words/accounts";
import * as alerts from "./words/alerts";
import * as dashboard from "./words/dashboard";
import * as emergent from "./words/emergent";
import * as engine from "./words/engine";
import * as inbox from "./words/inbox";
import * as kiosk from "./words/kiosk";
import * as privacy from "./words/privacy";
import * as settings from "./words/settings";
import * as explorer from "./words/explorer";
import * as rules from "./words/rules";
import * as shell from "./words/shell";

// Every string people see, in both languages. French is the default.
const fr = {
  skip: "Aller au contenu",
  signIn: { title: "Connexion", user: "Identifiant", password: "Mot de passe", submit: "Se connecter", first: "Première connexion ? Le premier mot de passe est écrit sur le serveur, dans", left: "Vous êtes déconnecté.", over: "Votre session est terminée. Connectez-vous de nouveau.", unsure: "Le serveur n’a pas répondu : votre session y reste peut-être ouverte jusqu’à son terme.", refused: "Identifiant ou mot de passe refusé.", code: "Code à six chiffres de votre application, ou code de secours", codeRefused: "Code refusé. Un code ne sert qu’une fois : attendez le suivant.", throttled: "Trop d’essais : attendez quelques minutes.", failed: "Le serveur ne répond pas." },
  duty: {
    change_password: "Choisissez votre mot de passe", old: "Mot de passe reçu", fresh: "Nouveau mot de passe", strength: "Au moins 12 caractères avec minuscules, majuscules, chiffres et signes ; ou 14 de trois de ces sortes ; ou 7 mots différents.", weak: "Ce mot de passe est trop facile à trouver, ou c’est l’ancien.", wrong: "Le mot de passe reçu n’est pas celui-là.", save: "Enregistrer",
    enrol_second_factor: "Ajoutez un second facteur", enrol: "Saisissez cette clé dans votre application d’authentification, puis le code qu’elle affiche.", openApp: "Ouvrir dans l’application", recovery: "Codes de secours", keep: "Gardez-les en lieu sûr : chacun ouvre une fois si vous perdez l’application.", go: "Continuer",
  },
  header: { noTown: "Vous n’avez de rôle dans aucune collectivité.", tenant: "Collectivité", language: "English", pause: "Mettre en pause", resume: "Reprendre le direct", live: "En direct", paused: "En pause", lost: "Liaison perdue, nouvel essai…", signOut: "Se déconnecter" },
  band: { calm: "Calme", watch: "Vigilance", tension: "Tension", crisis: "Crise", oldest: "Plus ancien urgent non traité : {{age}}", none: "Rien d’urgent en attente", blind: "Sources aveugles : {{names}}", all: "Toutes les sources répondent" },
  numbers: { title: "En bref", urgentUnhandled: "Urgents à traiter", toHandle: "Alertes ouvertes", alerts: "Alertes sur 24 h", budget: "Alertes envoyées aujourd’hui, sur le budget", pastDeadline: "Hors délai", today_one: "Sur 24 h : {{mentions}} mentions, {{count}} histoire", today_other: "Sur 24 h : {{mentions}} mentions, {{count}} histoires" },
  inbox: { title: "À traiter", mentions: "Mentions", show: "Afficher", all: "Toutes", todo: "À traiter", urgent: "Urgentes", negative: "Négatives", positive: "Positives", empty: "Aucune mention ici pour l’instant.", more: "Afficher la suite", fresh_one: "{{count}} nouvelle mention", fresh_other: "{{count}} nouvelles mentions", search: "Chercher dans les mentions", topic: "Thème", anyTopic: "Tous les thèmes", loading: "Chargement…", failed: "Impossible de lire les mentions." },
  alerts: { title: "Alertes", none: "Aucune alerte.", waiting_one: "{{count}} alerte à prendre en charge", waiting_other: "{{count}} alertes à prendre en charge", take: "Prendre en charge", takeThis: "Prendre en charge : {{name}}", close: "Clore", closeThis: "Clore : {{name}}", others_one: "Voir {{count}} autre alerte", others_other: "Voir les {{count}} autres", deadline: "échéance {{at}}", late: "hors délai depuis {{at}}", failed: "Le changement n’a pas été enregistré. Essayez encore.", alreadyClosed: "Cette alerte est déjà close.", state: { new: "Nouvelle", taken: "Prise en charge par {{by}}", answered: "Répondue par {{by}}", muted: "Muette", closed: "Close" } },
  work: {
    title: "Traitement", assignee: "Confiée à", nobody: "personne", tag: "Étiquette", untag: "Ôter l’étiquette {{tag}}", note: "Note", history: "Historique", undone: "annulé", withdrawn: "texte effacé avec la mention", failed: "Ce n’est pas enregistré. Essayez encore.", tooLate: "Ce n’est plus possible : quelqu’un d’autre a agi avant vous.",
    state: { new: "Nouvelle", taken: "Prise en charge", answered: "Répondue", closed: "Close", muted: "Muette" },
    do: { take: "Prendre en charge", answer: "Répondue", close: "Clore", mute: "Rendre muette", reopen: "Rouvrir", undo: "Annuler la dernière action", tag: "Étiqueter", note: "Ajouter la note" },
    did: { take: "prise en charge", answer: "répondue", close: "close", mute: "rendue muette", reopen: "rouverte", assign: "confiée à", tag: "étiquette", untag: "étiquette ôtée", note: "note", undo: "annulation", draft: "brouillon de réponse" },
    answeredWith: "répondue avec le brouillon n° {{number}}",
  },
  story: { title: "La même histoire", mentions_one: "{{count}} mention", mentions_other: "{{count}} mentions", authors_one: "{{count}} auteur", authors_other: "{{count}} auteurs" },
  mention: { title: "Détail de la mention", choose: "Choisissez une mention dans la liste.", why: "Pourquoi ?", original: "Voir l’original", author: "Auteur (pseudonyme)", unknownAuthor: "Auteur inconnu", official: "Compte officiel", published: "Publié", received: "Reçu", edited: "Modifié", source: "Source", topics: "Thèmes", place: "Lieu", uncertain: "incertain", confidence: "confiance {{percent}} %", evidence: "Passages et règles qui ont décidé", axis: "Axe", rule: "Règle", passage: "Passage", weight: "Poids", ruleset: "Règles {{ruleset}}, modèle {{model}}", noEvidence: "Aucune règle n’a reconnu ce texte.", followers_one: "{{count}} abonné", followers_other: "{{count}} abonnés", back: "Retour à la liste", missing: "Mention introuvable", missingWhy: "Elle n’existe pas dans cette collectivité, ou elle a été effacée.", failed: "Impossible de lire la mention." },
  correction: { title: "Corriger", usefulness: "Utilité", urgent: "Urgent", notUrgent: "Pas urgent", useful: "Utile", notUseful: "Pas utile", saved: "Enregistré.", failed: "La correction n’a pas été enregistrée. Essayez encore.", by: "Corrigé par {{by}}, {{at}}. La machine disait : {{machine}}." },
  cards: {
    title: "Arguments", first: "D’abord (interne)", facts: "À dire", avoid: "À ne pas dire (interne)", until: "Valable jusqu’au {{date}}", prepare: "Préparer une réponse", prepareFrom: "Préparer une réponse : {{title}}", notInPublic: "Cette fiche ne se répond pas en public.",
    draft: "Brouillon de réponse, {{limit}} caractères au plus", leftOut_one: "{{count}} phrase n’avait pas la place.", leftOut_other: "{{count}} phrases n’avaient pas la place.", human: "Vigie n’envoie rien : copiez ce texte et répondez vous-même.", copy: "Copier", copied: "Copié.", copyFailed: "Le navigateur n’a pas copié : sélectionnez le texte et copiez-le.",
    answered: "Répondue avec ce texte", tooLong: "Ce réseau ne prend que {{limit}} caractères.", failed: "Impossible de lire les fiches.", draftFailed: "Le brouillon n’a pas été préparé. Essayez encore.", none: "Cette collectivité n’a pas de fiche.",
  },
  samples: {
    title: "Échantillon", about: "Chaque semaine, des mentions tirées au sort sont jugées sans voir ce que la machine en dit : c’est ce qui dit combien elle se trompe.", weeks: "Semaines", week: "{{week}} : {{judged}} sur {{all}}", draw: "Tirer {{week}}", notOver: "Rien n’a été gardé cette semaine-là, ou elle n’est pas finie.", failed: "Impossible de lire l’échantillon.", notSaved: "Le jugement n’a pas été enregistré. Essayez encore.",
    progress: "{{judged}} jugées sur {{all}}", mention: "Mention {{place}} sur {{all}}", toneQuestion: "Quel est son ton ?", urgentQuestion: "Faut-il répondre vite ?", toneFirst: "Choisissez d’abord le ton.", skip: "Passer", done: "Vous avez tout jugé.", show: "Voir le résultat",
    result: "Résultat", covered: "{{judged}} mentions jugées sur {{drawn}} tirées ; elles valent pour {{share}} de la semaine.", sentiment: "Sentiment net de la semaine selon les personnes : {{value}} ± {{error}}.", head: { tone: "Ton", urgency: "Urgence" }, class: { urgent: "Urgent", not_urgent: "Pas urgent" },
    accuracy: "Justes : {{share}}", kappa: "accord entre deux personnes : κ = {{kappa}} sur {{n}} mentions", matrix: "Mentions de la semaine ; entre parenthèses, l’intervalle à 95 %", machine: "La machine dit", people: "Les personnes : {{said}}", precision: "Précision", recall: "Rappel", how: "Règles {{rulesets}}. Déjà corrigées avant le tirage : {{corrected}}.",
  },
  counter: {
    title: "Saisie", open: "Saisir une parole", about: "Notez ici ce qu’une personne dit à l’accueil, au téléphone ou par écrit, pour que {{town}} l’entende comme le reste. Seule votre collectivité garde cette saisie.",
    required: "Les champs marqués d’une étoile (*) sont obligatoires.",
    channel: { title: "Comment la personne s’est adressée à vous", counter: "À l’accueil", phone: "Au téléphone", paper: "Par courrier ou sur papier", digital_space: "Dans un espace numérique public" },
    text: "Ce que la personne a dit", textHint: "Avec ses mots. N’écrivez ni nom, ni adresse, ni numéro de téléphone.", subject: "Objet", place: "Lieu concerné",
    saidAt: "Date et heure", saidAtHint: "Laissez vide si c’est maintenant.", submit: "Enregistrer",
    fault: { channel: "Choisissez comment la personne s’est adressée à vous.", text: "Écrivez ce que la personne a dit.", future: "Cette date est dans l’avenir." },
    failed: "La saisie n’a pas été enregistrée. Essayez encore : elle ne sera pas comptée deux fois.", busy: "Le serveur est occupé : rien n’est enregistré. Essayez encore dans un instant.", tooOld: "Cette date est plus ancienne que ce que la collectivité peut garder.",
    recorded: "C’est enregistré", none: "Rien n’a été saisi depuis l’ouverture de cette page", recordedAt: "Saisie enregistrée, {{at}}", back: "Aller aux mentions",
  },
  urgency: { low: "Faible", medium: "Moyenne", high: "Haute", critical: "Critique" },
  tone: { negative: "Négatif", neutral: "Neutre", positive: "Positif" },
  axis: { watch: "Veille", topic: "Thème", sentiment: "Ton", opinion: "Avis exprimé", urgency: "Urgence", abuse: "Propos abusifs" },
  learned: { words: "Mots appris", rest: "Reste du texte" },
  keys: { title: "Raccourcis clavier", on: "Raccourcis à une touche", close: "Fermer", enter: "Entrée", does: { g: "puis une lettre : i à traiter, a alertes, t tableau, e explorer, r règles, b besoins, o exploitation, c confidentialité", x: "cocher la mention", "+": "le ton est positif", "0": "le ton est neutre", "-": "le ton est négatif", u: "utile ou pas utile", j: "mention suivante", k: "mention précédente", Enter: "ouvrir la mention", p: "prendre en charge", s: "confier", l: "étiqueter", n: "noter", m: "rendre muette", f: "clore", z: "annuler la dernière action", w: "aller à « Pourquoi ? »", "/": "chercher", "?": "cette aide" } },
  access: {
    title: "Accessibilité",
    back: "Retour",
    state: { title: "État", items: "Ces écrans visent le RGAA 4.1 (niveau AA).\nAucun audit de conformité n’a été fait : le taux de conformité n’est pas connu." },
    tested: { title: "Ce qui est essayé à chaque version, dans Chromium", items: "Le parcours au clavier seul : liste, détail, aide, saisie.\nUne saisie incomplète : la faute est dite à côté de son champ, et le focus y va.\nLe focus : il va au titre du détail, et ne se perd ni après une prise en charge ni après la connexion.\nLe contraste de l’anneau de focus, au moins 3:1, en clair et en sombre.\nUn seul titre de niveau 1, un titre de page qui dit la collectivité, la langue de la page.\nTout ce que trouve axe-core (WCAG 2.2 A et AA, bonnes pratiques) : rien, sur chaque écran, dans les deux langues, en clair et en sombre.\nAucun défilement horizontal à 320 pixels de large, ni avec le texte agrandi à 200 %.\nChaque commande de chaque écran est atteinte par la touche Tab." },
    untested: { title: "Ce qui n’a pas été essayé", items: "Les lecteurs d’écran (NVDA, JAWS, VoiceOver, TalkBack).\nD’autres navigateurs que Chromium.\nL’usage par des personnes handicapées." },
    known: { title: "Ce que l’on sait imparfait", items: "Le contenu des mentions vient de tiers : sa langue et ses emoji ne sont pas toujours décrits.\nLes courriels d’alerte n’ont pas été essayés avec un lecteur d’écran." },
    contact: { title: "Signaler une difficulté", items: "Dites-la au service de votre collectivité qui exploite Vigie.\nSans réponse satisfaisante, le Défenseur des droits peut être saisi." },
  },
  ops: {
    title: "Exploitation", coverage: "Couverture", formula: "Secondes où une source était vue, sur toutes les secondes attendues.", partly: "et {{share}} en partie", range: "Période", days_one: "{{count}} jour", days_other: "{{count}} jours", table: "Voir le tableau", csv: "Télécharger en CSV", nothing: "Rien n’est encore connu de cette période.", chart: "Part du temps où chaque source était vue : {{summary}}. Le tableau dit la même chose.",
    source: "Source", reasons: "Pourquoi elle n’était pas vue", seconds: "{{count}} s", minutes: "{{count}} min", hours: "{{count}} h",
    sight: { clear: "Vue", partial: "En partie", blind: "Aveugle", unwatched: "Non attendue" },
    state: { active: "Active", waiting: "En attente après une erreur", finished: "Lue jusqu’au bout", limited: "Partielle", retired: "Retirée", starting: "Démarrage", quota_spent: "Quota épuisé", unauthorised: "Accès refusé", disallowed: "Refusée par robots.txt", stopped: "Vigie arrêtée", removed: "Hors configuration" },
    costs: "Coûts sur 30 jours", costRule: "Une lecture payée une seule fois sert toutes les collectivités : son coût se partage selon les mentions que chacune garde. Ce que personne ne garde est à part.", kept: "Mentions gardées ici", ours: "Part d’ici", unkept: "Gardé par personne", total: "Total", reads: "Lectures", requests: "Requêtes", bytes: "Octets", all: "Toutes les sources",
    data: "Où vont les données", dataRule: "Aucune mention et aucun auteur ne sont envoyés à une source.", now: "État", hosts: "Serveurs", sends: "Ce qui leur est envoyé", country: "Pays", note: "Note juridique", nobody: "aucun", none: "rien", unknown: "non indiqué", pushed: "elle nous appelle",
    what: { user_agent: "nom du logiciel et contact", address: "adresse de la page lue", query: "termes cherchés", accounts: "comptes suivis", credential: "clé d’accès", acknowledgement: "accusés de réception", callback: "adresse de rappel" },
  },
  age: { seconds: "à l’instant", minutes: "il y a {{count}} min", hours: "il y a {{count}} h", days: "il y a {{count}} j" },
};

const en: typeof fr = {
  skip: "Skip to content",
  signIn: { title: "Sign in", user: "User name", password: "Password", submit: "Sign in", first: "First time? The first password is written on the server, in", left: "You are signed out.", over: "Your session is over. Please sign in again.", unsure: "The server did not answer: your session may stay open there until it runs out.", refused: "User name or password refused.", code: "Six-digit code of your app, or a recovery code", codeRefused: "Code refused. A code is good once: wait for the next one.", throttled: "Too many attempts: wait a few minutes.", failed: "The server does not answer." },
  duty: {
    change_password: "Choose your password", old: "Password you were given", fresh: "New password", strength: "At least 12 characters with small and capital letters, digits and signs; or 14 of three of these; or 7 different words.", weak: "That password is too easy to guess, or it is the old one.", wrong: "That is not the password you were given.", save: "Save",
    enrol_second_factor: "Add a second factor", enrol: "Type this key into your authenticator app, then the code that it shows.", openApp: "Open in the app", recovery: "Recovery codes", keep: "Keep them safe: each opens once if you lose the app.", go: "Go on",
  },
  header: { noTown: "You have no role in any town.", tenant: "Town", language: "Français", pause: "Pause", resume: "Resume", live: "Live", paused: "Paused", lost: "Connection lost, trying again…", signOut: "Sign out" },
  band: { calm: "Calm", watch: "Watchful", tension: "Tension", crisis: "Crisis", oldest: "Oldest urgent unhandled: {{age}}", none: "Nothing urgent is waiting", blind: "Blind sources: {{names}}", all: "All sources answer" },
  numbers: { title: "At a glance", urgentUnhandled: "Urgent, unhandled", toHandle: "Open alerts", alerts: "Alerts in 24 h", budget: "Alerts sent today, of the budget", pastDeadline: "Past deadline", today_one: "In 24 h: {{mentions}} mentions, {{count}} story", today_other: "In 24 h: {{mentions}} mentions, {{count}} stories" },
  inbox: { title: "Inbox", mentions: "Mentions", show: "Show", all: "All", todo: "To handle", urgent: "Urgent", negative: "Negative", positive: "Positive", empty: "No mention here yet.", more: "Show more", fresh_one: "{{count}} new mention", fresh_other: "{{count}} new mentions", search: "Search the mentions", topic: "Topic", anyTopic: "All topics", loading: "Loading…", failed: "The mentions cannot be read." },
  alerts: { title: "Alerts", none: "No alert.", waiting_one: "{{count}} alert waits for somebody", waiting_other: "{{count}} alerts wait for somebody", take: "Take charge", takeThis: "Take charge: {{name}}", close: "Close", closeThis: "Close: {{name}}", others_one: "See {{count}} other alert", others_other: "See the {{count}} others", deadline: "due {{at}}", late: "overdue since {{at}}", failed: "The change was not saved. Please try again.", alreadyClosed: "This alert is closed already.", state: { new: "New", taken: "Taken by {{by}}", answered: "Answered by {{by}}", muted: "Muted", closed: "Closed" } },
  work: {
    title: "Handling", assignee: "Assigned to", nobody: "nobody", tag: "Tag", untag: "Remove the tag {{tag}}", note: "Note", history: "History", undone: "undone", withdrawn: "text erased with the mention", failed: "This was not saved. Please try again.", tooLate: "This is no longer possible: somebody else was first.",
    state: { new: "New", taken: "Taken", answered: "Answered", closed: "Closed", muted: "Muted" },
    do: { take: "Take charge", answer: "Answered", close: "Close", mute: "Mute", reopen: "Reopen", undo: "Undo the last step", tag: "Add the tag", note: "Add the note" },
    did: { take: "taken", answer: "answered", close: "closed", mute: "muted", reopen: "reopened", assign: "assigned to", tag: "tag", untag: "tag removed", note: "note", undo: "undo", draft: "draft of a reply" },
    answeredWith: "answered with draft no. {{number}}",
  },
  story: { title: "The same story", mentions_one: "{{count}} mention", mentions_other: "{{count}} mentions", authors_one: "{{count}} author", authors_other: "{{count}} authors" },
  mention: { title: "The mention", choose: "Choose a mention in the list.", why: "Why?", original: "See the original", author: "Author (pseudonym)", unknownAuthor: "Unknown author", official: "Official account", published: "Published", received: "Received", edited: "Edited", source: "Source", topics: "Topics", place: "Place", uncertain: "uncertain", confidence: "confidence {{percent}} %", evidence: "Passages and rules that decided", axis: "Axis", rule: "Rule", passage: "Passage", weight: "Weight", ruleset: "Rules {{ruleset}}, model {{model}}", noEvidence: "No rule recognised this text.", followers_one: "{{count}} follower", followers_other: "{{count}} followers", back: "Back to the list", missing: "No such mention", missingWhy: "It is not in this town, or it has been erased.", failed: "The mention cannot be read." },
  correction: { title: "Correct this", usefulness: "Usefulness", urgent: "Urgent", notUrgent: "Not urgent", useful: "Useful", notUseful: "Not useful", saved: "Saved.", failed: "The correction was not saved. Please try again.", by: "Corrected by {{by}}, {{at}}. The machine had said: {{machine}}." },
  cards: {
    title: "Arguments", first: "First (internal)", facts: "To say", avoid: "Not to say (internal)", until: "Valid until {{date}}", prepare: "Prepare a reply", prepareFrom: "Prepare a reply: {{title}}", notInPublic: "This is not answered in public.",
    draft: "Draft of a reply, at most {{limit}} characters", leftOut_one: "There was no room for {{count}} sentence.", leftOut_other: "There was no room for {{count}} sentences.", human: "Vigie sends nothing: copy this text and answer yourself.", copy: "Copy", copied: "Copied.", copyFailed: "The browser did not copy: select the text and copy it.",
    answered: "Answered with this text", tooLong: "This network takes {{limit}} characters only.", failed: "The cards cannot be read.", draftFailed: "The draft was not prepared. Please try again.", none: "This town has no card.",
  },
  samples: {
    title: "Sample", about: "Each week, mentions drawn by lot are judged without seeing what the machine says of them: that tells how often it is wrong.", weeks: "Weeks", week: "{{week}}: {{judged}} of {{all}}", draw: "Draw {{week}}", notOver: "Nothing was kept in that week, or it is not over.", failed: "The sample cannot be read.", notSaved: "The judgement was not saved. Please try again.",
    progress: "{{judged}} judged of {{all}}", mention: "Mention {{place}} of {{all}}", toneQuestion: "What is its tone?", urgentQuestion: "Must somebody answer soon?", toneFirst: "Choose the tone first.", skip: "Skip", done: "You have judged them all.", show: "Show the result",
    result: "Result", covered: "{{judged}} mentions judged of {{drawn}} drawn; they stand for {{share}} of the week.", sentiment: "Net sentiment of the week by people: {{value}} ± {{error}}.", head: { tone: "Tone", urgency: "Urgency" }, class: { urgent: "Urgent", not_urgent: "Not urgent" },
    accuracy: "Right: {{share}}", kappa: "agreement of two people: κ = {{kappa}} on {{n}} mentions", matrix: "Mentions of the week; in brackets the 95 % interval", machine: "The machine says", people: "People: {{said}}", precision: "Precision", recall: "Recall", how: "Rules {{rulesets}}. Corrected before the drawing: {{corrected}}.",
  },
  counter: {
    title: "Counter", open: "Record what somebody says", about: "Write down here what somebody says at the counter, on the phone or on paper, so that {{town}} hears it like everything else. Only your town keeps it.",
    required: "Fields marked with a star (*) are required.",
    channel: { title: "How the person reached you", counter: "At the counter", phone: "On the phone", paper: "By letter or on paper", digital_space: "In a public digital space" },
    text: "What the person said", textHint: "In their words. Write no name, no address, no telephone number.", subject: "Subject", place: "Place concerned",
    saidAt: "Date and time", saidAtHint: "Leave it empty if it is now.", submit: "Record",
    fault: { channel: "Choose how the person reached you.", text: "Write what the person said.", future: "This date lies in the future." },
    failed: "The entry was not recorded. Please try again: it will not be counted twice.", busy: "The server is busy: nothing is recorded. Please try again in a moment.", tooOld: "This date is older than the town may keep anything.",
    recorded: "It is recorded", none: "Nothing was recorded since this page was opened", recordedAt: "Entry recorded, {{at}}", back: "Go to the mentions",
  },
  urgency: { low: "Low", medium: "Medium", high: "High", critical: "Critical" },
  tone: { negative: "Negative", neutral: "Neutral", positive: "Positive" },
  axis: { watch: "Watch", topic: "Topic", sentiment: "Tone", opinion: "Opinion voiced", urgency: "Urgency", abuse: "Abuse" },
  learned: { words: "Learned words", rest: "Rest of the text" },
  keys: { title: "Keyboard shortcuts", on: "Single-key shortcuts", close: "Close", enter: "Enter", does: { g: "then a letter: i inbox, a alerts, t dashboard, e explore, r rules, b needs, o operations, c privacy", x: "tick the mention", "+": "the tone is positive", "0": "the tone is neutral", "-": "the tone is negative", u: "useful or not useful", j: "next mention", k: "previous mention", Enter: "open the mention", p: "take charge", s: "assign", l: "tag", n: "note", m: "mute", f: "close", z: "undo the last step", w: "go to “Why?”", "/": "search", "?": "this help" } },
  access: {
    title: "Accessibility",
    back: "Back",
    state: { title: "State", items: "These screens aim at RGAA 4.1 (level AA), the French public rules.\nNo audit has been made: the degree of conformance is not known." },
    tested: { title: "What is tried with every version, in Chromium", items: "The way by keyboard alone: list, detail, help, counter.\nAn entry that lacks something: the fault is said next to its field, and the focus goes there.\nFocus: it goes to the detail’s heading, and is lost neither after taking charge nor after signing in.\nThe contrast of the focus ring, at least 3:1, light and dark.\nOne heading of level 1, a page title that says the town, the page’s language.\nAll that axe-core finds (WCAG 2.2 A and AA, best practices): nothing, on every screen, in both languages, light and dark.\nNo sideways scrolling at 320 pixels, nor with the text at 200 %.\nEvery control of every screen is reached by Tab." },
    untested: { title: "What has not been tried", items: "Screen readers (NVDA, JAWS, VoiceOver, TalkBack).\nBrowsers other than Chromium.\nUse by people with disabilities." },
    known: { title: "What is known to be imperfect", items: "Mentions are written by others: their language and emoji are not always described.\nAlert mails have not been tried with a screen reader." },
    contact: { title: "Tell of a difficulty", items: "Tell the service of your town that runs Vigie.\nIn France, the Défenseur des droits can be asked if the answer does not satisfy." },
  },
  ops: {
    title: "Operations", coverage: "Coverage", formula: "Seconds in which a source was seen, of all seconds expected.", partly: "and {{share}} in part", range: "Period", days_one: "{{count}} day", days_other: "{{count}} days", table: "Show the table", csv: "Download as CSV", nothing: "Nothing is known of this period yet.", chart: "Share of the time in which each source was seen: {{summary}}. The table says the same.",
    source: "Source", reasons: "Why it was not seen", seconds: "{{count}} s", minutes: "{{count}} min", hours: "{{count}} h",
    sight: { clear: "Seen", partial: "In part", blind: "Blind", unwatched: "Not expected" },
    state: { active: "Active", waiting: "Waiting after an error", finished: "Read to its end", limited: "Partial", retired: "Retired", starting: "Starting", quota_spent: "Quota spent", unauthorised: "Access refused", disallowed: "Refused by robots.txt", stopped: "Vigie did not run", removed: "Not in the configuration" },
    costs: "Costs over 30 days", costRule: "What is read once, and paid once, serves all towns: its cost is split by the mentions that each keeps. What nobody keeps stands apart.", kept: "Mentions kept here", ours: "Share of this town", unkept: "Kept by nobody", total: "Total", reads: "Reads", requests: "Requests", bytes: "Bytes", all: "All sources",
    data: "Where data goes", dataRule: "No mention and no author is ever sent to a source.", now: "State", hosts: "Servers", sends: "What is sent to them", country: "Country", note: "Legal note", nobody: "none", none: "nothing", unknown: "not stated", pushed: "it calls us",
    what: { user_agent: "the software’s name and contact", address: "address of the page read", query: "search terms", accounts: "accounts followed", credential: "access key", acknowledgement: "acknowledgements", callback: "callback address" },
  },
  age: { seconds: "just now", minutes: "{{count}} min ago", hours: "{{count}} h ago", days: "{{count}} d ago" },
};

export type Language = "fr" | "en";

/// Of one screen each.
const kParts = [shell, accounts, alerts, dashboard, emergent, engine, explorer, inbox, kiosk, privacy, rules, settings];

const kStored = "vigie.language";

export async function initWords(): Promise<void> {
  const stored = localStorage.getItem(kStored);
  await i18next.init({
    lng: stored === "en" ? "en" : "fr",
    fallbackLng: "fr",
    resources: {
      fr: { translation: Object.assign({}, fr, ...kParts.map((part) => part.fr)) },
      en: { translation: Object.assign({}, en, ...kParts.map((part) => part.en)) },
    },
    interpolation: { escapeValue: false }, // Preact escapes
  });
  document.documentElement.lang = language();
}

export function language(): Language {
  return i18next.language === "en" ? "en" : "fr";
}

export function otherLanguage(): Language {
  return language() === "fr" ? "en" : "fr";
}

export async function switchLanguage(): Promise<void> {
  await i18next.changeLanguage(otherLanguage());
  localStorage.setItem(kStored, language());
  document.documentElement.lang = language();
}

export function t(key: string, values?: Record<string, string | number>): string {
  return i18next.t(key, values ?? {});
}

/// Stands between a name and what is said of it.
export function colon(): string {
  return language() === "fr" ? " : " : ": ";
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));
}

/// The time of day, with the day unless it is today's.
export function formatClock(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(language(), { ...(isToday ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit" }).format(time);
}

export function formatDay(at: number): string {
  return new Intl.DateTimeFormat(language(), { day: "numeric", month: "short" }).format(at);
}

/// A date's noon by the reader's clocks: within that day wherever it is drawn.
export function noonOf(date: string): number {
  return new Date(`${date}T12:00:00`).getTime();
}

/// A date with its year.
export function formatDate(date: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(noonOf(date));
}

export function formatBytes(count: number): string {
  const [unit, size] = count < 1e6 ? ["kilobyte", 1e3] : count < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(language(), { style: "unit", unit: unit as string, maximumFractionDigits: 1 }).format(count / (size as number));
}

export function formatAge(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - new Date(iso).getTime()) / 1000);
  if (seconds < 60) return t("age.seconds");
  if (seconds < 3600) return t("age.minutes", { count: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("age.hours", { count: Math.floor(seconds / 3600) });
  return t("age.days", { count: Math.floor(seconds / 86400) });
}
