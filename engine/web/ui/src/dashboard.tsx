import { useMemo, useState } from "preact/hooks";
import { api, type Tenant } from "./api";
import { DataTable, Figure, formatNumber, formatShare, Sparkline, type Cell } from "./figure";
import { figuresApi, type Counts, type Coverage, type Kpi, type Kpis, type Objective, type Statistics, type Usual } from "./figures_api";
import { StateWord } from "./overview";
import { Plot } from "./plot";
import { address, replaceQuery } from "./route";
import { Screen, useRead, Waiting } from "./screen";
import { settingsApi, type TownDate } from "./settings_api";
import { formatDay, formatTime, language, noonOf, t } from "./words";

const kDay = 86_400_000, kHour = 3_600_000;
const kPeriods = [1, 7, 14, 30, 60] as const; // days
const kUsualPeriod = 7;
const kMostDaysByHour = 14;
const kMostTopics = 6;
const kMostNeeds = 5;
/// A change of mentions below this is none.
const kSameShare = 0.1;

interface Facts {
  from: number;
  to: number;
  days: number;
  kpis: Kpis;
  now: Statistics;
  before: Statistics;
  usual: Usual;
  coverage: Coverage | null;
  alerts: string[];
  objectives: Objective[];
  /// Those of the period that the town wants to see, at noon of their days.
  dates: { at: number; label: string }[];
  towns: { tenant: Tenant; stats: Statistics }[];
}

/// The beginning of the day that holds `at`, by the reader's clocks.
function dayOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/// The one after, also where a day has 23 or 25 hours.
function nextDay(day: number): number {
  const date = new Date(day);
  return date.setDate(date.getDate() + 1);
}

/// Those whose days the period touches: at noon, or as near as the period goes.
function datesWithin(dates: TownDate[], from: number, to: number): Facts["dates"] {
  return dates.map(({ date, label }) => ({ noon: noonOf(date), label }))
    .filter(({ noon }) => dayOf(noon) < to && nextDay(dayOf(noon)) > from)
    .map(({ noon, label }) => ({ at: Math.min(Math.max(noon, from), to - 1), label }));
}

/// What a caller's roles do not open is left out; anything else that fails, fails.
async function ifAllowed<T>(may: boolean, read: () => Promise<T>): Promise<T | null> {
  return may ? read() : null;
}

async function readFacts(tenant: Tenant, towns: Tenant[], days: number): Promise<Facts> {
  const to = Math.ceil(Date.now() / kHour) * kHour;
  const from = days > kMostDaysByHour ? dayOf(to - days * kDay) : to - days * kDay;
  const may = (right: string) => tenant.rights.includes(right);
  const [kpis, now, before, usual, coverage, alerts, objectives, dates, stats] = await Promise.all([
    figuresApi.kpis(tenant.id, from, to), figuresApi.statistics(tenant.id, from, to), figuresApi.statistics(tenant.id, from - (to - from), from), figuresApi.usual(tenant.id, from, to),
    ifAllowed(may("read_sources"), () => figuresApi.coverage(tenant.id, from, to)),
    ifAllowed(may("read_mentions"), () => api.alertTimes(tenant.id, from)),
    figuresApi.objectives(tenant.id),
    settingsApi.dates(tenant.id),
    Promise.all(towns.filter(({ rights }) => rights.includes("read_figures")).map(async (town) => ({ tenant: town, stats: await figuresApi.statistics(town.id, from, to) }))),
  ]);
  return { from, to, days, kpis, now, before, usual, coverage, alerts: alerts ?? [], objectives, dates: datesWithin(dates, from, to), towns: stats };
}

function signed(change: number): string {
  return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 0, signDisplay: "always" }).format(change);
}

const storiesOf = (one: Counts) => one.stories;

