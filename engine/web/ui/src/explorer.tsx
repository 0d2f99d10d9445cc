import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, type Mention, type Tenant, type TextProblem } from "./api";
import { DataTable, Figure, formatNumber, type Column } from "./figure";
import { focusSoon } from "./focus";
import { shownText } from "./marks";
import { MentionRow } from "./mention_view";
import { Plot } from "./plot";
import { address, replaceQuery } from "./route";
import { rulesApi, type Count, type Exploration, type RuleDraft } from "./rules_api";
import { editedText, keepText } from "./rules_text";
import { Screen, useAct } from "./screen";
import { formatTime, t } from "./words";

const kDayMs = 86_400_000;
const kPeriods = [1, 7, 30, 92];
const kUsualPeriod = "7", kChosen = "custom";
const kLongestDays = 92;
const kFilters = ["tone", "urgency", "source", "lang", "topic"] as const;
const kTones = ["negative", "neutral", "positive"];
const kUrgencies = ["medium", "high", "critical"];
const kViews = ["list", "table", "chart"] as const;
const kHelp: [string, string][] = [
  ["fuite AND eau", "and"], ["fuite OR coupure", "or"], ["eau NOT javel", "not"], ["\"plus d'eau\"", "phrase"], ["eau NEAR/3 marron", "near"], ["inond*", "stem"],
  ["title:eau", "title"], ["eau AND source:mastodon", "source"], ["{commune} AND travaux", "names"],
];

type View = (typeof kViews)[number];
type Filters = Record<(typeof kFilters)[number], string>;

interface Form extends Filters {
  q: string;
  /// How many, or that `from` and `to`, two days, say which.
  days: string;
  from: string;
  to: string;
  view: View;
}

