import { useEffect, useState } from "preact/hooks";
import { api, Refused, type Tenant, type TextProblem } from "./api";
import { focusSoon } from "./focus";
import { address, readRoute } from "./route";
import { Screen, useRead, Waiting } from "./screen";
import { settingsApi, type FeedLook, type TownDate, type TownSettings } from "./settings_api";
import { formatDate, formatTime, t } from "./words";

const kMostFeeds = 30;
const kLookAgainMs = 2000;
/// The screen has words for these; what else a pack asks for is called as the pack calls it.
const kKnown = ["commune", "elus", "services", "lieux", "hashtags"];

const linesOf = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const whereLater = (tenant: string) => `first-steps-later-${tenant}`;

/// A town that has neither a source nor a mention begins here, for who may set it up; once a session, and not against their will.
export function useFirstSteps(tenant: Tenant, isAtHome: boolean): void {
  useEffect(() => {
    if (!isAtHome || !tenant.rights.includes("configure_town") || sessionStorage.getItem(whereLater(tenant.id))) return;
    let wanted = true;
    settingsApi.read(tenant.id).then((settings) => {
      const asked = readRoute(location.hash).tenant; // another one, if somebody has just gone there
      if (wanted && settings.is_new && (!asked || asked === tenant.id)) location.replace(address.settings(tenant.id));
    }, () => undefined);
    return () => {
      wanted = false;
    };
  }, [tenant.id, isAtHome]);
}

/// What is being edited, as it stands in the fields.
interface Draft {
  name: string;
  variables: Record<string, string>;
  feeds: { url: string; title: string }[];
  mailTo: string;
  calendar: TownDate[];
}

function draftOf(settings: TownSettings): Draft {
  return {
    name: settings.name,
    variables: Object.fromEntries(settings.variables.map(({ name, values }) => [name, values.join("\n")])),
    feeds: settings.feeds.map(({ url, title }) => ({ url, title })),
    mailTo: settings.mail_to.join("\n"),
    calendar: settings.calendar,
  };
}

/// What the engine says against a part, in the reader's words.
function faultsOf(problems: TextProblem[], part: string, draft: Draft): string[] {
  return problems.filter(({ field = "" }) => field === part || field.startsWith(`${part}.`)).map(({ field = "", message }) => {
    const [kind = "", first = "", second] = field.split(".");
    if (kind === "name") return t("settings.wrong.name");
    if (kind === "variables" && first === "") return t("settings.wrong.rules", { detail: message });
    const position = Number(kind === "variables" ? second : first);
    if (Number.isNaN(position) || field === kind) return t("settings.wrong.many", { detail: message });
    if (kind === "calendar") return t("settings.wrong.calendar");
    const value = kind === "variables" ? linesOf(draft.variables[first] ?? "")[position] : kind === "feeds" ? draft.feeds[position]?.url : linesOf(draft.mailTo)[position];
    return t(`settings.wrong.${kind}`, { value: value ?? "" });
  });
}

function Faults({ of }: { of: string[] }) {
  return of.length === 0 ? null : <ul class="plain error">{of.map((one) => <li key={one}>{one}</li>)}</ul>;
}

interface PartProps {
  draft: Draft;
  settings: TownSettings;
  problems: TextProblem[];
  set: (change: Partial<Draft>) => void;
}

function Lines({ name, isNeeded, draft, problems, set }: PartProps & { name: string; isNeeded: boolean }) {
  const known = kKnown.includes(name);
  const faults = faultsOf(problems, `variables.${name}`, draft);
  return (
    <div class="lines">
      <label for={`variable-${name}`}>{known ? t(`settings.variable.${name}`) : name}{isNeeded ? " *" : ""}</label>
      <textarea id={`variable-${name}`} rows={name === "commune" ? 4 : 3} value={draft.variables[name] ?? ""} spellcheck={false} required={isNeeded}
        aria-describedby={`hint-${name}`} aria-invalid={faults.length > 0 ? "true" : undefined}
        onInput={(e) => set({ variables: { ...draft.variables, [name]: e.currentTarget.value } })} />
      <p id={`hint-${name}`} class="muted">{known ? t(`settings.hint.${name}`) : t("settings.perLine")}</p>
      <Faults of={faults} />
    </div>
  );
}

