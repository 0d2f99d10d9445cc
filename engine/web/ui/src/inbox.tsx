import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, Refused, type Filter, type Mention } from "./api";
import { focusOpenMention, focusSoon } from "./focus";
import { InboxList } from "./inbox_list";
import { MentionDetail } from "./mention_view";
import { address, openMention, replaceQuery } from "./route";
import { SavedFilters } from "./saved_filters";
import { isShortcut } from "./shortcuts";
import { TickedBar } from "./ticked";
import { useMay } from "./town";
import { t } from "./words";

type View = "all" | "todo" | "urgent" | "negative" | "positive";
const kViews: Record<View, Filter> = { todo: {}, all: {}, urgent: { urgency: "high" }, negative: { tone: "negative" }, positive: { tone: "positive" } };
/// What must be handled, the most pressing first: urgency before age.
const kFirstView: View = "todo";
const kMostRows = 10_000;
const kNoneTicked: ReadonlySet<string> = new Set();

type Open = Mention | "loading" | "missing" | "failed" | null;

function viewOf(filter: URLSearchParams): View {
  const named = filter.get("vue") ?? "";
  if (named in kViews && named !== kFirstView) return named as View;
  return filter.get("theme") || filter.get("q") ? "all" : kFirstView;
}

interface Props {
  tenant: string;
  /// "": none. null: the address names a mention of a town that is not here.
  openRef: string | null;
  fresh: number;
  reconnects: number;
  onRead: () => void;
  /// The filter that the address carries.
  filter: URLSearchParams;
}

