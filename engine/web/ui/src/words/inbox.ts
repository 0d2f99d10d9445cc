export const fr = {
  thread: { title: "Conversation", missing: "Le début de la conversation n’a pas été gardé.", seeIt: "Le voir sur {{source}}", this: "cette mention", open: "Ouvrir la mention du {{at}}", incomplete: "La recherche s’est arrêtée avant la fin : il peut y avoir d’autres réponses." },
  filters: { saved: "Filtres enregistrés", name: "Nom du filtre", save: "Enregistrer ce filtre", none: "Aucun filtre enregistré.", use: "Appliquer le filtre {{name}}", remove: "Supprimer le filtre {{name}}" },
  ticked: { one: "Cocher : {{text}}", count_one: "{{count}} histoire cochée", count_other: "{{count}} histoires cochées", none: "Tout décocher", done_one: "C’est fait pour {{count}} histoire.", done_other: "C’est fait pour {{count}} histoires.", some: "Fait pour {{done}} sur {{all}} : les autres ne le permettent plus." },
};

export const en: typeof fr = {
  thread: { title: "Conversation", missing: "The beginning of the conversation was not kept.", seeIt: "See it on {{source}}", this: "this mention", open: "Open the mention of {{at}}", incomplete: "The search ended early: there may be more answers." },
  filters: { saved: "Saved filters", name: "Name of the filter", save: "Save this filter", none: "No filter is saved.", use: "Use the filter {{name}}", remove: "Delete the filter {{name}}" },
  ticked: { one: "Tick: {{text}}", count_one: "{{count}} story ticked", count_other: "{{count}} stories ticked", none: "Untick all", done_one: "Done for {{count}} story.", done_other: "Done for {{count}} stories.", some: "Done for {{done}} of {{all}}: the others no longer allow it." },
};