/// What was found at an address: added, or why not.
function Found({ look }: { look: FeedLook | "known" | "tooMany" | "address" | "removed" | "failed" }) {
  if (look === "known" || look === "tooMany" || look === "removed") return <p>{t(`settings.${look}`)}</p>;
  if (look === "address") return <p class="error">{t("settings.fault.address")}</p>;
  if (look === "failed") return <p class="error">{t("say.failed")}</p>;
  if (look.fault) return <p class="error">{t(`settings.fault.${look.fault}`)} <span lang="en" class="muted">({look.detail})</span></p>;
  return (
    <>
      <p><b>{t("settings.found", { count: look.entries, title: look.title || look.url })}</b> {look.newest_at && t("settings.newest", { at: formatTime(look.newest_at) })}</p>
      {look.first.length > 0 && <><p class="muted">{t("settings.sample")}</p><ul>{look.first.map((one) => <li key={one}>{one}</li>)}</ul></>}
    </>
  );
}

function Feeds({ tenant, draft, settings, problems, set }: PartProps & { tenant: string }) {
  const [url, setUrl] = useState("");
  const [looking, setLooking] = useState(false);
  const [look, setLook] = useState<Parameters<typeof Found>[0]["look"] | null>(null);
  const add = async () => {
    const wanted = url.trim();
    if (looking || !wanted) return;
    if (draft.feeds.length >= kMostFeeds) return setLook("tooMany");
    setLooking(true);
    setLook(null);
    try {
      const found = await settingsApi.look(tenant, wanted);
      const isKnown = draft.feeds.some((feed) => feed.url === found.url);
      setLook(isKnown && !found.fault ? "known" : found);
      if (!found.fault && !isKnown) {
        set({ feeds: [...draft.feeds, { url: found.url, title: found.title }] });
        setUrl("");
      }
    } catch (refusal) {
      setLook(refusal instanceof Refused && refusal.status === 422 ? "address" : "failed");
    }
    setLooking(false);
  };
  const remove = (gone: string) => {
    set({ feeds: draft.feeds.filter((feed) => feed.url !== gone) });
    setLook("removed");
    focusSoon("#feed-address");
  };
  return (
    <section class="card" aria-labelledby="part-feeds">
      <h2 id="part-feeds">{t("settings.part.feeds")}</h2>
      <p class="muted">{t("settings.feedsAbout")} {settings.shared_sources > 0 && t("settings.shared", { count: settings.shared_sources })}</p>
      {draft.feeds.length === 0 ? <p>{t("settings.noFeed")}</p> : (
        <ul class="plain rows">{draft.feeds.map((feed) => (
          <li key={feed.url}><span><b>{feed.title || feed.url}</b>{feed.title && <> <span class="muted">{feed.url}</span></>}</span>
            <button type="button" aria-label={t("settings.remove", { name: feed.title || feed.url })} onClick={() => remove(feed.url)}>×</button></li>
        ))}</ul>
      )}
      <Faults of={faultsOf(problems, "feeds", draft)} />
      <label for="feed-address">{t("settings.address")}</label>
      <div class="one-line">
        <input id="feed-address" type="url" inputMode="url" autocomplete="off" placeholder="https://" value={url} onInput={(e) => setUrl(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); void add(); } }} />
        <button type="button" aria-disabled={looking} onClick={() => void add()}>{t("settings.look")}</button>
      </div>
      <div role="status" aria-live="polite">{looking ? <p>{t("settings.looking")}</p> : look && <Found look={look} />}</div>
    </section>
  );
}

