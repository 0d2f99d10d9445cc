import { useEffect, useState } from "preact/hooks";
import { focusSoon } from "./focus";

/// What the address says: `ref` of a mention, or a card's id. A mention's ref means something only within its town, so an address that opens one names both.
export interface Route {
  page: "town" | "samples" | "cards" | "operations" | "counter" | "accessibility";
  tenant: string;
  ref: string;
}

export const address = {
  town: (tenant: string) => `#/${tenant}`,
  counter: (tenant: string) => `#/${tenant}/accueil`,
  mention: (tenant: string, ref: string) => `#/${tenant}/mention/${ref}`,
  samples: (tenant: string) => `#/${tenant}/echantillon`,
  cards: (tenant: string) => `#/${tenant}/arguments`,
  operations: (tenant: string) => `#/${tenant}/exploitation`,
  accessibility: "#/accessibilite",
};

export function readRoute(hash: string): Route {
  if (hash === address.accessibility) return { page: "accessibility", tenant: "", ref: "" };
  const [, operated] = /^#\/([a-z0-9-]+)\/exploitation$/.exec(hash) ?? [];
  if (operated) return { page: "operations", tenant: operated, ref: "" };
  const [, sampled] = /^#\/([a-z0-9-]+)\/echantillon$/.exec(hash) ?? [];
  if (sampled) return { page: "samples", tenant: sampled, ref: "" };
  const [, argued, card = ""] = /^#\/([a-z0-9-]+)\/arguments(?:\/([^/]+))?$/.exec(hash) ?? [];
  if (argued) return { page: "cards", tenant: argued, ref: card };
  const [, counter] = /^#\/([a-z0-9-]+)\/accueil$/.exec(hash) ?? [];
  if (counter) return { page: "counter", tenant: counter, ref: "" };
  const [, tenant = "", ref = ""] = /^#\/([a-z0-9-]+)(?:\/mention\/([^/]+))?$/.exec(hash) ?? [];
  return { page: "town", tenant, ref };
}

/// Goes there; what is open already only gets the focus.
export function openMention(link: string): void {
  if (location.hash === link) focusSoon("#detail-title");
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
