import { useState } from "preact/hooks";
import { t } from "./words";

/// A filter as the address carries it, under a name, in this browser.
interface Saved {
  name: string;
  query: string;
}

const kMostSaved = 20;
const keyOf = (tenant: string) => `vigie.filters.${tenant}`;

function readSaved(tenant: string): Saved[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(keyOf(tenant)) ?? "[]");
    return Array.isArray(all) ? all.filter((one): one is Saved => typeof one?.name === "string" && typeof one?.query === "string") : [];
  } catch {
    return [];
  }
}

export function SavedFilters({ tenant, query, onUse }: { tenant: string; query: string; onUse: (query: URLSearchParams) => void }) {
  const [saved, setSaved] = useState(() => readSaved(tenant));
  const [name, setName] = useState("");
  const keep = (now: Saved[]) => {
    setSaved(now);
    localStorage.setItem(keyOf(tenant), JSON.stringify(now));
  };
  const add = (event: Event) => {
    event.preventDefault();
    keep([...saved.filter((one) => one.name !== name.trim()), { name: name.trim(), query }].slice(-kMostSaved));
    setName("");
  };
  return (
    <details class="saved-filters">
      <summary>{t("filters.saved")}</summary>
      {saved.length === 0 && <p class="muted">{t("filters.none")}</p>}
      <ul class="chips">{saved.map((one) => (
        <li key={one.name}>
          <button type="button" aria-label={t("filters.use", { name: one.name })} onClick={() => onUse(new URLSearchParams(one.query))}>{one.name}</button>
          <button type="button" aria-label={t("filters.remove", { name: one.name })} onClick={() => keep(saved.filter((other) => other !== one))}>×</button>
        </li>
      ))}</ul>
      <form class="one-line" onSubmit={add}>
        <input required maxLength={60} aria-label={t("filters.name")} placeholder={t("filters.name")} value={name} onInput={(e) => setName(e.currentTarget.value)} />
        <button type="submit">{t("filters.save")}</button>
      </form>
    </details>
  );
}
