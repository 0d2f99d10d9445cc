import { useEffect, useRef, useState } from "preact/hooks";
import { AlertButtons, AlertHead } from "./alerts";
import { api, type Alert, type Delivery, type Silence, type SilenceKind, type Tenant } from "./api";
import { DataTable } from "./figure";
import { focusSoon } from "./focus";
import { shownText } from "./marks";
import { address } from "./route";
import { Screen, useAct, useRead, Waiting } from "./screen";
import { colon, formatTime, t } from "./words";

const kStates = ["open", "answered", "muted", "closed", "all"] as const;
type Shown = (typeof kStates)[number];
const kKinds: SilenceKind[] = ["topics", "rules", "sources", "incidents", "levels"];
const kHours = [1, 2, 8, 24, 72, 168] as const;

function AlertRow({ tenant, alert, onChanged, onSilence }: { tenant: Tenant; alert: Alert; onChanged: () => Promise<void>; onSilence: () => void }) {
  const name = alert.headline || alert.subject;
  const { error, act } = useAct();
  const change = async (action: "take" | "close") => {
    if (await act(() => api.changeAlert(tenant.id, alert.number, action), { 409: t("alerts.alreadyClosed") })) await onChanged();
  };
  return (
    <li id={`alert-${alert.number}`} class={`edge-${alert.level}`}>
      <AlertHead alert={alert} />
      <span>
        <b>{name}</b>{" "}
        <bdi class="quote">{shownText(alert.title || alert.quote)}</bdi>
        <span class="muted"> {t("incidents.number", { number: alert.number })} · {t(`incidents.news.${alert.news}`)}{alert.mentions ? ` · ${[t("story.mentions", { count: alert.mentions }), t("story.authors", { count: alert.authors }), t("incidents.stories", { count: alert.stories })].join(", ")}` : ""}</span>
        {alert.mention && <> <a href={address.mention(tenant.id, alert.mention)} aria-label={`${t("incidents.see")}${colon()}${name}`}>{t("incidents.see")}</a></>}
      </span>
      <span class="actions">
        {tenant.rights.includes("work") && <AlertButtons alert={alert} name={name} onAct={(action) => void change(action)} />}
        {tenant.rights.includes("silence") && alert.incident && (
          <button type="button" aria-label={t("incidents.silenceThis", { name })} onClick={onSilence}>{t("incidents.silence")}</button>
        )}
      </span>
      {error && <p class="error" role="alert">{error}</p>}
    </li>
  );
}

interface Wanted {
  kind: SilenceKind;
  value: string;
}

function SilenceForm({ tenant, wanted, onMade }: { tenant: string; wanted: Wanted; onMade: () => Promise<void> }) {
  const [kind, setKind] = useState<SilenceKind>(wanted.kind);
  const [value, setValue] = useState(wanted.value);
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState<number>(2);
  const { error, busy, act } = useAct();
  useEffect(() => {
    setKind(wanted.kind);
    setValue(wanted.value);
  }, [wanted]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const made = await act(() => api.makeSilence(tenant, { matchers: { [kind]: [value.trim()] }, reason, ends_at: new Date(Date.now() + hours * 3_600_000).toISOString() }));
    if (!made) return;
    setReason("");
    await onMade();
    focusSoon("#silences-title");
  };
  return (
    <form class="fields" onSubmit={submit}>
      <h3>{t("incidents.add")}</h3>
      <label>{t("incidents.what")} <select value={kind} onChange={(e) => setKind(e.currentTarget.value as SilenceKind)}>{kKinds.map((one) => <option key={one} value={one}>{t(`incidents.kinds.${one}`)}</option>)}</select></label>
      {kind === "levels"
        ? <label>{t("incidents.value")} <select value={value} required onChange={(e) => setValue(e.currentTarget.value)}><option value="" />{["low", "medium", "high", "critical"].map((level) => <option key={level} value={level}>{t(`urgency.${level}`)}</option>)}</select></label>
        : <label>{t("incidents.value")} <input id="silence-value" required value={value} onInput={(e) => setValue(e.currentTarget.value)} /></label>}
      <label>{t("incidents.lasts")} <select value={hours} onChange={(e) => setHours(Number(e.currentTarget.value))}>{kHours.map((count) => <option key={count} value={count}>{t("incidents.hours", { count })}</option>)}</select></label>
      <label>{t("incidents.reason")} <input id="silence-reason" required maxLength={1000} value={reason} onInput={(e) => setReason(e.currentTarget.value)} /></label>
      <button type="submit" class="primary" disabled={busy}>{t("incidents.make")}</button>
      <p class="error" role="alert">{error}</p>
    </form>
  );
}

function matchersOf(silence: Silence): string {
  return kKinds.flatMap((kind) => (silence.matchers[kind] ?? []).map((value) => `${t(`incidents.kinds.${kind}`)} ${kind === "levels" ? t(`urgency.${value}`) : value}`)).join(", ");
}

