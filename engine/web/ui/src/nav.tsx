import { useEffect, useRef, useState } from "preact/hooks";
import type { Tenant } from "./api";
import { address, type Page } from "./route";
import { isShortcut } from "./shortcuts";
import { t } from "./words";

/// A screen, the key that leads to it after `g`, its words, and the right without which it is not offered.
interface Entry {
  page: Exclude<Page, "accessibility">;
  key?: string;
  words: string;
  right: string;
  /// Also for who keeps the engine and belongs to no town.
  engine?: boolean;
}

export const kScreens: Entry[] = [
  { page: "town", key: "i", words: "inbox.title", right: "read_mentions" },
  { page: "alerts", key: "a", words: "nav.alerts", right: "read_mentions" },
  { page: "dashboard", key: "t", words: "nav.dashboard", right: "read_figures" },
  { page: "explorer", key: "e", words: "nav.explorer", right: "read_mentions" },
  { page: "rules", key: "r", words: "nav.rules", right: "read_sources" },
  { page: "emergent", key: "b", words: "nav.emergent", right: "read_mentions" },
  { page: "operations", key: "o", words: "ops.title", right: "read_sources", engine: true },
  { page: "privacy", key: "c", words: "nav.privacy", right: "read_mentions" },
];

/// What is opened now and then.
const kMore: Entry[] = [
  { page: "cards", words: "cards.title", right: "read_mentions" },
  { page: "samples", words: "samples.title", right: "judge_samples" },
  { page: "settings", words: "settings.title", right: "configure_town" },
  { page: "accounts", words: "nav.accounts", right: "manage_accounts", engine: true },
  { page: "profile", words: "nav.profile", right: "signed_in", engine: true },
];

/// Whether the caller may open it here.
export function mayOpen(page: Page, tenant: Tenant): boolean {
  const entry = [...kScreens, ...kMore].find((one) => one.page === page);
  return !entry || tenant.rights.includes(entry.right) || (entry.engine === true && tenant.engine_rights.includes(entry.right));
}

const kPrefixMs = 1500;

/// The bar of screens; `g` and a letter go there, too.
export function Nav({ tenant, page }: { tenant: Tenant; page: Page }) {
  const [open, setOpen] = useState(false);
  const prefixed = useRef(0);
  useEffect(() => setOpen(false), [page, tenant.id]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      if (event.key === "g") {
        prefixed.current = event.timeStamp;
        return;
      }
      if (prefixed.current === 0 || event.timeStamp - prefixed.current > kPrefixMs) return;
      prefixed.current = 0;
      const wanted = kScreens.find(({ key }) => key === event.key);
      if (!wanted || !mayOpen(wanted.page, tenant)) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // the letter means something else to the screen
      location.hash = address[wanted.page](tenant.id);
    };
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [tenant]);
  const link = (entry: Entry) => mayOpen(entry.page, tenant) && (
    <li key={entry.page}><a href={address[entry.page](tenant.id)} aria-current={page === entry.page ? "page" : undefined}>{t(entry.words)}</a></li>
  );
  return (
    <nav aria-label={t("nav.label")} class={open ? "unfolded" : ""}>
      <button type="button" class="menu" aria-expanded={open} aria-controls="screens" onClick={() => setOpen(!open)}>{t("nav.menu")}</button>
      <div id="screens">
        <ul>{kScreens.map(link)}</ul>
        <ul class="more-pages" aria-label={t("nav.more")}>{kMore.map(link)}</ul>
      </div>
    </nav>
  );
}
