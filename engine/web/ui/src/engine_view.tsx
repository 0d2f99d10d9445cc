import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Connector, type RulesInForce } from "./api";
import { DataTable, formatNumber, type Cell } from "./figure";
import { parseMetrics, quantileOf, sumOf, type MetricSample } from "./prometheus";
import { colon, formatAge, formatBytes, formatTime, language, t } from "./words";

const kEveryMs = 10_000;
const kStages = ["judge", "apply", "commit", "sync"];
const kDay = 86_400;

interface Reading {
  at: number;
  samples: MetricSample[];
}
interface Seen {
  now: Reading;
  /// The one before: rates are what lies between the two.
  before: Reading | null;
  connectors: Connector[];
  rules: RulesInForce;
}

/// 1.2 ms, 340 µs, 2.5 s.
function formatSeconds(seconds: number | null): string {
  if (seconds === null) return "–";
  const [factor, unit] = seconds < 1e-3 ? [1e6, "µs"] : seconds < 1 ? [1e3, "ms"] : [1, "s"];
  return `${new Intl.NumberFormat(language(), { maximumSignificantDigits: 3 }).format(seconds * factor)} ${unit}`;
}

function since(seconds: number | null): string {
  return seconds === null ? "–" : seconds <= 0 ? t("say.never") : formatAge(new Date(seconds * 1000).toISOString());
}

function perMinute({ now, before }: Seen, name: string, connector: string): number | null {
  if (!before || now.at <= before.at) return null;
  const rise = (sumOf(now.samples, name, { connector }) ?? 0) - (sumOf(before.samples, name, { connector }) ?? 0);
  return (Math.max(rise, 0) * 60_000) / (now.at - before.at);
}

function Sources({ seen }: { seen: Seen }) {
  const of = (name: string, connector: string) => sumOf(seen.now.samples, name, { connector });
  const rows: Cell[][] = seen.connectors.map((one) => {
    const budget = of("vigie_connector_budget_units", one.id), spent = of("vigie_connector_budget_spent_units", one.id);
    return [
      one.id, t(`ops.state.${one.state}`), perMinute(seen, "vigie_mentions_received_total", one.id), perMinute(seen, "vigie_mentions_matched_total", one.id),
      of("vigie_mentions_dropped_total", one.id), of("vigie_mentions_duplicate_total", one.id), one.requests, one.errors,
      one.newest_at ? formatAge(one.newest_at) : "–", budget ? `${formatNumber(budget - (spent ?? 0))} / ${formatNumber(budget)}` : "–",
    ];
  });
  const columns = ["source", "state", "rate", "kept", "dropped", "duplicates", "requests", "errors", "newest", "quota"]
    .map((name, at) => ({ name: t(`engine.columns.${name}`), ...(at >= 2 && at <= 7 ? { decimals: 1 } : {}) }));
  return <><h3>{t("engine.sources")}</h3><DataTable title={t("engine.sources")} columns={columns} rows={rows} /></>;
}

