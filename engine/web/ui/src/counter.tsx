import { useEffect, useRef, useState } from "preact/hooks";
import { api, kChannels, Refused, type Channel, type CounterEntry } from "./api";
import { focusSoon } from "./focus";
import { address } from "./route";
import { formatTime, t } from "./words";

const kMaxText = 10_000;

interface Fields {
  channel: Channel | "";
  text: string;
  subject: string;
  place: string;
  saidAt: string; // as <input type="datetime-local"> has it: local time without a zone; empty: now
}
type Field = "channel" | "text" | "saidAt";
type Faults = Partial<Record<Field, string>>;

const kBlank: Fields = { channel: "", text: "", subject: "", place: "", saidAt: "" };
const kFirstOf: Record<Field, string> = { channel: `#channel-${kChannels[0]}`, text: "#counter-text", saidAt: "#said-at" };

/// What is missing, by field, in the order of the form.
function faultsOf(fields: Fields): Faults {
  const faults: Faults = {};
  if (!fields.channel) faults.channel = t("counter.fault.channel");
  if (!fields.text.trim()) faults.text = t("counter.fault.text");
  if (fields.saidAt && new Date(fields.saidAt).getTime() > Date.now()) faults.saidAt = t("counter.fault.future");
  return faults;
}

/// Random, also where the page came without TLS (no randomUUID there).
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/// What went wrong, next to its field and read with it.
function Fault({ id, text }: { id: string; text: string | undefined }) {
  return text ? <p id={id} class="error">{text}</p> : null;
}

/// Where the town's people write down what citizens say at the counter, on the phone or on paper: those who have no computer are
/// heard, too. An entry is said to be recorded only once the engine has it on disk.
export function Counter({ tenant, name }: { tenant: string; name: string }) {
  const [fields, setFields] = useState<Fields>(kBlank);
  const [faults, setFaults] = useState<Faults>({});
  const [state, setState] = useState<"ready" | "saving" | "failed" | "busy" | "tooOld">("ready");
  const [recorded, setRecorded] = useState<string[]>([]); // when, newest first
  const sent = useRef({ content: "", key: "" }); // a second try of the same entry is not stored twice

  useEffect(() => {
    document.title = `${t("counter.title")} – ${name} – Vigie`;
    focusSoon("h1");
  }, [name]);

  const set = (change: Partial<Fields>) => setFields((old) => ({ ...old, ...change }));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (state === "saving") return;
    const found = faultsOf(fields);
    setFaults(found);
    const first = (Object.keys(found) as Field[])[0];
    if (first) return focusSoon(kFirstOf[first]);
    setState("saving");
    const content = JSON.stringify(fields);
    if (content !== sent.current.content) sent.current = { content, key: newKey() };
    const entry: CounterEntry = {
      channel: fields.channel as Channel, key: sent.current.key, text: fields.text, subject: fields.subject, place: fields.place,
      ...(fields.saidAt ? { said_at: new Date(fields.saidAt).toISOString() } : {}),
    };
    try {
      await api.recordAtCounter(tenant, entry);
      sent.current = { content: "", key: "" };
      setFields({ ...kBlank, channel: fields.channel }); // the next one often comes the same way
      setRecorded((old) => [new Date().toISOString(), ...old].slice(0, 5));
      setState("ready");
      focusSoon("#recorded");
    } catch (refusal) {
      const status = refusal instanceof Refused ? refusal.status : 0;
      setState(status === 422 ? "tooOld" : status === 503 ? "busy" : "failed");
    }
  };

  return (
    <main id="content" class="page counter" tabIndex={-1}>
      <h1 tabIndex={-1}>{t("counter.title")}</h1>
      <p>{t("counter.about", { town: name })}</p>
      <form onSubmit={submit} noValidate>
        <p class="muted">{t("counter.required")}</p>
        <fieldset aria-describedby={faults.channel ? "channel-fault" : undefined}>
          <legend>{t("counter.channel.title")} *</legend>
          {kChannels.map((channel) => (
            <label key={channel} class="check" for={`channel-${channel}`}>
              <input id={`channel-${channel}`} type="radio" name="channel" value={channel} required checked={fields.channel === channel}
                aria-invalid={faults.channel ? "true" : undefined} onChange={() => set({ channel })} />
              {t(`counter.channel.${channel}`)}
            </label>
          ))}
          <Fault id="channel-fault" text={faults.channel} />
        </fieldset>
        <label for="counter-text">{t("counter.text")} *</label>
        <p id="text-hint" class="muted">{t("counter.textHint")}</p>
        <textarea id="counter-text" rows={6} maxLength={kMaxText} required value={fields.text} aria-invalid={faults.text ? "true" : undefined}
          aria-describedby={faults.text ? "text-hint text-fault" : "text-hint"} onInput={(e) => set({ text: e.currentTarget.value })} />
        <Fault id="text-fault" text={faults.text} />
        <label for="counter-subject">{t("counter.subject")}</label>
        <input id="counter-subject" maxLength={200} value={fields.subject} onInput={(e) => set({ subject: e.currentTarget.value })} />
        <label for="counter-place">{t("counter.place")}</label>
        <input id="counter-place" maxLength={200} value={fields.place} onInput={(e) => set({ place: e.currentTarget.value })} />
        <label for="said-at">{t("counter.saidAt")}</label>
        <input id="said-at" type="datetime-local" value={fields.saidAt} aria-invalid={faults.saidAt ? "true" : undefined}
          aria-describedby={faults.saidAt ? "said-at-hint said-at-fault" : "said-at-hint"} onInput={(e) => set({ saidAt: e.currentTarget.value })} />
        <p id="said-at-hint" class="muted">{t("counter.saidAtHint")}</p>
        <Fault id="said-at-fault" text={faults.saidAt} />
        <button type="submit" class="primary" aria-disabled={state === "saving"}>{t("counter.submit")}</button>
        <p class="error" role="alert">{state === "ready" || state === "saving" ? "" : t(`counter.${state}`)}</p>
      </form>
      <section aria-labelledby="recorded">
        <h2 id="recorded" tabIndex={-1}>{recorded[0] ? t("counter.recorded") : t("counter.none")}</h2>
        <ul>{recorded.map((at) => <li key={at}>{t("counter.recordedAt", { at: formatTime(at) })}</li>)}</ul>
      </section>
      <p><a href={address.town(tenant)}>{t("counter.back")}</a></p>
    </main>
  );
}
