import { useEffect, useState } from "preact/hooks";
import { api, type Connector, type Tenant } from "./api";
import { EngineView } from "./engine_view";
import { formatShare } from "./figure";
import { figuresApi, type Costs, type CostShare, type Coverage, type CoverageInterval, type Sight, type SourceCoverage } from "./figures_api";
import { kNoTown } from "./route";
import { Screen, useRead, Waiting } from "./screen";
import { formatBytes, formatClock, formatTime, language, t } from "./words";

const kHour = 3_600_000;
const kRanges = [1, 24, 24 * 7, 24 * 30] as const; // hours
const kUsualRange = 24;
const kCostRange = 24 * 30;
const kRefreshMs = 60_000;

function euros(amount: number): string {
  return new Intl.NumberFormat(language(), { style: "currency", currency: "EUR", minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(amount);
}

function whole(count: number): string {
  return count.toLocaleString(language());
}

/// Of the engine itself, whose states say all.
const kOwnStates = new Set(["stopped", "removed"]);

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return t("ops.seconds", { count: Math.round(seconds) });
  return minutes < 120 ? t("ops.minutes", { count: minutes }) : t("ops.hours", { count: Math.round(minutes / 60) });
}

/// A state of a connector in words; the engine's own reason stands beside it.
function state(interval: Pick<CoverageInterval, "state">): string {
  return t(`ops.state.${interval.state}`);
}

const kFill: Partial<Record<Sight, string>> = { blind: "url(#hatched)", partial: "url(#dotted)" };
const kWidth = 1000;
const kRow = 26;

/// One row per source: healthy plain, partial dotted, blind hatched. The pattern, not the colour alone, says which.
function Timeline({ coverage }: { coverage: Coverage }) {
  const from = Date.parse(coverage.from);
  const length = Date.parse(coverage.to) - from;
  const x = (iso: string) => ((Date.parse(iso) - from) / length) * kWidth;
  const summary = coverage.sources.map((one) => `${one.source} ${formatShare(one.healthy_share, 1)}`).join(", ");
  return (
    <div class="timeline">
      <ul aria-hidden="true">
        {coverage.sources.map((one) => <li key={one.source}><span>{one.source}</span> <b>{formatShare(one.healthy_share, 1)}</b></li>)}
      </ul>
      <svg viewBox={`0 0 ${kWidth} ${coverage.sources.length * kRow}`} style={{ height: `${coverage.sources.length * kRow}px` }} preserveAspectRatio="none" role="img"
        aria-label={t("ops.chart", { summary })}>
        <defs>
          <pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="ground" width="6" height="6" /><rect class="blind" width="3" height="6" />
          </pattern>
          <pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse">
            <rect class="ground" width="6" height="6" /><circle class="partial" cx="3" cy="3" r="1.5" />
          </pattern>
        </defs>
        {coverage.sources.map((one, row) => <rect key={one.source} class="unknown" x="0" y={row * kRow + 4} width={kWidth} height={kRow - 8} />)}
        {coverage.sources.map((one, row) => one.intervals.map((interval) => (
          <rect key={`${one.source}${interval.from}`} class={`sight-${interval.sight}`} fill={kFill[interval.sight]} x={x(interval.from)} y={row * kRow + 4}
            width={Math.max(x(interval.to) - x(interval.from), 1)} height={kRow - 8}>
            <title>{`${one.source}: ${state(interval)}, ${formatTime(interval.from)} – ${formatTime(interval.to)} ${interval.reason}`}</title>
          </rect>
        )))}
      </svg>
      <p class="axis muted" aria-hidden="true"><span>{formatClock(coverage.from)}</span> <span>{formatClock(coverage.to)}</span></p>
    </div>
  );
}

function Legend() {
  return (
    <p class="legend muted">
      {(["clear", "partial", "blind", "unwatched"] as const).map((sight) => (
        <span key={sight}><span class={`swatch swatch-${sight}`} aria-hidden="true" /> {t(`ops.sight.${sight}`)}</span>
      ))}
    </p>
  );
}

function CoverageTable({ sources }: { sources: SourceCoverage[] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t("ops.coverage")}><table>
      <caption class="hidden">{t("ops.coverage")}</caption>
      <thead><tr><th scope="col">{t("ops.source")}</th><th scope="col" class="number">{t("ops.sight.clear")}</th><th scope="col" class="number">{t("ops.sight.blind")}</th><th scope="col">{t("ops.reasons")}</th></tr></thead>
      <tbody>
        {sources.map((one) => (
          <tr key={one.source}>
            <th scope="row">{one.source}</th>
            <td class="number">{formatShare(one.healthy_share, 1)}</td>
            <td class="number">{duration(one.blind_s)}</td>
            <td>{one.reasons.map((why) => <div key={why.state + why.reason}>{state(why)}, {duration(why.seconds)}{why.reason && !kOwnStates.has(why.state) && <span class="muted"> – {why.reason}</span>}</div>)}</td>
          </tr>
        ))}
      </tbody>
    </table></div>
  );
}