function Mail({ tenant, draft, settings, problems, set }: PartProps & { tenant: string }) {
  const [said, setSaid] = useState<{ text: string; detail: string; isGood: boolean } | null>(null);
  const [trying, setTrying] = useState(false);
  const faults = faultsOf(problems, "mail_to", draft);
  const attempt = async () => {
    const to = linesOf(draft.mailTo);
    if (trying) return;
    if (to.length === 0) return setSaid({ text: t("settings.noAddress"), detail: "", isGood: false });
    setTrying(true);
    try {
      const { delivered, detail } = await settingsApi.tryMail(tenant, to);
      setSaid({ text: t(delivered ? "settings.tried" : "settings.notTried"), detail, isGood: delivered });
    } catch (refusal) {
      setSaid({ text: t("settings.notTried"), detail: refusal instanceof Refused ? refusal.detail : "", isGood: false });
    }
    setTrying(false);
  };
  return (
    <section class="card" aria-labelledby="part-mail">
      <h2 id="part-mail">{t("settings.part.mail")}</h2>
      {settings.receivers.length > 0 && <p class="muted">{t("settings.others", { names: settings.receivers.join(", ") })}</p>}
      {!settings.mail ? <p>{t("settings.noMail")}</p> : (
        <>
          <div class="lines">
            <label for="mail-to">{t("settings.to")}</label>
            <textarea id="mail-to" rows={3} spellcheck={false} value={draft.mailTo} aria-describedby="mail-hint" aria-invalid={faults.length > 0 ? "true" : undefined}
              onInput={(e) => set({ mailTo: e.currentTarget.value })} />
            <p id="mail-hint" class="muted">{t("settings.toHint")} {t("settings.server", settings.mail)}</p>
            <Faults of={faults} />
          </div>
          <button type="button" aria-disabled={trying} onClick={() => void attempt()}>{t("settings.try")}</button>
          <p role="status" class={said && !said.isGood && !trying ? "error" : ""}>{trying ? t("settings.trying") : said && <>{said.text} {said.detail && <span lang="en">({said.detail})</span>}</>}</p>
        </>
      )}
    </section>
  );
}

function Dates({ draft, problems, set }: PartProps) {
  const [date, setDate] = useState("");
  const [label, setLabel] = useState("");
  const add = () => {
    if (!date || !label.trim()) return focusSoon(date ? "#date-label" : "#date-day");
    set({ calendar: [...draft.calendar, { date, label: label.trim() }].sort((a, b) => a.date.localeCompare(b.date)) });
    setDate("");
    setLabel("");
    focusSoon("#date-day");
  };
  const remove = (at: number) => {
    set({ calendar: draft.calendar.filter((_, other) => other !== at) });
    focusSoon("#date-day");
  };
  return (
    <section class="card" aria-labelledby="part-dates">
      <h2 id="part-dates">{t("settings.part.dates")}</h2>
      <p class="muted">{t("settings.datesAbout")}</p>
      {draft.calendar.length === 0 ? <p>{t("settings.noDate")}</p> : (
        <ul class="plain rows">{draft.calendar.map((one, at) => (
          <li key={`${one.date} ${one.label}`}><span><b>{formatDate(one.date)}</b> {one.label}</span>
            <button type="button" aria-label={t("settings.removeDate", { date: formatDate(one.date), label: one.label })} onClick={() => remove(at)}>×</button></li>
        ))}</ul>
      )}
      <Faults of={faultsOf(problems, "calendar", draft)} />
      <div class="fields">
        <label>{t("settings.date")} <input id="date-day" type="date" value={date} onInput={(e) => setDate(e.currentTarget.value)} /></label>
        <label>{t("settings.label")} <input id="date-label" maxLength={200} value={label} onInput={(e) => setLabel(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); add(); } }} /></label>
        <button type="button" onClick={add}>{t("settings.add")}</button>
      </div>
    </section>
  );
}

/// How the feeds are doing, and whether anything has come: looked at again until something has.
function Now({ tenant, settings, onLook }: { tenant: string; settings: TownSettings; onLook: () => Promise<void> }) {
  const [first, setFirst] = useState<string | null>(null);
  useEffect(() => {
    let timer = 0;
    const look = async () => {
      const [summary] = await Promise.all([api.summary(tenant).catch(() => null), onLook()]);
      setFirst(summary?.last_mention_at ?? null);
      timer = window.setTimeout(() => void look(), kLookAgainMs);
    };
    void look();
    return () => window.clearTimeout(timer);
  }, [tenant]);
  return (
    <section class="card" aria-labelledby="now-title">
      <h2 id="now-title" tabIndex={-1}>{t("settings.now")}</h2>
      {settings.feeds.length > 0 && (
        <ul class="plain" aria-label={t("settings.state")}>{settings.feeds.map((feed) => (
          <li key={feed.url}><b>{feed.title || feed.url}</b> : {feed.state ? t(`ops.state.${feed.state}`) : t("settings.starting")}{feed.detail && <> <span lang="en" class="muted">({feed.detail})</span></>}</li>
        ))}</ul>
      )}
      <p role="status">{first ? t("settings.arrived") : t("settings.waiting")}</p>
      {first && <p><a class="button" href={address.town(tenant)}>{t("settings.open")}</a></p>}
    </section>
  );
}