/// The day on the reader's calendar: "2026-11-28".
function dayOf(time: number): string {
  const at = new Date(time);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/// Where the period begins and ends; a chosen last day is looked at to its end.
function periodOf({ days, from, to }: Form, now: number): [number, number] {
  if (days !== kChosen) return [now - Number(days) * kDayMs, now];
  const last = new Date(`${to}T00:00`);
  last.setDate(last.getDate() + 1);
  return [Date.parse(`${from}T00:00`), Math.min(last.getTime(), now)];
}

/// Why the chosen days are no period.
function faultOf(form: Form, now: number): string {
  const [from, to] = periodOf(form, now);
  return form.days === kChosen && !(from < to && to - from <= kLongestDays * kDayMs) ? t("explorer.wrongPeriod", { count: kLongestDays }) : "";
}

function formOf(query: URLSearchParams): Form {
  const view = kViews.find((one) => one === query.get("view")) ?? "list";
  const days = [...kPeriods.map(String), kChosen].find((one) => one === query.get("days")) ?? kUsualPeriod;
  const day = (name: string, ago: number) => (/^\d{4}-\d\d-\d\d$/.test(query.get(name) ?? "") ? query.get(name)! : dayOf(Date.now() - ago * kDayMs));
  const filters = Object.fromEntries(kFilters.map((name) => [name, query.get(name) ?? ""])) as Filters;
  return { q: query.get("q") ?? "", days, view, from: day("from", Number(kUsualPeriod)), to: day("to", 0), ...filters };
}

function addressOf(form: Form): URLSearchParams {
  const query = new URLSearchParams();
  if (form.q) query.set("q", form.q);
  if (form.days !== kUsualPeriod) query.set("days", form.days);
  if (form.days === kChosen) {
    query.set("from", form.from);
    query.set("to", form.to);
  }
  for (const name of kFilters) if (form[name]) query.set(name, form[name]);
  if (form.view !== "list") query.set("view", form.view);
  return query;
}

/// What the engine is asked.
function questionOf(form: Form, now: number): URLSearchParams {
  const [from, to] = periodOf(form, now);
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  if (form.q.trim()) query.set("query", form.q);
  for (const name of kFilters) if (form[name]) query.set(name, form[name]);
  return query;
}

function sumOf(some: Count[], others: Count[]): Count[] {
  const all = new Map(some.map(({ name, mentions }) => [name, mentions]));
  for (const { name, mentions } of others) all.set(name, (all.get(name) ?? 0) + mentions);
  return [...all].map(([name, mentions]) => ({ name, mentions })).sort((a, b) => b.mentions - a.mentions);
}

/// What was counted until the time was up, and what came behind.
function sum(first: Exploration, then: Exploration): Exploration {
  const times = new Map(first.by_time.map((one) => [one.at, { ...one }]));
  for (const one of then.by_time) {
    const same = times.get(one.at);
    if (same) {
      same.mentions += one.mentions;
      same.negative += one.negative;
    } else times.set(one.at, one);
  }
  return {
    ...first,
    scanned: first.scanned + then.scanned,
    total: first.total + then.total,
    complete: then.complete,
    stopped: then.stopped,
    next: first.next ?? then.next,
    mentions: first.next ? first.mentions : together(first.mentions, then.mentions),
    by_time: [...times.values()].sort((a, b) => (a.at < b.at ? -1 : 1)),
    by_tone: sumOf(first.by_tone, then.by_tone),
    by_source: sumOf(first.by_source, then.by_source),
    by_topic: sumOf(first.by_topic, then.by_topic),
  };
}

/// Each once: where one page ends another may begin earlier.
function together(first: Exploration["mentions"], then: Exploration["mentions"]): Exploration["mentions"] {
  const known = new Set(first.map(({ mention }) => mention.ref));
  return [...first, ...then.filter(({ mention }) => !known.has(mention.ref))];
}

/// With what was looked for as its marked passages, where words were.
function marked({ mention, matched }: Exploration["mentions"][number]): Mention {
  if (matched.length === 0) return mention;
  return {
    ...mention,
    rule_titles: { found: t("explorer.query") },
    evidence: matched.map(({ field, start, end }) => ({ axis: "topic", rule: "found", start, end, text: "", weight: 0, ...(field === "title" ? { field } : {}) })),
  };
}

/// Looks through a town's kept mentions with the language of rules. What is asked stands in the address.
export function Explorer({ tenant, query }: { tenant: Tenant; query: URLSearchParams }) {
  const [form, setForm] = useState(() => formOf(query));
  const [asked, setAsked] = useState<URLSearchParams | null>(null);
  const [found, setFound] = useState<Exploration | null>(null);
  const [problems, setProblems] = useState<TextProblem[]>([]);
  const [fault, setFault] = useState("");
  const [periodFault, setPeriodFault] = useState("");
  const [busy, setBusy] = useState(false);
  const latest = useRef(0);
  const field = useRef<HTMLInputElement>(null);

  const ask = async (question: URLSearchParams, use: (answer: Exploration) => void) => {
    const mine = ++latest.current;
    setBusy(true);
    setFault("");
    setProblems([]);
    try {
      const answer = await rulesApi.explore(tenant.id, question);
      if (mine === latest.current) use(answer);
    } catch (refusal) {
      if (mine !== latest.current) return;
      const refused = refusal instanceof Refused ? refusal : null;
      if (refused?.status === 422) setProblems(refused.problems);
      else setFault(t(refused?.status === 503 ? "explorer.busy" : "explorer.failed"));
    }
    if (mine === latest.current) setBusy(false);
  };
  const search = (wanted: Form) => {
    const now = Date.now(), wrong = faultOf(wanted, now);
    setPeriodFault(wrong);
    if (wrong) return;
    const question = questionOf(wanted, now);
    replaceQuery(addressOf(wanted));
    void ask(question, (answer) => {
      setAsked(question);
      setFound(answer);
    });
  };
  useEffect(() => {
    const wanted = formOf(query);
    setForm(wanted);
    search(wanted);
    return () => void ++latest.current;
  }, [tenant.id, query.toString()]);

  const change = (part: Partial<Form>, atOnce = true) => {
    const wanted = { ...form, ...part };
    setForm(wanted);
    if (atOnce) search(wanted);
  };
  const show = (view: View) => {
    setForm({ ...form, view });
    replaceQuery(addressOf({ ...form, view }));
  };
  const goTo = (column: number) => {
    const place = Array.from(form.q).slice(0, column - 1).join("").length;
    field.current?.focus();
    field.current?.setSelectionRange(place, place);
  };
  const from = (before: string) => {
    const question = new URLSearchParams(asked ?? undefined);
    question.set("before", before);
    return question;
  };
  const more = () => found?.next && void ask(from(found.next), (answer) => setFound({ ...found, mentions: together(found.mentions, answer.mentions), next: answer.next ?? answer.stopped }));
  const goOn = () => found?.stopped && void ask(from(found.stopped), (answer) => setFound(sum(found, answer)));
  const first = problems[0];

  return (
    <Screen title={t("nav.explorer")} tenant={tenant} class="explorer">
      <form class="card" role="search" onSubmit={(event) => { event.preventDefault(); search(form); }}>
        <label for="explore-query">{t("explorer.query")}</label>
        <p id="explore-hint" class="muted">{t("explorer.hint")}</p>
        <div class="one-line">
          <input id="explore-query" ref={field} type="search" class="mono" value={form.q} maxLength={2000} spellcheck={false} autocapitalize="off" autocomplete="off"
            aria-describedby={`explore-hint${first ? " explore-fault" : ""}`} aria-invalid={first !== undefined} onInput={(event) => change({ q: event.currentTarget.value }, false)} />
          <button class="primary" aria-disabled={busy}>{t(busy ? "explorer.searching" : "explorer.submit")}</button>
        </div>
        {first && (
          <div id="explore-fault" class="error" role="alert">
            <pre aria-hidden="true" class="caret">{`${form.q}\n${" ".repeat(Math.max(first.column - 1, 0))}^`}</pre>
            {problems.map((one) => (
              <p key={`${one.column} ${one.message}`}>{t("explorer.fault", { column: one.column })}<span lang="en">{one.message}</span>{" "}
                <button type="button" onClick={() => goTo(one.column)}>{t("explorer.goTo", { column: one.column })}</button></p>
            ))}
          </div>
        )}
        <details>
          <summary>{t("explorer.helpTitle")}</summary>
          <dl class="help">{kHelp.map(([example, meaning]) => <div key={example}><dt><code>{example}</code></dt><dd>{t(`explorer.help.${meaning}`)}</dd></div>)}</dl>
        </details>
        <fieldset class="filters">
          <legend class="hidden">{t("explorer.filters")}</legend>
          <Choice id="days" name={t("explorer.period")} value={form.days} options={[...kPeriods.map((days): [string, string] => [String(days), t("explorer.days", { count: days })]), [kChosen, t("explorer.chosen")]]} onChange={(days) => change({ days })} />
          {form.days === kChosen && (["from", "to"] as const).map((end) => (
            <label key={end} for={`explore-${end}`}>{t(`explorer.${end}`)}
              <input id={`explore-${end}`} type="date" value={form[end]} required aria-invalid={periodFault !== ""} aria-describedby={periodFault ? "period-fault" : undefined} onChange={(event) => change({ [end]: event.currentTarget.value })} />
            </label>
          ))}
          <Choice id="tone" name={t("explorer.tone")} value={form.tone} options={[["", t("explorer.anyTone")], ...kTones.map((tone): [string, string] => [tone, t(`tone.${tone}`)])]} onChange={(tone) => change({ tone })} />
          <Choice id="urgency" name={t("explorer.urgency")} value={form.urgency} options={[["", t("explorer.anyUrgency")], ...kUrgencies.map((level): [string, string] => [level, t(`urgency.${level}`)])]} onChange={(urgency) => change({ urgency })} />
          <Choice id="source" name={t("explorer.source")} value={form.source} options={options(form.source, found?.by_source, t("explorer.anySource"))} onChange={(source) => change({ source })} />
          <Choice id="topic" name={t("explorer.topic")} value={form.topic} options={options(form.topic, found?.by_topic, t("explorer.any"))} onChange={(topic) => change({ topic })} />
          <Choice id="lang" name={t("explorer.lang")} value={form.lang} options={[["", t("explorer.anyLang")], ["fr", t("explorer.french")], ["en", t("explorer.english")]]} onChange={(lang) => change({ lang })} />
        </fieldset>
        {periodFault && <p id="period-fault" class="error" role="alert">{periodFault}</p>}
      </form>
      {fault && <p class="error" role="alert">{fault}</p>}
      <p role="status" class="said">
        {busy ? t("explorer.searching") : found && !first && (
          <><b>{t("explorer.found", { count: found.total, mentions: formatNumber(found.total) })}</b>{" "}
            {t(found.complete ? "explorer.scanned" : "explorer.sofar", { scanned: formatNumber(found.scanned) })}</>
        )}
      </p>
      {found && !first && (
        <>
          <div class="page-head">
            <h2 id="results-title" tabIndex={-1}>{t("explorer.results")}</h2>
            <div class="views" role="group" aria-label={t("explorer.views")}>
              {kViews.map((view) => <button key={view} type="button" aria-pressed={form.view === view} onClick={() => show(view)}>{t(`explorer.${view}`)}</button>)}
            </div>
            {!found.complete && <button type="button" aria-disabled={busy} onClick={() => !busy && goOn()}>{t("explorer.goOn")}</button>}
            {asked && found.total > 0 && <a class="button" href={rulesApi.csvAddress(tenant.id, asked)} download="mentions.csv">{t("explorer.csv")}</a>}
          </div>
          {found.total === 0 && <p class="muted">{t("explorer.none")}</p>}
          {form.view === "list" && <ol class="results">{found.mentions.map((one, at) => <MentionRow key={one.mention.ref} position={at + 1} setSize={found.mentions.length} mention={marked(one)} selected={false} onOpen={() => { location.hash = address.mention(tenant.id, one.mention.ref); }} />)}</ol>}
          {form.view === "table" && found.mentions.length > 0 && <MentionTable tenant={tenant.id} found={found} />}
          {form.view !== "chart" && found.next && <button type="button" class="more" aria-disabled={busy} onClick={() => !busy && more()}>{t("explorer.more")}</button>}
          {form.view === "chart" && <Charts found={found} />}
          {tenant.rights.includes("draft_rules") && form.q.trim() !== "" && <Draft key={form.q} tenant={tenant} query={form.q} />}
        </>
      )}
    </Screen>
  );
}

/// Those that were found; the one chosen, in any case.
function options(chosen: string, counts: Count[] | undefined, any: string): [string, string][] {
  const names = (counts ?? []).map(({ name }) => name);
  return [["", any], ...[...new Set(chosen ? [chosen, ...names] : names)].map((name): [string, string] => [name, name])];
}

function Choice({ id, name, value, options: all, onChange }: { id: string; name: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <label for={`explore-${id}`}>{name}
      <select id={`explore-${id}`} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
      </select>
    </label>
  );
}

function MentionTable({ tenant, found }: { tenant: string; found: Exploration }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-labelledby="results-title">
      <table>
        <caption class="hidden">{t("explorer.results")}</caption>
        <thead><tr>{[t("explorer.at"), t("explorer.source"), t("explorer.tone"), t("mention.topics"), t("explorer.text")].map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>
          {found.mentions.map(({ mention }) => (
            <tr key={mention.ref}>
              <th scope="row"><a href={address.mention(tenant, mention.ref)}>{formatTime(mention.received_at)}</a></th>
              <td>{mention.source}</td>
              <td>{t(`tone.${mention.in_force.tone}`)}</td>
              <td>{mention.topics.join(", ")}</td>
              <td lang={mention.lang || undefined}><bdi>{shownText([mention.title, mention.text].filter(Boolean).join(" – "))}</bdi></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Charts({ found }: { found: Exploration }) {
  const unit = found.unit === "hour" ? 3600 : 86_400;
  const at = found.by_time.map((one) => Date.parse(found.unit === "hour" ? one.at : `${one.at}T00:00`) / 1000);
  const name = (moment: string) => (found.unit === "hour" ? formatTime(moment) : moment);
  const most = Math.max(0, ...found.by_time.map(({ mentions }) => mentions));
  const columns: Column[] = [{ name: t(`explorer.${found.unit}`) }, { name: t("explorer.mentions"), decimals: 0 }, { name: t("explorer.negative"), decimals: 0 }];
  const summary = t("explorer.chartIs", { total: formatNumber(found.total), from: formatTime(found.from), to: formatTime(found.to), most: formatNumber(most), unit: t(`explorer.unit.${found.unit}`) });
  const counts: [string, Count[]][] = [["byTopic", found.by_topic], ["bySource", found.by_source], ["byTone", found.by_tone.map(({ name: tone, mentions }) => ({ name: t(`tone.${tone}`), mentions }))]];
  return (
    <>
      <Figure id="explored" title={t(found.unit === "hour" ? "explorer.perHour" : "explorer.perDay")} formula={t("explorer.formula")} columns={columns}
        rows={found.by_time.map((one) => [name(one.at), one.mentions, one.negative])}>
        <Plot summary={summary} at={at} until={(at[at.length - 1] ?? 0) + unit}
          series={[{ label: t("explorer.mentions"), values: found.by_time.map(({ mentions }) => mentions), colour: "--selected", columns: true },
            { label: t("explorer.negative"), values: found.by_time.map(({ negative }) => negative), colour: "--bad", dash: [4, 3] }]} />
        <p class="legend"><span>▮ {t("explorer.mentions")}</span> <span>┅ {t("explorer.negative")}</span></p>
      </Figure>
      <div class="halves">
        {counts.map(([title, list]) => (
          <section class="card" key={title} aria-labelledby={`${title}-title`}>
            <h3 id={`${title}-title`}>{t(`explorer.${title}`)}</h3>
            {list.length === 0 ? <p class="muted">{t("explorer.noTopic")}</p>
              : <DataTable title={t(`explorer.${title}`)} columns={[{ name: t("rules.name") }, { name: t("explorer.mentions"), decimals: 0 }]} rows={list.map((one) => [one.name, one.mentions])} />}
          </section>
        ))}
      </div>
    </>
  );
}

/// The search as a rule of the town's own pack, opened in the rules' editor.
function Draft({ tenant, query }: { tenant: Tenant; query: string }) {
  const [topic, setTopic] = useState("");
  const [fault, setFault] = useState("");
  const [byHand, setByHand] = useState<RuleDraft | null>(null);
  const { error, busy, act } = useAct();
  const submit = async (event: Event) => {
    event.preventDefault();
    setFault("");
    if (busy) return;
    if (!topic.trim()) {
      setFault(t("explorer.topicMissing"));
      focusSoon("#draft-topic");
      return;
    }
    await act(async () => {
      const draft = await rulesApi.draft(tenant.id, query, topic.trim());
      if (draft.text === null || editedText(tenant.id)) { // what is being written is nobody's to replace
        setByHand(draft);
        return;
      }
      keepText(tenant.id, { text: draft.text, base: draft.base });
      location.hash = address.rules(tenant.id);
    }, { 503: t("explorer.busy") });
  };
  return (
    <section class="card" aria-labelledby="draft-title">
      <h2 id="draft-title">{t("explorer.save")}</h2>
      <p id="draft-hint">{t("explorer.saveHint")}</p>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <label for="draft-topic">{t("explorer.topicName")}</label>
        <div class="one-line">
          <input id="draft-topic" value={topic} maxLength={50} required aria-invalid={fault !== ""} aria-describedby={fault ? "draft-fault" : "draft-hint"} onInput={(event) => setTopic(event.currentTarget.value)} />
          <button aria-disabled={busy}>{t("explorer.toEditor")}</button>
        </div>
        {fault && <p class="error" id="draft-fault">{fault}</p>}
        {error && <p class="error" role="alert">{error}</p>}
      </form>
      {byHand && <div role="status"><p>{t("explorer.byHand")}</p><pre class="code" tabIndex={0} role="region" aria-label={t("explorer.draft")}>{`${byHand.yaml}\n${byHand.tests_yaml}`}</pre></div>}
    </section>
  );
}
