export const fr = {
  engine: {
    title: "Le moteur", about: "Lu toutes les dix secondes ; les débits sont ceux des dernières secondes.", sources: "Sources", columns: { source: "Source", state: "État", rate: "Mentions/min", kept: "Gardées/min", errors: "Erreurs", requests: "Requêtes", newest: "Plus récente", quota: "Quota restant", dropped: "Non gardées", duplicates: "Doublons" },
    stages: "Étapes", stage: "Étape", names: { judge: "juger (une enveloppe)", apply: "ranger (un lot)", commit: "écrire (un lot)", sync: "assurer sur disque" }, p50: "p50", p99: "p99", depth: "File d’attente", lag: "Reçu → visible", detection: "Publié → visible", handover: "Alerte → remise",
    losses: "Ce qui n’a pas été pris", refused: "Envois refusés (429, 413, signature…)", deadLetters: "Entrées illisibles", suppressed: "Écartées (oppositions)", deliveries: "Envois d’alertes en échec",
    store: "Stockage", mentions: "Mentions gardées", bytes: "Taille", stalled: "Écritures retenues", unscrubbed: "Effacements pas encore sur disque", disk: "Place libre", backup: "Dernière sauvegarde", restored: "Dernière restauration vérifiée", diskDays: "au rythme actuel : {{days}} jours",
    rules: "Règles en vigueur", ruleset: "Empreinte {{ruleset}}, modèle {{model}}", loaded: "Chargées et testées {{at}}", pack: "{{name}} : {{rules}} règles", yes: "oui", no: "non", rings: "{{count}} enveloppes",
  },
};

export const en: typeof fr = {
  engine: {
    title: "The engine", about: "Read every ten seconds; rates are those of the last seconds.", sources: "Sources", columns: { source: "Source", state: "State", rate: "Mentions/min", kept: "Kept/min", errors: "Errors", requests: "Requests", newest: "Newest", quota: "Quota left", dropped: "Not kept", duplicates: "Duplicates" },
    stages: "Stages", stage: "Stage", names: { judge: "judge (an envelope)", apply: "apply (a batch)", commit: "write (a batch)", sync: "sync to disk" }, p50: "p50", p99: "p99", depth: "Queue", lag: "Received → visible", detection: "Published → visible", handover: "Alert → handed over",
    losses: "What was not taken", refused: "Pushes refused (429, 413, signature…)", deadLetters: "Unreadable input", suppressed: "Dropped (objections)", deliveries: "Failed deliveries of alerts",
    store: "Store", mentions: "Mentions kept", bytes: "Size", stalled: "Writes held back", unscrubbed: "Erasures not on disk yet", disk: "Free space", backup: "Last backup", restored: "Last verified restore", diskDays: "at this rate: {{days}} days",
    rules: "Rules in force", ruleset: "Hash {{ruleset}}, model {{model}}", loaded: "Loaded and tested {{at}}", pack: "{{name}}: {{rules}} rules", yes: "yes", no: "no", rings: "{{count}} envelopes",
  },
};