/// What a town sets for itself: its first steps, and later its settings.
export function Settings({ tenant, onSaved }: { tenant: Tenant; onSaved: () => void }) {
  const { data: settings, failed, again } = useRead(() => settingsApi.read(tenant.id), [tenant.id]);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isFirst, setIsFirst] = useState<boolean | null>(null);
  const [base, setBase] = useState("");
  const [problems, setProblems] = useState<TextProblem[]>([]);
  const [state, setState] = useState<"" | "saving" | "saved" | "refused" | "conflict" | "failed">("");
  useEffect(() => {
    if (!settings || draft) return;
    setDraft(draftOf(settings));
    setBase(settings.hash);
    setIsFirst(settings.is_new);
  }, [settings]);
  const set = (change: Partial<Draft>) => {
    setDraft((old) => old && { ...old, ...change });
    setState((old) => (old === "saved" ? "" : old));
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!draft || state === "saving") return;
    setState("saving");
    try {
      const now = await settingsApi.change(tenant.id, {
        base, name: draft.name, feeds: draft.feeds, mail_to: linesOf(draft.mailTo), calendar: draft.calendar,
        variables: Object.fromEntries(Object.entries(draft.variables).map(([name, text]) => [name, linesOf(text)])),
      });
      setBase(now.hash);
      setDraft(draftOf(now));
      setProblems([]);
      setState("saved");
      onSaved();
      await again();
      focusSoon("#now-title");
    } catch (refusal) {
      const status = refusal instanceof Refused ? refusal.status : 0;
      setProblems(refusal instanceof Refused ? refusal.problems : []);
      setState(status === 422 ? "refused" : status === 409 ? "conflict" : "failed");
    }
  };
  const later = () => {
    sessionStorage.setItem(whereLater(tenant.id), "1");
    location.hash = address.town(tenant.id);
  };
  const title = t(isFirst ? "settings.first" : "settings.title");
  if (!settings || !draft) return <Screen title={title} tenant={tenant} class="page-wide"><Waiting failed={failed} again={again} /></Screen>;
  const part = { draft, settings, problems, set };
  const lines = (name: string) => {
    const asked = settings.variables.find((one) => one.name === name);
    return asked && <Lines key={name} {...part} name={name} isNeeded={asked.needed} />;
  };
  const others = settings.variables.map(({ name }) => name).filter((name) => name !== "commune").sort((a, b) => rankOf(a) - rankOf(b));
  return (
    <Screen title={title} tenant={tenant} class="page-wide settings">
      <p>{t("settings.about", { town: tenant.name })}</p>
      <form onSubmit={submit} noValidate>
        <section class="card" aria-labelledby="part-town">
          <h2 id="part-town">{t("settings.part.town")}</h2>
          <div class="lines">
            <label for="town-name">{t("settings.name")}</label>
            <input id="town-name" maxLength={200} value={draft.name} onInput={(e) => set({ name: e.currentTarget.value })} />
            <Faults of={faultsOf(problems, "name", draft)} />
          </div>
          {lines("commune")}
        </section>
        <section class="card" aria-labelledby="part-people">
          <h2 id="part-people">{t("settings.part.people")}</h2>
          {others.map(lines)}
        </section>
        <Feeds {...part} tenant={tenant.id} />
        <Mail {...part} tenant={tenant.id} />
        <Dates {...part} />
        <Faults of={problems.filter(({ field }) => field === "variables").flatMap((one) => faultsOf([one], "variables", draft))} />
        <p class="buttons"><button type="submit" class="primary" aria-disabled={state === "saving"}>{t("settings.save")}</button> {isFirst && <button type="button" onClick={later}>{t("settings.later")}</button>}</p>
        <p role="status">{state === "saving" || state === "saved" ? t(`settings.${state}`) : ""}</p>
        <p class="error" role="alert">{state === "refused" || state === "conflict" ? t(`settings.${state}`) : state === "failed" ? t("say.failed") : ""}</p>
      </form>
      {state === "saved" && <Now tenant={tenant.id} settings={settings} onLook={again} />}
    </Screen>
  );
}

function rankOf(name: string): number {
  const known = kKnown.indexOf(name);
  return known < 0 ? kKnown.length : known;
}