function Stages({ samples }: { samples: MetricSample[] }) {
  const times = (name: string, labels: Record<string, string> = {}) => [0.5, 0.99].map((share) => formatSeconds(quantileOf(samples, name, share, labels)));
  const rows: Cell[][] = [
    ...kStages.map((stage) => [t(`engine.names.${stage}`), ...times("vigie_stage_seconds", { stage })]),
    [t("engine.lag"), ...times("vigie_engine_lag_seconds")],
    [t("engine.detection"), ...times("vigie_detection_lag_seconds")],
    [t("engine.handover"), ...times("vigie_alert_handover_seconds")],
  ];
  const depth = samples.filter(({ name }) => name === "vigie_ring_depth").map(({ labels, value }) => `${labels.ring} ${formatNumber(value)}`).join(", ");
  return (
    <>
      <h3>{t("engine.stages")}</h3>
      <DataTable title={t("engine.stages")} columns={[{ name: t("engine.stage") }, { name: t("engine.p50") }, { name: t("engine.p99") }]} rows={rows} />
      <p>{t("engine.depth")}{colon()}{depth}</p>
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Losses({ samples }: { samples: MetricSample[] }) {
  const count = (name: string, labels?: Record<string, string>) => formatNumber(sumOf(samples, name, labels) ?? 0);
  return (
    <>
      <h3>{t("engine.losses")}</h3>
      <dl class="facts">
        <Fact name={t("engine.refused")}>{count("vigie_refused_total")}</Fact>
        <Fact name={t("engine.deadLetters")}>{count("vigie_dead_letters_total")}</Fact>
        <Fact name={t("engine.suppressed")}>{count("vigie_store_suppressed_mentions")}</Fact>
        <Fact name={t("engine.deliveries")}>{formatNumber(samples.filter(({ name, labels }) => name === "vigie_alert_deliveries_total" && (labels.result === "failed" || labels.result === "dead")).reduce((sum, { value }) => sum + value, 0))}</Fact>
      </dl>
    </>
  );
}

/// How many days the free space lasts at the rate at which the store grew while this page was open; null: it did not grow.
function daysLeft({ now, before }: Seen): number | null {
  const free = sumOf(now.samples, "vigie_data_free_bytes");
  const bytes = (reading: Reading) => sumOf(reading.samples, "vigie_store_bytes") ?? 0;
  const grown = before ? bytes(now) - bytes(before) : 0;
  return free === null || !before || grown <= 0 ? null : (free / grown) * ((now.at - before.at) / 1000 / kDay);
}

function StoreFacts({ seen }: { seen: Seen }) {
  const { samples } = seen.now;
  const of = (name: string) => sumOf(samples, name);
  const free = of("vigie_data_free_bytes"), days = daysLeft(seen);
  return (
    <>
      <h3>{t("engine.store")}</h3>
      <dl class="facts">
        <Fact name={t("engine.mentions")}>{formatNumber(of("vigie_store_mentions") ?? 0)}</Fact>
        <Fact name={t("engine.bytes")}>{formatBytes(of("vigie_store_bytes") ?? 0)}</Fact>
        <Fact name={t("engine.disk")}>{free === null ? "–" : formatBytes(free)}{days !== null && `, ${t("engine.diskDays", { days: formatNumber(days) })}`}</Fact>
        <Fact name={t("engine.stalled")}>{t((of("vigie_store_stalled") ?? 0) > 0 ? "engine.yes" : "engine.no")}</Fact>
        <Fact name={t("engine.unscrubbed")}>{t((of("vigie_store_unscrubbed") ?? 0) > 0 ? "engine.yes" : "engine.no")}</Fact>
        <Fact name={t("engine.backup")}>{since(of("vigie_backup_made_timestamp_seconds"))}</Fact>
        <Fact name={t("engine.restored")}>{since(of("vigie_backup_restored_timestamp_seconds"))}</Fact>
      </dl>
    </>
  );
}

function Rules({ rules }: { rules: RulesInForce }) {
  return (
    <>
      <h3>{t("engine.rules")}</h3>
      <p>{t("engine.ruleset", { ruleset: rules.ruleset, model: rules.model })}{rules.loaded_at && <> · {t("engine.loaded", { at: formatTime(rules.loaded_at) })}</>}</p>
      <p class="muted">{rules.packs.map(({ title, name, rules: count }) => t("engine.pack", { name: title || name, rules: count })).join(", ")}</p>
    </>
  );
}

/// What only the people see who run the engine: rates, errors, queues, losses, disk, backups, rules.
export function EngineView() {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [failed, setFailed] = useState(false);
  const last = useRef<Reading | null>(null);
  useEffect(() => {
    let gone = false;
    const read = async () => {
      try {
        const [text, connectors, rules] = await Promise.all([api.engineMetrics(), api.connectors(), api.rulesInForce()]);
        if (gone) return;
        const now = { at: Date.now(), samples: parseMetrics(text) };
        setSeen({ now, before: last.current, connectors, rules });
        last.current = now;
        setFailed(false);
      } catch {
        if (!gone) setFailed(true);
      }
    };
    void read();
    const again = window.setInterval(() => void read(), kEveryMs);
    return () => {
      gone = true;
      window.clearInterval(again);
    };
  }, []);
  return (
    <section class="card" id="engine" aria-labelledby="engine-title">
      <h2 id="engine-title">{t("engine.title")}</h2>
      <p class="muted">{t("engine.about")}</p>
      {failed && <p class="error" role="alert">{t("say.unread")}</p>}
      {!seen && !failed && <p class="muted" role="status">{t("say.loading")}</p>}
      {seen && <><Sources seen={seen} /><div class="halves"><div><Stages samples={seen.now.samples} /></div><div><Losses samples={seen.now.samples} /><StoreFacts seen={seen} /><Rules rules={seen.rules} /></div></div></>}
    </section>
  );
}
