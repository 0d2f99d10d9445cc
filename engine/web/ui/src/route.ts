import { useEffect, useState } from "preact/hooks";
import { focusOpenMention } from "./focus";

/// The screens, as the address names them.
const kPaths = {
  alerts: "alertes",
  dashboard: "tableau",
  explorer: "explorer",
  rules: "regles",
  emergent: "besoins",
  operations: "exploitation",
  privacy: "confidentialite",
  accounts: "comptes",
  profile: "profil",
  samples: "echantillon",
  cards: "arguments",
  counter: "accueil",
  kiosk: "kiosque",
  settings: "reglages",
} as const;

export type Page = "town" | "accessibility" | keyof typeof kPaths;

/// What the address says. `ref`: a mention's, a card's id, …, which mean something only within their town: so an address that opens one
/// names both. `query`: what follows a question mark, as filters of a screen.
export interface Route {
  page: Page;
  tenant: string;
  ref: string;
  query: URLSearchParams;
}

/// Of a screen that needs no town, where somebody belongs to none.
export const kNoTown = "-";

function of(page: keyof typeof kPaths) {
  return (tenant: string) => `#/${tenant}/${kPaths[page]}`;
}

export const address = {
  town: (tenant: string) => `#/${tenant}`,
  mention: (tenant: string, ref: string) => `#/${tenant}/mention/${ref}`,
  alerts: of("alerts"),
  dashboard: of("dashboard"),
  explorer: of("explorer"),
  rules: of("rules"),
  emergent: of("emergent"),
  operations: of("operations"),
  privacy: of("privacy"),
  accounts: of("accounts"),
  profile: of("profile"),
  samples: of("samples"),
  cards: of("cards"),
  counter: of("counter"),
  kiosk: of("kiosk"),
  settings: of("settings"),
  accessibility: "#/accessibilite",
};

export function readRoute(hash: string): Route {
  const [path = "", after] = hash.split("?", 2);
  const query = new URLSearchParams(after ?? "");
  if (path === address.accessibility) return { page: "accessibility", tenant: "", ref: "", query };
  const [, tenant = "", name = "", ref = ""] = /^#\/([a-z0-9-]+)(?:\/([a-z]+)(?:\/([^/]+))?)?$/.exec(path) ?? [];
  const page = (Object.keys(kPaths) as (keyof typeof kPaths)[]).find((one) => kPaths[one] === name);
  if (page) return { page, tenant, ref, query };
  return { page: "town", tenant, ref: name === "mention" ? ref : "", query };
}

/// The address of the screen that is shown, with other filters: it takes the place of the one before, which "back" would only repeat.
export function replaceQuery(query: URLSearchParams): void {
  const path = location.hash.split("?", 1)[0] || "#/";
  const text = query.toString();
  history.replaceState(null, "", text ? `${path}?${text}` : path);
}

/// Goes there; what is open already only gets the focus.
export function openMention(link: string): void {
  if (location.hash === link) focusOpenMention();
  else location.hash = link;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(readRoute(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
