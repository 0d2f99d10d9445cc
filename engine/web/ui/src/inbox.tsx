import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, type Filter, type Mention } from "./api";
import { MentionDetail, MentionRow } from "./mention_view";
import { t } from "./words";

type View = "all" | "urgent" | "negative" | "positive";
const kViews: Record<View, Filter> = { all: {}, urgent: { urgency: "high" }, negative: { tone: "negative" }, positive: { tone: "positive" } };
const kMostRows = 500;

function refInAddress(): string | null {
  return /^#\/mention\/([\w-]+)$/.exec(location.hash)?.[1] ?? null;
}

/// The list of mentions and the one that is open. `fresh` counts what came in since the list was read.
export function Inbox({ tenant, fresh, onRead }: { tenant: string; fresh: number; onRead: () => void }) {
  const [view, setView] = useState<View>("all");
  const [topic, setTopic] = useState("");
  const [search, setSearch] = useState("");
  const [query, setQuery] = useState("");
  const [mentions, setMentions] = useState<Mention[]>([]);
  const [topics, setTopics] = useState<string[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [status, setStatus] = useState<"loading" | "ready" | "failed">("loading");
  const [open, setOpen] = useState<Mention | null>(null);
  const cursor = useRef(0);
  const searchBox = useRef<HTMLInputElement>(null);
  const latest = useRef(0);

  const read = useCallback(async (before?: string) => {
    const mine = ++latest.current;
    setStatus("loading");
    try {
      const page = await api.mentions(tenant, { ...kViews[view], topic, q: query }, before);
      if (mine !== latest.current) return;
      setMentions((old) => (before ? [...old, ...page.mentions].slice(0, kMostRows) : page.mentions));
      setTopics((old) => [...new Set([...old, ...page.mentions.flatMap((m) => m.topics)])].sort());
      setNext(page.next);
      setStatus("ready");
      if (!before) {
        cursor.current = 0;
        onRead();
      }
    } catch {
      if (mine === latest.current) setStatus("failed");
    }
  }, [tenant, view, topic, query, onRead]);

  useEffect(() => void read(), [read]);

  const show = useCallback((mention: Mention | null) => {
    setOpen(mention);
    history.replaceState(null, "", mention ? `#/mention/${mention.ref}` : "#/");
    if (mention) requestAnimationFrame(() => document.getElementById("detail-title")?.focus());
  }, []);

  // A link from an alert opens its mention.
  useEffect(() => {
    const follow = () => {
      const ref = refInAddress();
      if (ref) api.mention(tenant, ref).then(setOpen).catch(() => setOpen(null));
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [tenant]);

  const move = useCallback((by: number) => {
    cursor.current = Math.max(0, Math.min(mentions.length - 1, cursor.current + by));
    const row = mentions[cursor.current];
    if (row) requestAnimationFrame(() => document.querySelector<HTMLElement>(`#row-${CSS.escape(row.ref)} button`)?.focus());
  }, [mentions]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "w") document.getElementById("why")?.scrollIntoView();
      else if (event.key === "/") {
        event.preventDefault();
        searchBox.current?.focus();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [move]);

  return (
    <div class={`columns${open ? " has-open" : ""}`}>
      <section class="list" aria-labelledby="inbox-title">
        <h2 id="inbox-title">{t("inbox.title")}</h2>
        <div class="filters">
          <div role="group" aria-label={t("urgency.label")} class="views">
            {(Object.keys(kViews) as View[]).map((name) => (
              <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>{t(`inbox.${name}`)}</button>
            ))}
          </div>
          <label>
            <span class="hidden">{t("inbox.topic")}</span>
            <select value={topic} onChange={(e) => setTopic(e.currentTarget.value)}>
              <option value="">{t("inbox.anyTopic")}</option>
              {topics.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
          <form role="search" onSubmit={(e) => { e.preventDefault(); setQuery(search.trim()); }}>
            <input ref={searchBox} type="search" aria-label={t("inbox.search")} placeholder={t("inbox.search")} value={search}
              onInput={(e) => setSearch(e.currentTarget.value)} />
          </form>
        </div>
        <div role="status" aria-live="polite">
          {fresh > 0 && (
            <button type="button" class="fresh" onClick={() => void read()}>{t("inbox.fresh", { count: fresh })}</button>
          )}
        </div>
        <ol aria-label={t("inbox.list")} aria-busy={status === "loading"}>
          {mentions.map((mention, index) => (
            <MentionRow key={mention.ref} mention={mention} selected={open?.ref === mention.ref}
              onOpen={() => { cursor.current = index; show(mention); }} />
          ))}
        </ol>
        {status === "failed" && <p class="error" role="alert">{t("inbox.failed")}</p>}
        {status === "loading" && mentions.length === 0 && <p class="muted">{t("inbox.loading")}</p>}
        {status === "ready" && mentions.length === 0 && <p class="muted">{t("inbox.empty")}</p>}
        {next && mentions.length < kMostRows && (
          <button type="button" class="more" onClick={() => void read(next)}>{t("inbox.more")}</button>
        )}
        <p class="muted keys">{t("keys.hint")}</p>
      </section>
      <section class="open" aria-label={t("mention.title")}>
        {open
          ? <MentionDetail mention={open} onBack={() => { show(null); move(0); }} />
          : <p class="muted choose">{t("mention.choose")}</p>}
      </section>
    </div>
  );
}