function Silences({ tenant, wanted }: { tenant: Tenant; wanted: Wanted }) {
  const { data: silences, failed, again } = useRead(() => api.silences(tenant.id), [tenant.id]);
  const { error, act } = useAct();
  const end = async (silence: Silence) => {
    await act(() => api.endSilence(tenant.id, silence.number));
    await again();
    focusSoon("#silences-title");
  };
  return (
    <section class="card" aria-labelledby="silences-title">
      <h2 id="silences-title" tabIndex={-1}>{t("incidents.silences")}</h2>
      <p class="muted">{t("incidents.aboutSilences")}</p>
      {!silences ? <Waiting failed={failed} again={again} /> : silences.length === 0 ? <p class="muted">{t("incidents.noSilence")}</p> : (
        <ul class="plain">{silences.map((silence) => (
          <li key={silence.number}>
            <b>{matchersOf(silence)}</b> – <bdi>{silence.reason}</bdi> <span class="muted">({t(`incidents.state.${silence.state}`)}, {t("incidents.by", { by: silence.author, at: formatTime(silence.ends_at) })})</span>{" "}
            {silence.state !== "ended" && tenant.rights.includes("silence") && <button type="button" aria-label={t("incidents.endThis", { number: silence.number })} onClick={() => void end(silence)}>{t("incidents.end")}</button>}
          </li>
        ))}</ul>
      )}
      <p class="error" role="alert">{error}</p>
      {tenant.rights.includes("silence") && <SilenceForm tenant={tenant.id} wanted={wanted} onMade={again} />}
    </section>
  );
}

function Deliveries({ tenant }: { tenant: Tenant }) {
  const { data, failed, again } = useRead(async () => ({ dead: await api.deliveries(tenant.id, "dead"), owed: await api.deliveries(tenant.id, "owed") }), [tenant.id]);
  const row = (one: Delivery) => [t("incidents.number", { number: one.alert }), one.receiver, one.attempts, one.next_attempt_at ? formatTime(one.next_attempt_at) : "–", one.last_error];
  const columns = ["alert", "receiver", "attempts", "next", "error"].map((name) => ({ name: t(`incidents.columns.${name}`), ...(name === "attempts" ? { decimals: 0 } : {}) }));
  return (
    <section class="card" aria-labelledby="deliveries-title">
      <h2 id="deliveries-title">{t("incidents.deliveries")}</h2>
      <p class="muted">{t("incidents.aboutDeliveries")}</p>
      {!data ? <Waiting failed={failed} again={again} /> : data.dead.length + data.owed.length === 0 ? <p>{t("incidents.noDelivery")}</p> : (
        (["dead", "owed"] as const).map((state) => data[state].length > 0 && (
          <div key={state}><h3>{t(`incidents.${state}`)}</h3><DataTable title={t(`incidents.${state}`)} columns={columns} rows={data[state].map(row)} /></div>
        ))
      )}
    </section>
  );
}

/// Every alert there was, whom nobody is told of for a while, and what could not be handed over.
export function AlertsScreen({ tenant }: { tenant: Tenant }) {
  const [shown, setShown] = useState<Shown>("open");
  const [alerts, setAlerts] = useState<Alert[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [status, setStatus] = useState<"loading" | "ready" | "failed">("loading");
  const [wanted, setWanted] = useState<Wanted>({ kind: "topics", value: "" });
  const latest = useRef(0);

  const read = async (before?: number) => {
    const mine = ++latest.current;
    setStatus("loading");
    try {
      const page = await api.alerts(tenant.id, shown === "all" ? "" : shown, before);
      if (mine !== latest.current) return;
      setAlerts((old) => (before ? [...old, ...page.alerts] : page.alerts));
      setNext(page.next);
      setStatus("ready");
    } catch {
      if (mine === latest.current) setStatus("failed");
    }
  };
  useEffect(() => void read(), [tenant.id, shown]);

  const silence = (alert: Alert) => {
    setWanted({ kind: "incidents", value: alert.incident ?? "" });
    focusSoon("#silence-reason");
  };
  const changed = async (alert: Alert) => {
    await read();
    focusSoon(`#alert-${alert.number} button`, "h1");
  };
  return (
    <Screen title={t("nav.alerts")} tenant={tenant}>
      <div role="group" aria-label={t("incidents.show")} class="views">
        {kStates.map((state) => <button key={state} type="button" aria-pressed={shown === state} onClick={() => setShown(state)}>{t(`incidents.${state}`)}</button>)}
      </div>
      <section class="alerts all-alerts" aria-label={t("nav.alerts")} aria-busy={status === "loading"}>
        {status === "failed" && <Waiting failed again={() => read()} />}
        {status === "ready" && alerts.length === 0 && <p class="muted">{t("incidents.none")}</p>}
        <ul>{alerts.map((alert) => <AlertRow key={alert.number} tenant={tenant} alert={alert} onChanged={() => changed(alert)} onSilence={() => silence(alert)} />)}</ul>
        {next !== null && <button type="button" class="more" onClick={() => void read(next)}>{t("incidents.more")}</button>}
      </section>
      <Silences tenant={tenant} wanted={wanted} />
      <Deliveries tenant={tenant} />
    </Screen>
  );
}