/// What changed, and why: the topic that gained (or lost) the most with it.
function sentence({ kpis, now, before }: Facts): string {
  const is = now.totals.mentions, was = before.totals.mentions;
  const index = kpis.crisis_index;
  const strongest = [...index.terms].sort((a, b) => b.points - a.points)[0];
  const crisis = strongest && strongest.points >= 1
    ? t("dashboard.index", { value: formatNumber(index.value), term: t(`dashboard.term.${strongest.name}`), points: formatNumber(strongest.points) })
    : t("dashboard.calm", { value: formatNumber(index.value) });
  if (is === 0) return `${t("dashboard.none")} ${crisis}`;
  if (was === 0) return `${t("dashboard.first", { is: formatNumber(is) })} ${crisis}`;
  const change = is / was - 1;
  if (Math.abs(change) < kSameShare) return `${t("dashboard.same", { was: formatNumber(was), is: formatNumber(is) })} ${crisis}`;
  const old = new Map(before.topics.map(({ topic, mentions }) => [topic, mentions]));
  const names = [...new Set([...now.topics, ...before.topics].map(({ topic }) => topic))];
  const fresh = new Map(now.topics.map(({ topic, mentions }) => [topic, mentions]));
  const moved = names.map((topic) => ({ topic, was: old.get(topic) ?? 0, is: fresh.get(topic) ?? 0 }))
    .sort((a, b) => (b.is - b.was - (a.is - a.was)) * Math.sign(change))[0];
  const because = moved && (moved.is - moved.was) * Math.sign(change) > 0;
  return `${because ? t("dashboard.more", { change: signed(change), topic: moved.topic, was: formatNumber(moved.was), is: formatNumber(moved.is) }) : t("dashboard.moreNoTopic", { change: signed(change) })} ${crisis}`;
}

function minutes(value: number): string {
  return value < 120 ? t("dashboard.minutes", { count: Math.round(value) }) : t("dashboard.hours", { hours: formatNumber(value / 60, 1) });
}

export function formatKpi(unit: string, value: number): string {
  if (unit === "share") return formatShare(value);
  if (unit === "minutes") return minutes(value);
  if (unit === "seconds") return minutes(value / 60);
  if (unit === "points") return formatNumber(value, 1);
  return formatNumber(value, unit === "ratio" ? 2 : 0);
}

interface TileProps {
  name: string;
  value: string;
  /// Beside the value: how sure it is.
  error?: string;
  before: string;
  partial: boolean;
  note?: string;
}

function Tile({ name, value, error, before, partial, note }: TileProps) {
  return (
    <div class="tile">
      <dt>{name}{partial && <span class="chip">{t("dashboard.partial")}</span>}</dt>
      <dd><b>{value}</b>{error && <span class="muted"> {error}</span>}</dd>
      {note && <dd class="muted">{note}</dd>}
      <dd class="muted">{before}</dd>
    </div>
  );
}

const kTiles = ["mentions", "net_sentiment", "crisis_index", "first_response", "topic_share", "coverage"];

function Tiles({ facts }: { facts: Facts }) {
  const { kpis, now, before } = facts;
  const of = (name: string) => kpis.kpis.find((one) => one.name === name);
  const tile = (name: string, change: Partial<TileProps> = {}) => {
    const kpi = of(name);
    if (!kpi) return null;
    const text = (value: number | null) => (value === null ? t("dashboard.notKnown") : formatKpi(kpi.unit, value));
    const error = kpi.error !== null && kpi.value !== null ? `± ${formatKpi(kpi.unit, kpi.error)}` : "";
    return <Tile name={t(`dashboard.tile.${name}`)} value={text(kpi.value)} before={t("dashboard.before", { value: text(kpi.previous.value) })} error={error} partial={kpi.partial} {...change} />;
  };
  const first = of("topic_share")?.parts[0];
  const counts = (all: Counts) => t("dashboard.stories", { mentions: formatNumber(all.mentions), stories: formatNumber(storiesOf(all)) });
  const within = of("first_response")?.parts.find(({ name }) => name === "within_deadline");
  return (
    <section aria-label={t("dashboard.tiles")}>
      <dl class="tiles">
        {tile("mentions", { value: counts(now.totals), before: t("dashboard.before", { value: counts(before.totals) }) })}
        {tile("net_sentiment")}
        {tile("crisis_index")}
        {tile("first_response", within?.value != null ? { note: t("dashboard.within", { share: formatShare(within.value) }) } : {})}
        {tile("topic_share", first ? { note: first.name } : {})}
        {tile("coverage")}
      </dl>
      <details class="no-print">
        <summary>{t("dashboard.formulas")}</summary>
        <dl>{kTiles.map((name) => <div key={name}><dt>{t(`dashboard.tile.${name}`)}</dt><dd class="muted">{t(`dashboard.formula.${name}`)}</dd></div>)}</dl>
      </details>
    </section>
  );
}