/// The list of mentions, newest first, and the one that `openRef` names. `fresh` counts what came in since the list was read; each
/// of the `reconnects` reads it again.
export function Inbox({ tenant, openRef, fresh, reconnects, onRead, filter }: Props) {
  const [view, setView] = useState<View>(() => viewOf(filter));
  const [topic, setTopic] = useState(filter.get("theme") ?? "");
  const [search, setSearch] = useState(filter.get("q") ?? "");
  const [query, setQuery] = useState(filter.get("q") ?? "");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(kNoneTicked);
  const mayWork = useMay("work");
  const more = useRef<HTMLButtonElement>(null);
  const [mentions, setMentions] = useState<Mention[]>([]);
  const [topics, setTopics] = useState<string[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [readsOn, setReadsOn] = useState(true);
  const [status, setStatus] = useState<"loading" | "ready" | "failed">("loading");
  const [open, setOpen] = useState<Open>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const latest = useRef(0);
  const rows = useRef<Mention[]>([]);
  rows.current = mentions;

  const read = useCallback(async (before?: string) => {
    const mine = ++latest.current;
    setStatus("loading");
    try {
      const page = view === "todo" ? await api.toHandle(tenant, before)
        : await api.mentions(tenant, { ...kViews[view], topic, q: query, per_story: "true" }, before);
      if (mine !== latest.current) return;
      setMentions((old) => (before ? [...old, ...page.mentions].slice(0, kMostRows) : page.mentions));
      setTopics((old) => [...new Set([...old, ...page.mentions.flatMap((m) => m.topics)])].sort());
      setNext(page.next);
      setReadsOn(page.mentions.length > 0); // a search that found nothing goes on only when asked to
      setStatus("ready");
      if (!before) onRead();
    } catch {
      if (mine === latest.current) setStatus("failed");
    }
  }, [tenant, view, topic, query, onRead]);

  useEffect(() => void read(), [read, reconnects]);
  useEffect(() => setTicked(kNoneTicked), [tenant, view, topic, query]);

  const carried = new URLSearchParams({ ...(view === kFirstView ? {} : { vue: view }), ...(topic ? { theme: topic } : {}), ...(query ? { q: query } : {}) });
  const text = carried.toString();
  useEffect(() => replaceQuery(new URLSearchParams(text)), [text, openRef]);
  const use = (wanted: URLSearchParams) => {
    setView(viewOf(wanted));
    setTopic(wanted.get("theme") ?? "");
    setSearch(wanted.get("q") ?? "");
    setQuery(wanted.get("q") ?? "");
  };

  // The end of the list is read on as it comes into sight; the button is for who does not scroll.
  useEffect(() => {
    if (!more.current || !next || !readsOn || status !== "ready") return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void read(next);
    }, { rootMargin: "400px" });
    seen.observe(more.current);
    return () => seen.disconnect();
  }, [next, readsOn, status, read]);

  /// What is to be handled is a list of its own, which no topic and no search narrows.
  const see = (wanted: View) => {
    setView(wanted);
    if (wanted !== "todo") return;
    setTopic("");
    setSearch("");
    setQuery("");
  };
  const seeAll = () => setView((old) => (old === "todo" ? "all" : old));
  const onOpen = useCallback((ref: string) => openMention(address.mention(tenant, ref)), [tenant]);
  const onTick = useCallback((ref: string) => setTicked((old) => {
    const now = new Set(old);
    if (!now.delete(ref)) now.add(ref);
    return now;
  }), []);

  useEffect(() => {
    if (!openRef) {
      setOpen(openRef === null ? "missing" : null);
      return;
    }
    let wanted = true;
    const known = rows.current.find((mention) => mention.ref === openRef);
    const show = (shown: Open) => {
      if (!wanted) return;
      setOpen(shown);
      focusOpenMention();
    };
    if (known) show(known);
    else {
      setOpen("loading");
      api.mention(tenant, openRef).then(show, (error) => {
        show(error instanceof Refused && error.status !== 401 ? "missing" : "failed");
      });
    }
    return () => {
      wanted = false;
    };
  }, [tenant, openRef]);

  /// Somebody corrected the open mention, or did something about it: where it stands in the list, too.
  const show = (now: Mention) => {
    setOpen((old) => (old !== null && typeof old === "object" && old.ref === now.ref ? now : old));
    setMentions((old) => old.map((mention) => (mention.ref === now.ref ? now : mention)));
  };

  const back = () => {
    setOpen(null); // at once: on a telephone the list is hidden, and takes no focus, while a mention is open
    location.hash = address.town(tenant);
    focusSoon(`#row-${CSS.escape(openRef ?? "")} > button`, "#inbox-title");
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      if (event.key === "/") {
        event.preventDefault();
        searchBox.current?.focus();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div class={`columns${open ? " has-open" : ""}`}>
      <section class="list" aria-labelledby="inbox-title">
        <h2 id="inbox-title" tabIndex={-1}>{t("inbox.mentions")}</h2>
        <div class="filters">
          <div role="group" aria-label={t("inbox.show")} class="views">
            {(Object.keys(kViews) as View[]).map((name) => (
              <button key={name} type="button" aria-pressed={view === name} onClick={() => see(name)}>{t(`inbox.${name}`)}</button>
            ))}
          </div>
          <label>
            <span class="hidden">{t("inbox.topic")}</span>
            <select value={topic} onChange={(e) => { setTopic(e.currentTarget.value); seeAll(); }}>
              <option value="">{t("inbox.anyTopic")}</option>
              {topic && !topics.includes(topic) && <option value={topic}>{topic}</option>}
              {topics.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
          <form role="search" onSubmit={(e) => { e.preventDefault(); setQuery(search.trim()); seeAll(); }}>
            <input ref={searchBox} type="search" aria-label={t("inbox.search")} placeholder={t("inbox.search")} value={search}
              onInput={(e) => setSearch(e.currentTarget.value)} />
          </form>
          <SavedFilters tenant={tenant} query={text} onUse={use} />
        </div>
        {mayWork && <TickedBar tenant={tenant} refs={mentions.filter(({ ref }) => ticked.has(ref)).map(({ ref }) => ref)} onNone={() => setTicked(kNoneTicked)} onDone={async () => { setTicked(kNoneTicked); await read(); }} />}
        <div role="status" aria-live="polite">
          {fresh > 0 && (
            <button type="button" class="fresh" onClick={() => { void read(); focusSoon("#inbox-title"); }}>
              {t("inbox.fresh", { count: fresh })}
            </button>
          )}
        </div>
        <InboxList mentions={mentions} goesOn={next !== null && mentions.length < kMostRows} busy={status === "loading"} openRef={openRef} ticked={ticked} mayTick={mayWork} onOpen={onOpen} onTick={onTick} />
        {status === "failed" && <p class="error" role="alert">{t("inbox.failed")}</p>}
        {status === "loading" && mentions.length === 0 && <p class="muted">{t("inbox.loading")}</p>}
        {status === "ready" && mentions.length === 0 && <p class="muted">{t("inbox.empty")}</p>}
        {next && mentions.length < kMostRows && (
          <button ref={more} type="button" class="more" onClick={() => void read(next)}>{t("inbox.more")}</button>
        )}
      </section>
      <section class="open" aria-label={t("mention.title")}>
        {open === null && <p class="muted choose">{t("mention.choose")}</p>}
        {open === "loading" && <p class="muted">{t("inbox.loading")}</p>}
        {(open === "missing" || open === "failed") && (
          <>
            <button type="button" class="back" onClick={back}>{t("mention.back")}</button>
            <h2 id="detail-title" tabIndex={-1}>{t(`mention.${open}`)}</h2>
            {open === "missing" && <p>{t("mention.missingWhy")}</p>}
          </>
        )}
        {open !== null && typeof open === "object" && <MentionDetail key={open.ref} tenant={tenant} mention={open} onBack={back} onChanged={show} />}
      </section>
    </div>
  );
}
