/// Of what surrounds every screen.
export const fr = {
  nav: {
    label: "Écrans", menu: "Menu", more: "Autres pages", alerts: "Alertes", dashboard: "Tableau de bord", explorer: "Explorer", rules: "Règles", emergent: "Besoins émergents",
    privacy: "Confidentialité", accounts: "Comptes", profile: "Mon profil", forbidden: "Votre rôle ne donne pas accès à cet écran.", go: "aller à l’écran",
  },
  figure: { table: "Voir le tableau", chart: "Voir le graphique", csv: "Télécharger en CSV", formula: "Formule : {{formula}}", nothing: "Rien sur cette période.", from: "Du", to: "au" },
  say: { yes: "Oui", no: "Non", cancel: "Annuler", save: "Enregistrer", reason: "Motif", failed: "Cela n’a pas été enregistré. Essayez encore.", refused: "Refusé : {{detail}}", unread: "Impossible de lire ces données.", again: "Réessayer", none: "aucun", never: "jamais", loading: "Chargement…" },
};

export const en: typeof fr = {
  nav: {
    label: "Screens", menu: "Menu", more: "Other pages", alerts: "Alerts", dashboard: "Dashboard", explorer: "Explore", rules: "Rules", emergent: "Emerging needs",
    privacy: "Privacy", accounts: "Accounts", profile: "My profile", forbidden: "Your role does not open this screen.", go: "go to the screen",
  },
  figure: { table: "Show the table", chart: "Show the chart", csv: "Download as CSV", formula: "Formula: {{formula}}", nothing: "Nothing in this period.", from: "From", to: "to" },
  say: { yes: "Yes", no: "No", cancel: "Cancel", save: "Save", reason: "Reason", failed: "This was not saved. Please try again.", refused: "Refused: {{detail}}", unread: "These data cannot be read.", again: "Try again", none: "none", never: "never", loading: "Loading…" },
};