/// Intervals in which at least one source was blind, put together.
function blindOf(coverage: Coverage | null): { from: number; to: number; sources: string[] }[] {
  const all = (coverage?.sources ?? []).flatMap((one) => one.intervals.filter(({ sight }) => sight === "blind")
    .map(({ from, to }) => ({ from: Date.parse(from) / 1000, to: Date.parse(to) / 1000, sources: [one.source] }))).sort((a, b) => a.from - b.from);
  const merged: typeof all = [];
  for (const one of all) {
    const last = merged.at(-1);
    if (last && one.from <= last.to) {
      last.to = Math.max(last.to, one.to);
      last.sources = [...new Set([...last.sources, ...one.sources])];
    } else merged.push({ ...one });
  }
  return merged;
}

interface Point {
  at: number; // ms
  end: number;
  all: Counts;
  expected: number;
  low: number | null;
  high: number | null;
}

const kNothing: Counts = { mentions: 0, stories: 0, urgent: 0, negative: 0, neutral: 0, positive: 0 };

/// Of every hour, or day: also of those in which nobody said anything.
function pointsOf({ from, to, days, now, usual }: Facts): Point[] {
  const counts = new Map(now.series.filter(({ topic }) => topic === "").map((one) => [Date.parse(one.at), one]));
  const usually = new Map(usual.hours.map((one) => [Date.parse(one.at), one]));
  const byDay = days > kMostDaysByHour;
  const points: Point[] = [];
  for (let at = from, next; at < to; at = next) {
    next = byDay ? nextDay(at) : at + kHour;
    const all = { ...kNothing };
    let expected = 0;
    for (let hour = at; hour < Math.min(next, to); hour += kHour) {
      for (const name of Object.keys(all) as (keyof Counts)[]) all[name] += counts.get(hour)?.[name] ?? 0;
      expected += usually.get(hour)?.expected ?? 0;
    }
    const interval = byDay ? undefined : usually.get(at);
    points.push({ at, end: next, all, expected, low: interval?.low ?? null, high: interval?.high ?? null });
  }
  return points;
}

function Volume({ facts }: { facts: Facts }) {
  const { days, usual, from, to } = facts;
  const points = useMemo(() => pointsOf(facts), [facts]);
  const blind = useMemo(() => blindOf(facts.coverage), [facts]);
  const marks = useMemo(() => [
    ...facts.dates.map(({ at }) => ({ at: at / 1000, sign: "◆", colour: "--selected" })),
    ...facts.alerts.map((at) => ({ at: Date.parse(at) / 1000, sign: "▲", colour: "--critical" })),
  ], [facts]);
  const at = useMemo(() => points.map((point) => point.at / 1000), [points]);
  const byHour = days <= kMostDaysByHour;
  const series = useMemo(() => [
    ...(byHour ? [
      { label: t("dashboard.high"), values: points.map(({ high }) => high), colour: "--band", width: 0 },
      { label: t("dashboard.low"), values: points.map(({ low }) => low), colour: "--band", width: 0 },
    ] : []),
    { label: t("dashboard.expected"), values: points.map(({ expected }) => expected), colour: "--quiet", width: 1, dash: [6, 4] },
    { label: t("dashboard.mentions"), values: points.map(({ all }) => all.mentions), colour: "--selected", width: 2 },
  ], [points, byHour, language()]);
  const rows: Cell[][] = points.map(({ at, end, all, expected, low, high }) => [
    byHour ? formatTime(new Date(at).toISOString()) : formatDay(at), all.mentions, all.stories, all.urgent, expected, low, high,
    facts.alerts.filter((raised) => Date.parse(raised) >= at && Date.parse(raised) < end).length,
    facts.dates.filter((date) => date.at >= at && date.at < end).map(({ label }) => label).join(", "),
    blind.filter((one) => one.from * 1000 < end && one.to * 1000 > at).flatMap(({ sources }) => sources).join(", "),
  ]);
  const summary = t("dashboard.volumeSummary", { from: formatDay(from), to: formatDay(to), total: formatNumber(facts.now.totals.mentions), most: formatNumber(Math.max(...points.map(({ all }) => all.mentions))) });
  return (
    <Figure id="volume" title={t(byHour ? "dashboard.volume" : "dashboard.volumeDays")} formula={t("dashboard.volumeFormula")}
      columns={[{ name: t(byHour ? "dashboard.at" : "dashboard.day") }, { name: t("dashboard.mentions"), decimals: 0 }, { name: t("dashboard.storiesColumn"), decimals: 0 }, { name: t("dashboard.urgent"), decimals: 0 }, { name: t("dashboard.expected"), decimals: 1 }, { name: t("dashboard.low"), decimals: 0 }, { name: t("dashboard.high"), decimals: 0 }, { name: t("dashboard.alerts"), decimals: 0 }, { name: t("dashboard.dates") }, { name: t("dashboard.unseen") }]}
      rows={rows}
      note={<p class="legend muted">
        <span><span class="swatch swatch-band" aria-hidden="true" /> {t(byHour ? "dashboard.usual" : "dashboard.usualDays", { days: usual.days_seen })}</span>
        {!usual.warm && <span>{t("dashboard.cold", { days: usual.days_seen })}</span>}
        {facts.alerts.length > 0 && <span><span aria-hidden="true" class="urgency-critical">▲</span> {t("dashboard.alertMarks", { count: facts.alerts.length })}</span>}
        {facts.dates.length > 0 && <span><span aria-hidden="true" class="date-mark">◆</span> {t("dashboard.dateMarks", { dates: facts.dates.map(({ at, label }) => `${label} (${formatDay(at)})`).join(", ") })}</span>}
        {blind.length > 0 && <span><span class="swatch swatch-blind" aria-hidden="true" /> {t("dashboard.blind")}</span>}
      </p>}>
      <Plot summary={summary} at={at} until={to / 1000} series={series} {...(byHour ? { band: [0, 1] as [number, number] } : {})} blind={blind} marks={marks} />
    </Figure>
  );
}