function CoverageSection({ tenant, coverage, hours, setHours }: { tenant: string; coverage: Coverage; hours: number; setHours: (hours: number) => void }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section class="card" id="coverage">
      <h2>{t("ops.coverage")}</h2>
      <p><strong>{formatShare(coverage.healthy_share, 1)}</strong> {coverage.partial_share ? t("ops.partly", { share: formatShare(coverage.partial_share, 1) }) : ""} <span class="muted">{t("ops.formula")}</span></p>
      <div class="filters">
        <label>{t("ops.range")} <select value={hours} onChange={(e) => setHours(Number(e.currentTarget.value))}>
          {kRanges.map((range) => <option key={range} value={range}>{range < 24 ? t("ops.hours", { count: range }) : t("ops.days", { count: range / 24 })}</option>)}
        </select></label>
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t("ops.table")}</button>
        <a href={`/api/v1/tenants/${tenant}/coverage.csv?from=${coverage.from}&to=${coverage.to}`} download>{t("ops.csv")}</a>
      </div>
      {coverage.sources.length === 0 && <p>{t("ops.nothing")}</p>}
      {coverage.sources.length > 0 && (asTable ? <CoverageTable sources={coverage.sources} /> : <><Timeline coverage={coverage} /><Legend /></>)}
    </section>
  );
}

const kNoShare: CostShare = { euros: 0, reads: 0, requests: 0, bytes: 0 };

function CostRow({ name, kept, ours, total, unkept }: { name: string; kept: number; ours: CostShare; total: CostShare; unkept: CostShare }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{whole(kept)}</td>
      <td class="number">{euros(ours.euros)}</td>
      <td class="number">{euros(unkept.euros)}</td>
      <td class="number">{euros(total.euros)}</td>
      <td class="number">{whole(total.reads)}</td>
      <td class="number">{whole(total.requests)}</td>
      <td class="number">{formatBytes(total.bytes)}</td>
    </tr>
  );
}

function CostSection({ tenant, costs }: { tenant: string; costs: Costs }) {
  const own = (all: Costs["tenants"]) => all.find((one) => one.tenant === tenant);
  return (
    <section class="card" id="costs">
      <h2>{t("ops.costs")}</h2>
      <p class="muted">{t("ops.costRule")}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("ops.costs")}>
        <table>
          <caption class="hidden">{t("ops.costs")}</caption>
          <thead><tr>{["source", "kept", "ours", "unkept", "total", "reads", "requests", "bytes"].map((name, column) => (
            <th key={name} scope="col" class={column === 0 ? "" : "number"}>{t(`ops.${name}`)}</th>
          ))}</tr></thead>
          <tbody>
            {costs.sources.map((one) => (
              <CostRow key={one.source} name={one.source} kept={own(one.tenants)?.kept ?? 0} ours={own(one.tenants)?.share ?? kNoShare} total={one.total} unkept={one.unkept} />
            ))}
          </tbody>
          <tfoot><CostRow name={t("ops.all")} kept={own(costs.tenants)?.kept ?? 0} ours={own(costs.tenants)?.share ?? kNoShare} total={costs.total} unkept={costs.unkept} /></tfoot>
        </table>
      </div>
      <a href={`/api/v1/costs.csv?from=${costs.from}&to=${costs.to}`} download>{t("ops.csv")}</a>
    </section>
  );
}

/// Hosts that the configuration names, and those that were really asked.
function hostsOf(connector: Connector): string[] {
  return [...new Set([...connector.hosts, ...connector.contacted.map(({ host }) => host)])];
}

function DataSection({ connectors }: { connectors: Connector[] }) {
  return (
    <section class="card" id="data">
      <h2>{t("ops.data")}</h2>
      <p class="muted">{t("ops.dataRule")}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("ops.data")}>
        <table>
          <caption class="hidden">{t("ops.data")}</caption>
          <thead><tr>{["source", "now", "hosts", "sends", "country", "note"].map((name) => <th key={name} scope="col">{t(`ops.${name}`)}</th>)}</tr></thead>
          <tbody>
            {connectors.map((one) => (
              <tr key={one.id}>
                <th scope="row">{one.id}</th>
                <td>{state(one)}{one.detail && <span class="muted"> – {one.detail}</span>}</td>
                <td>{hostsOf(one).join(", ") || t("ops.nobody")}</td>
                <td>{[...one.sends.map((what) => t(`ops.what.${what}`)), ...(one.is_pushed ? [t("ops.pushed")] : [])].join(", ") || t("ops.none")}</td>
                <td>{one.country || t("ops.unknown")}</td>
                <td>{one.legal_note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/// What the ops team and the data-protection officer see: how the engine does, where we were blind, what it cost, where data goes.
export function Operations({ tenant }: { tenant: Tenant }) {
  const [hours, setHours] = useState<number>(kUsualRange);
  const isTown = tenant.id !== kNoTown;
  const { data: shown, failed, again } = useRead(async () => {
    const to = Date.now();
    const [coverage, costs, connectors] = await Promise.all([isTown ? figuresApi.coverage(tenant.id, to - hours * kHour, to) : null, figuresApi.costs(to - kCostRange * kHour, to), api.connectors()]);
    return { coverage, costs, connectors };
  }, [tenant.id, hours]);
  useEffect(() => {
    const timer = window.setInterval(() => void again(), kRefreshMs);
    return () => window.clearInterval(timer);
  }, [again]);
  return (
    <Screen title={t("ops.title")} tenant={tenant} class="operations">
      {tenant.engine_rights.includes("operate_engine") && <EngineView />}
      {(failed || !shown) && <Waiting failed={failed} again={again} />}
      {shown && (
        <>
          {shown.coverage && <CoverageSection tenant={tenant.id} coverage={shown.coverage} hours={hours} setHours={setHours} />}
          <CostSection tenant={tenant.id} costs={shown.costs} />
          <DataSection connectors={shown.connectors} />
        </>
      )}
    </Screen>
  );
}
