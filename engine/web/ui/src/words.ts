import i18next from "i18next";

// Every string people see, in both languages. French is the default.
const fr = {
  skip: "Aller au contenu",
  signIn: { title: "Connexion", user: "Identifiant", password: "Mot de passe", submit: "Se connecter", refused: "Identifiant ou mot de passe refusé.", throttled: "Trop d’essais : attendez quelques minutes.", failed: "Le serveur ne répond pas." },
  header: { tenant: "Collectivité", language: "English", pause: "Mettre en pause", resume: "Reprendre le direct", live: "En direct", paused: "En pause", lost: "Liaison perdue, nouvel essai…", signOut: "Se déconnecter" },
  band: { calm: "Calme", watch: "Vigilance", tension: "Tension", crisis: "Crise", oldest: "Plus ancien urgent non traité : {{age}}", none: "Rien d’urgent en attente", blind: "Sources aveugles : {{names}}", all: "Toutes les sources répondent" },
  numbers: { title: "En bref", urgentUnhandled: "Urgents à traiter", toHandle: "Alertes ouvertes", pastDeadline: "Hors délai", today: "Mentions sur 24 h" },
  inbox: { title: "À traiter", all: "Toutes", urgent: "Urgentes", negative: "Négatives", positive: "Positives", empty: "Aucune mention ici pour l’instant.", more: "Afficher la suite", fresh_one: "{{count}} nouvelle mention", fresh_other: "{{count}} nouvelles mentions", search: "Chercher dans les mentions", topic: "Thème", anyTopic: "Tous les thèmes", list: "Mentions", loading: "Chargement…", failed: "Impossible de lire les mentions." },
  alerts: { title: "Alertes", none: "Aucune alerte.", take: "Prendre en charge", close: "Clore", state: { new: "Nouvelle", taken: "Prise en charge", closed: "Close" }, open: "Voir la mention" },
  mention: { title: "Détail de la mention", choose: "Choisissez une mention dans la liste.", why: "Pourquoi ?", original: "Voir l’original", author: "Auteur (pseudonyme)", unknownAuthor: "Auteur inconnu", official: "Compte officiel", published: "Publié", received: "Reçu", edited: "Modifié", source: "Source", topics: "Thèmes", place: "Lieu", uncertain: "incertain", confidence: "confiance {{percent}} %", evidence: "Passages et règles qui ont décidé", axis: "Axe", rule: "Règle", passage: "Passage", weight: "Poids", ruleset: "Règles {{ruleset}}, modèle {{model}}", noEvidence: "Aucune règle n’a reconnu ce texte.", followers: "{{count}} abonnés", back: "Retour à la liste" },
  urgency: { low: "Faible", medium: "Moyenne", high: "Haute", critical: "Critique", label: "Urgence" },
  tone: { negative: "Négatif", neutral: "Neutre", positive: "Positif", label: "Ton" },
  axis: { watch: "Veille", topic: "Thème", sentiment: "Ton", urgency: "Urgence", abuse: "Propos abusifs" },
  keys: { title: "Raccourcis clavier", hint: "Clavier : j et k pour se déplacer, Entrée pour ouvrir, w pour « Pourquoi ? », / pour chercher", next: "Mention suivante", previous: "Mention précédente", open: "Ouvrir", why: "Pourquoi ?", search: "Chercher" },
  age: { seconds: "à l’instant", minutes: "il y a {{count}} min", hours: "il y a {{count}} h", days: "il y a {{count}} j" },
};

const en: typeof fr = {
  skip: "Skip to content",
  signIn: { title: "Sign in", user: "User name", password: "Password", submit: "Sign in", refused: "User name or password refused.", throttled: "Too many attempts: wait a few minutes.", failed: "The server does not answer." },
  header: { tenant: "Town", language: "Français", pause: "Pause", resume: "Resume", live: "Live", paused: "Paused", lost: "Connection lost, trying again…", signOut: "Sign out" },
  band: { calm: "Calm", watch: "Watchful", tension: "Tension", crisis: "Crisis", oldest: "Oldest urgent unhandled: {{age}}", none: "Nothing urgent is waiting", blind: "Blind sources: {{names}}", all: "All sources answer" },
  numbers: { title: "At a glance", urgentUnhandled: "Urgent, unhandled", toHandle: "Open alerts", pastDeadline: "Past deadline", today: "Mentions in 24 h" },
  inbox: { title: "Inbox", all: "All", urgent: "Urgent", negative: "Negative", positive: "Positive", empty: "No mention here yet.", more: "Show more", fresh_one: "{{count}} new mention", fresh_other: "{{count}} new mentions", search: "Search the mentions", topic: "Topic", anyTopic: "All topics", list: "Mentions", loading: "Loading…", failed: "The mentions cannot be read." },
  alerts: { title: "Alerts", none: "No alert.", take: "Take charge", close: "Close", state: { new: "New", taken: "Taken", closed: "Closed" }, open: "See the mention" },
  mention: { title: "The mention", choose: "Choose a mention in the list.", why: "Why?", original: "See the original", author: "Author (pseudonym)", unknownAuthor: "Unknown author", official: "Official account", published: "Published", received: "Received", edited: "Edited", source: "Source", topics: "Topics", place: "Place", uncertain: "uncertain", confidence: "confidence {{percent}} %", evidence: "Passages and rules that decided", axis: "Axis", rule: "Rule", passage: "Passage", weight: "Weight", ruleset: "Rules {{ruleset}}, model {{model}}", noEvidence: "No rule recognised this text.", followers: "{{count}} followers", back: "Back to the list" },
  urgency: { low: "Low", medium: "Medium", high: "High", critical: "Critical", label: "Urgency" },
  tone: { negative: "Negative", neutral: "Neutral", positive: "Positive", label: "Tone" },
  axis: { watch: "Watch", topic: "Topic", sentiment: "Tone", urgency: "Urgency", abuse: "Abuse" },
  keys: { title: "Keyboard shortcuts", hint: "Keyboard: j and k to move, Enter to open, w for “Why?”, / to search", next: "Next mention", previous: "Previous mention", open: "Open", why: "Why?", search: "Search" },
  age: { seconds: "just now", minutes: "{{count}} min ago", hours: "{{count}} h ago", days: "{{count}} d ago" },
};

export type Language = "fr" | "en";

const kStored = "vigie.language";

export async function initWords(): Promise<void> {
  const stored = localStorage.getItem(kStored);
  await i18next.init({
    lng: stored === "en" ? "en" : "fr",
    fallbackLng: "fr",
    resources: { fr: { translation: fr }, en: { translation: en } },
    interpolation: { escapeValue: false }, // Preact escapes
  });
  document.documentElement.lang = language();
}

export function language(): Language {
  return i18next.language === "en" ? "en" : "fr";
}

export async function switchLanguage(): Promise<void> {
  await i18next.changeLanguage(language() === "fr" ? "en" : "fr");
  localStorage.setItem(kStored, language());
  document.documentElement.lang = language();
}

export function t(key: string, values?: Record<string, string | number>): string {
  return i18next.t(key, values ?? {});
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));
}

export function formatAge(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - new Date(iso).getTime()) / 1000);
  if (seconds < 60) return t("age.seconds");
  if (seconds < 3600) return t("age.minutes", { count: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("age.hours", { count: Math.floor(seconds / 3600) });
  return t("age.days", { count: Math.floor(seconds / 86400) });
}