function Tones({ now }: { now: Statistics }) {
  const topics = [...now.topics].sort((a, b) => b.mentions - a.mentions);
  const most = Math.max(...topics.flatMap(({ negative, positive }) => [negative, positive]), 1);
  const width = (count: number) => (count / most) * 100;
  const summary = t("dashboard.tonesSummary", { summary: topics.map(({ topic, negative, positive }) => t("dashboard.one", { topic, negative, positive })).join(" ; ") });
  return (
    <Figure id="tones" title={t("dashboard.tones")} formula={t("dashboard.tonesFormula")}
      columns={[{ name: t("dashboard.topic") }, ...["negative", "neutral", "positive"].map((name) => ({ name: t(`dashboard.${name}`), decimals: 0 }))]}
      rows={topics.map(({ topic, negative, neutral, positive }) => [topic, negative, neutral, positive])}>
      <div class="diverging" role="img" aria-label={summary}>
        {topics.map(({ topic, negative, neutral, positive }) => (
          <div key={topic} class="pair" aria-hidden="true">
            <span class="name">{topic}</span>
            <span class="count number">− {formatNumber(negative)}</span>
            <svg class="left" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="bar-negative" x={100 - width(negative)} width={width(negative)} height="10" /></svg>
            <svg class="right" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="bar-positive" width={width(positive)} height="10" /></svg>
            <span class="count">+ {formatNumber(positive)} <span class="muted">= {formatNumber(neutral)}</span></span>
          </div>
        ))}
      </div>
    </Figure>
  );
}

/// The days that a period touches.
function daysOf(from: number, to: number): number[] {
  const days: number[] = [];
  for (let at = dayOf(from); at < to; at = nextDay(at)) days.push(at);
  return days;
}

function byDay(stats: Statistics, topic: string, days: number[], count: (one: Counts) => number): number[] {
  const sums = new Map<number, number>();
  for (const one of stats.series) {
    if (one.topic !== topic) continue;
    const day = dayOf(Date.parse(one.at));
    sums.set(day, (sums.get(day) ?? 0) + count(one));
  }
  return days.map((day) => sums.get(day) ?? 0);
}

function Topics({ facts }: { facts: Facts }) {
  const { now, from, to } = facts;
  const days = daysOf(from, to);
  const on = (topic: string) => byDay(now, topic, days, storiesOf);
  const all = on("");
  const total = all.reduce((sum, one) => sum + one, 0);
  const first = [...now.topics].sort((a, b) => b.stories - a.stories);
  const rows = first.slice(0, kMostTopics).map(({ topic }) => ({ topic, stories: on(topic) }));
  const others = first.slice(kMostTopics).map(({ topic }) => on(topic));
  if (others.length > 0) rows.push({ topic: t("dashboard.other"), stories: days.map((_, at) => others.reduce((sum, one) => sum + one[at]!, 0)) });
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const most = Math.max(...rows.flatMap(({ stories }) => stories), 1);
  return (
    <Figure id="topics" title={t("dashboard.topics")} formula={t("dashboard.topicsFormula")}
      columns={[{ name: t("dashboard.topic") }, ...days.map((day) => ({ name: formatDay(day), decimals: 0 }))]}
      rows={total === 0 ? [] : rows.map(({ topic, stories }) => [topic, ...stories])}>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("dashboard.topics")}><table class="sparklines">
        <caption class="hidden">{t("dashboard.topics")}</caption>
        <thead><tr><th scope="col">{t("dashboard.topic")}</th><th scope="col" class="number">{t("dashboard.storiesColumn")}</th><th scope="col" class="number">{t("dashboard.share")}</th><th scope="col">{t("dashboard.perDay")}</th></tr></thead>
        <tbody>{rows.map(({ topic, stories }) => (
          <tr key={topic}><th scope="row">{topic}</th><td class="number">{formatNumber(sum(stories))}</td><td class="number">{formatShare(total === 0 ? null : sum(stories) / total)}</td><td><Sparkline values={stories} most={most} /></td></tr>
        ))}</tbody>
      </table></div>
    </Figure>
  );
}

