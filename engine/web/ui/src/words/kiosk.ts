export const fr = {
  kiosk: { title: "Ce qui se dit de {{town}}", about: "Mentions publiques de la commune, par semaine, thème et ton. Personne n’y est nommé : ce qui vient de moins de {{people}} personnes est tenu secret, et avec cela ce qui le ferait deviner.", week: "Semaine du {{from}} au {{to}}", topic: "Thème", all: "Toutes", noTopic: "sans thème", total: "Toutes les mentions", secret: "secret", csv: "Télécharger cette semaine (CSV, Licence Ouverte 2.0)", none: "Rien à montrer encore : seules les semaines entières le sont.", missing: "Cette page n’existe pas.", bar: "{{negative}} négatives, {{neutral}} neutres, {{positive}} positives", open: "Page publique", signIn: "Connexion" },
};

export const en: typeof fr = {
  kiosk: { title: "What is said of {{town}}", about: "Public mentions of the town by week, topic and tone. Nobody is named: what comes from fewer than {{people}} people is kept secret, and with it what would give it away.", week: "Week from {{from}} to {{to}}", topic: "Topic", all: "All", noTopic: "no topic", total: "All mentions", secret: "secret", csv: "Download this week (CSV, open licence)", none: "Nothing to show yet: only whole weeks are.", missing: "There is no such page.", bar: "{{negative}} negative, {{neutral}} neutral, {{positive}} positive", open: "Public page", signIn: "Sign in" },
};