function netOf({ negative, neutral, positive }: Counts): number | null {
  const n = negative + neutral + positive;
  return n < 30 ? null : (100 * (positive - negative)) / n;
}

function Towns({ facts }: { facts: Facts }) {
  const rows = facts.towns.map(({ tenant, stats }) => ({
    tenant, totals: stats.totals, days: byDay(stats, "", daysOf(facts.from, facts.to), ({ mentions }) => mentions),
  }));
  return (
    <Figure id="towns" title={t("dashboard.towns")} formula={t("dashboard.townsFormula")}
      columns={[{ name: t("dashboard.town") }, { name: t("dashboard.mentions"), decimals: 0 }, { name: t("dashboard.storiesColumn"), decimals: 0 }, { name: t("dashboard.urgent"), decimals: 0 }, { name: t("dashboard.net"), decimals: 1 }]}
      rows={rows.map(({ tenant, totals }) => [tenant.name, totals.mentions, totals.stories, totals.urgent, netOf(totals)])}>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("dashboard.towns")}><table class="sparklines">
        <caption class="hidden">{t("dashboard.towns")}</caption>
        <thead><tr><th scope="col">{t("dashboard.town")}</th>{["mentions", "storiesColumn", "urgent", "net"].map((name) => <th key={name} scope="col" class="number">{t(`dashboard.${name}`)}</th>)}<th scope="col">{t("dashboard.trend")}</th></tr></thead>
        <tbody>{rows.map(({ tenant, totals, days }) => (
          <tr key={tenant.id}><th scope="row"><a href={address.dashboard(tenant.id)}>{tenant.name}</a></th><td class="number">{formatNumber(totals.mentions)}</td><td class="number">{formatNumber(totals.stories)}</td><td class="number">{formatNumber(totals.urgent)}</td><td class="number">{netOf(totals) === null ? t("dashboard.tooFew") : formatNumber(netOf(totals)!, 1)}</td><td><Sparkline values={days} /></td></tr>
        ))}</tbody>
      </table></div>
    </Figure>
  );
}

function Objectives({ facts }: { facts: Facts }) {
  const units = new Map(facts.kpis.kpis.map((kpi: Kpi) => [kpi.name, kpi.unit]));
  const open = facts.objectives.filter(({ closed }) => !closed);
  const text = (one: Objective, value: number | null) => (value === null ? t("dashboard.notKnown") : formatKpi(one.part === "within_deadline" ? "share" : units.get(one.kpi) ?? "", value));
  return (
    <section class="card" aria-labelledby="objectives-title">
      <h2 id="objectives-title">{t("dashboard.objectives")}</h2>
      {open.length === 0 ? <p class="muted">{t("dashboard.noObjective")}</p> : (
        <DataTable title={t("dashboard.objectives")}
          columns={["objective", "target", "now", "progress.title", "owner", "due"].map((name) => ({ name: t(`dashboard.${name}`) }))}
          rows={open.map((one) => [
            t(`dashboard.kpi.${one.kpi}`) + (one.part ? ` (${one.part})` : ""), t(`dashboard.${one.direction}`, { target: text(one, one.target) }), text(one, one.figure.value),
            t(`dashboard.progress.${one.progress}`), one.owner, formatDay(Date.parse(one.due)),
          ])} />
      )}
    </section>
  );
}

/// A study of its own, which takes seconds: the page does not wait for it.
function Needs({ tenant }: { tenant: Tenant }) {
  const { data: needs, failed, again } = useRead(() => api.emergent(tenant.id), [tenant.id]);
  return (
    <section class="card" aria-labelledby="needs-title">
      <h2 id="needs-title">{t("dashboard.needs")}</h2>
      {!needs ? <Waiting failed={failed} again={again} /> : needs.groups.length === 0 ? <p class="muted">{t("dashboard.noNeed")}</p> : (
        <ul class="plain">{needs.groups.slice(0, kMostNeeds).map((group) => (
          <li key={group.id}>{t("dashboard.need", { terms: group.terms.map(({ term }) => term).join(", "), count: group.authors_at_least })}</li>
        ))}</ul>
      )}
      <p class="no-print"><a href={address.emergent(tenant.id)}>{t("dashboard.needsAll")}</a></p>
    </section>
  );
}

function Terms({ kpis }: { kpis: Kpis }) {
  return (
    <Figure id="index" title={t("dashboard.terms")} formula={t("dashboard.termsFormula")}
      columns={[{ name: t("dashboard.termColumn") }, { name: t("dashboard.weight"), decimals: 0 }, { name: t("dashboard.score"), decimals: 2 }, { name: t("dashboard.pointsColumn"), decimals: 1 }]}
      rows={kpis.crisis_index.terms.map(({ name, weight, score, points }) => [t(`dashboard.term.${name}`), weight, score, points])}>
      <ul class="plain terms">{kpis.crisis_index.terms.map(({ name, weight, points }) => (
        <li key={name}><span>{t(`dashboard.term.${name}`)}</span> <meter min={0} max={weight} value={points} aria-label={t(`dashboard.term.${name}`)} /> <span class="number">{formatNumber(points, 1)} / {weight}</span></li>
      ))}</ul>
    </Figure>
  );
}

/// The director's page: how the town stands, what changed and why. Eight blocks, in this order; printed, it is the note on a page.
export function Dashboard({ tenant, towns, query }: { tenant: Tenant; towns: Tenant[]; query: URLSearchParams }) {
  const asked = Number(query.get("jours"));
  const [days, setDays] = useState<number>(kPeriods.find((one) => one === asked) ?? kUsualPeriod);
  const { data: facts, failed, reading, again } = useRead(() => readFacts(tenant, towns, days), [tenant.id, days]);
  const choose = (wanted: number) => {
    setDays(wanted);
    replaceQuery(new URLSearchParams({ jours: String(wanted) }));
  };
  const reach = facts?.kpis.kpis.find(({ name }) => name === "potential_reach")?.value;
  return (
    <Screen title={t("nav.dashboard")} tenant={tenant} class="dashboard" actions={<>
      <label class="no-print"><span class="hidden">{t("dashboard.period")}</span> <select value={days} onChange={(e) => choose(Number(e.currentTarget.value))}>
        {kPeriods.map((one) => <option key={one} value={one}>{t("dashboard.days", { count: one })}</option>)}
      </select></label>
      {tenant.public_page && <a class="button no-print" href={address.kiosk(tenant.id)}>{t("kiosk.open")}</a>}
      <button type="button" class="no-print" onClick={() => print()}>{t("dashboard.print")}</button>
    </>}>
      {(failed || !facts) && <Waiting failed={failed} again={again} />}
      {facts && (
        <div aria-busy={reading} class="blocks">
          <p class="muted">{t(facts.days === 1 ? "dashboard.asOfDay" : "dashboard.asOf", { town: tenant.name, from: formatDay(facts.from), to: formatDay(facts.to), days: facts.days })}</p>
          <section class={`band state-${facts.kpis.crisis_index.word}`} aria-label={t("dashboard.state")}>
            <strong><StateWord state={facts.kpis.crisis_index.word} /></strong> <span>{sentence(facts)}</span>
          </section>
          <Tiles facts={facts} />
          <Volume facts={facts} />
          <div class="halves"><Tones now={facts.now} /><Topics facts={facts} /></div>
          <Towns facts={facts} />
          <div class="halves"><Objectives facts={facts} />{tenant.rights.includes("read_mentions") && <Needs tenant={tenant} />}</div>
          <div class="halves no-print"><Terms kpis={facts.kpis} />{reach !== null && reach !== undefined && (
            <section class="card" aria-labelledby="reach-title"><h2 id="reach-title">{t("dashboard.reach")}</h2><p>{t("dashboard.reachIs", { count: formatNumber(reach) })}</p></section>
          )}</div>
        </div>
      )}
    </Screen>
  );
}
