import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, Refused, type Confusion, type Estimate, type Sample, type SampledMention, type SampleResult, type Tone } from "./api";
import { focusSoon } from "./focus";
import { isShortcut } from "./shortcuts";
import { shownText } from "./marks";
import { formatTime, language, t } from "./words";

const kTones: Tone[] = ["negative", "neutral", "positive"];

/// "2026-W42": the ISO week before the one that is now, which is the latest that is over.
export function lastWeek(now = new Date()): string {
  const day = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - 7));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7)); // its Thursday says the year
  const week = Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
  return `${day.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

const percent = (share: number) => new Intl.NumberFormat(language(), { style: "percent" }).format(share);
const span = (one: Estimate | null) => (one ? `${percent(one.value)} (${percent(one.low)} – ${percent(one.high)})` : "—");

/// What the engine said, by row, against what people said, by column; then precision and recall with their intervals.
function Head({ name, head }: { name: "tone" | "urgency"; head: Confusion }) {
  const said = (one: string) => (name === "tone" ? t(`tone.${one}`) : t(`samples.class.${one}`));
  const count = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });
  return (
    <section aria-labelledby={`head-${name}`}>
      <h3 id={`head-${name}`}>{t(`samples.head.${name}`)}</h3>
      <p>{t("samples.accuracy", { share: span(head.accuracy) })}{head.agreement.kappa !== null && ` · ${t("samples.kappa", { kappa: count.format(head.agreement.kappa), n: head.agreement.mentions })}`}</p>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby={`head-${name}`}>
        <table>
          <caption>{t("samples.matrix")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("samples.machine")}</th>
              {head.classes.map((one) => <th key={one.name} scope="col" class="number">{t("samples.people", { said: said(one.name) })}</th>)}
              <th scope="col">{t("samples.precision")}</th>
              <th scope="col">{t("samples.recall")}</th>
            </tr>
          </thead>
          <tbody>
            {head.classes.map((one, row) => (
              <tr key={one.name}>
                <th scope="row">{said(one.name)}</th>
                {(head.matrix[row] ?? []).map((mentions, column) => <td key={column} class="number">{count.format(mentions)}</td>)}
                <td>{span(one.precision)}</td>
                <td>{span(one.recall)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Result({ result }: { result: SampleResult }) {
  return (
    <section aria-labelledby="result-title">
      <h2 id="result-title" tabIndex={-1}>{t("samples.result")}</h2>
      <p>{t("samples.covered", { judged: result.sample.judged, drawn: result.sample.mentions, share: percent(result.covered) })}</p>
      {result.net_sentiment && <p>{t("samples.sentiment", { value: Math.round(result.net_sentiment.value), error: Math.round(result.net_sentiment.error) })}</p>}
      <Head name="tone" head={result.tone} />
      <Head name="urgency" head={result.urgency} />
      <p class="muted">{t("samples.how", { rulesets: result.rulesets.join(", "), corrected: result.corrected_before })}</p>
    </section>
  );
}

/// One mention after the other of a week's sample, without a word of what the engine says of it.
export function Samples({ tenant, name }: { tenant: string; name: string }) {
  const [week, setWeek] = useState("");
  const [weeks, setWeeks] = useState<Sample[]>([]);
  const [mentions, setMentions] = useState<SampledMention[] | null>(null);
  const [at, setAt] = useState(0);
  const [tone, setTone] = useState<Tone | null>(null);
  const [result, setResult] = useState<SampleResult | null>(null);
  const [fault, setFault] = useState("");
  const [saving, setSaving] = useState(false);

  const open = useCallback(async (wanted: string) => {
    setFault("");
    setResult(null);
    try {
      const drawn = await api.drawSample(tenant, wanted);
      setWeek(wanted);
      setWeeks((old) => [drawn, ...old.filter((one) => one.week !== wanted)].sort((a, b) => b.week.localeCompare(a.week)));
      const all = await api.sampled(tenant, wanted);
      setMentions(all);
      const first = all.findIndex((one) => !one.gone && one.your_judgement === null);
      setAt(first < 0 ? all.length : first);
      focusSoon("#judge-title", "#samples-title");
    } catch (error) {
      setFault(t(error instanceof Refused && error.status === 409 ? "samples.notOver" : "samples.failed"));
    }
  }, [tenant]);
  useEffect(() => {
    document.title = `${t("samples.title")} – ${name} – Vigie`;
    focusSoon("h1");
    api.samples(tenant).then(setWeeks, () => setFault(t("samples.failed")));
  }, [tenant, name]);

  const shown = mentions?.[at];
  const next = (from: number, all: SampledMention[]) => {
    const on = all.findIndex((one, i) => i > from && !one.gone && one.your_judgement === null);
    setAt(on < 0 ? all.length : on);
    setTone(null);
    focusSoon("#judge-title", "#done-title");
  };
  const judge = async (urgent: boolean) => {
    if (!mentions || !shown || !tone || saving) return;
    setSaving(true);
    setFault("");
    try {
      await api.judge(tenant, week, shown.place, { tone, urgent });
      const judged = mentions.map((one) => (one.place === shown.place ? { ...one, your_judgement: { tone, urgent } } : one));
      setMentions(judged);
      next(at, judged);
    } catch (error) {
      if (error instanceof Refused && error.status === 409) next(at, mentions);
      else setFault(t("samples.notSaved"));
    }
    setSaving(false);
  };
  const skip = () => mentions && shown && next(at, mentions);
  const show = async () => {
    try {
      setResult(await api.sampleResult(tenant, week));
      focusSoon("#result-title");
    } catch {
      setFault(t("samples.failed"));
    }
  };
  const latest = useRef({ judge, skip, shown });
  latest.current = { judge, skip, shown };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event) || !latest.current.shown) return;
      const chosen = kTones[Number(event.key) - 1];
      if (chosen) setTone(chosen);
      else if (event.key === "u") void latest.current.judge(true);
      else if (event.key === "n") void latest.current.judge(false);
      else if (event.key === "s") latest.current.skip();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const judged = mentions?.filter((one) => one.your_judgement !== null).length ?? 0;
  return (
    <main id="content" tabIndex={-1} class="samples">
      <h1 tabIndex={-1}>{t("samples.title")}</h1>
      <p>{t("samples.about")}</p>
      <section class="card" aria-labelledby="samples-title">
        <h2 id="samples-title" tabIndex={-1}>{t("samples.weeks")}</h2>
        <div class="views">
          {[...new Set([lastWeek(), ...weeks.map((one) => one.week)])].map((one) => {
            const drawn = weeks.find((sample) => sample.week === one);
            return (
              <button key={one} type="button" aria-pressed={one === week} onClick={() => void open(one)}>
                {drawn ? t("samples.week", { week: one, judged: one === week ? judged : drawn.judged_by_you, all: drawn.mentions }) : t("samples.draw", { week: one })}
              </button>
            );
          })}
        </div>
        {fault && <p class="error" role="alert">{fault}</p>}
      </section>
      {mentions && (
        <section class="card" aria-labelledby={shown ? "judge-title" : "done-title"}>
          <label class="progress">{t("samples.progress", { judged, all: mentions.length })} <progress max={mentions.length} value={judged} /></label>
          {shown ? (
            <>
              <h2 id="judge-title" tabIndex={-1}>{t("samples.mention", { place: shown.place, all: mentions.length })}</h2>
              <p class="muted">{shown.source} · {shown.created_at && formatTime(shown.created_at)}</p>
              <blockquote lang={shown.lang || undefined}>
                {shown.title && <p><b>{shownText(shown.title)}</b></p>}
                <p class="original">{shownText(shown.text ?? "")}</p>
              </blockquote>
              <div role="group" aria-label={t("samples.toneQuestion")} class="views">
                {kTones.map((one, i) => (
                  <button key={one} type="button" aria-pressed={tone === one} onClick={() => setTone(one)}><kbd>{i + 1}</kbd> {t(`tone.${one}`)}</button>
                ))}
              </div>
              <div role="group" aria-label={t("samples.urgentQuestion")} class="views">
                <button type="button" aria-disabled={!tone} onClick={() => void judge(true)}><kbd>u</kbd> {t("correction.urgent")}</button>
                <button type="button" aria-disabled={!tone} onClick={() => void judge(false)}><kbd>n</kbd> {t("correction.notUrgent")}</button>
                <button type="button" onClick={skip}><kbd>s</kbd> {t("samples.skip")}</button>
              </div>
              {!tone && <p class="muted">{t("samples.toneFirst")}</p>}
            </>
          ) : <h2 id="done-title" tabIndex={-1}>{t("samples.done")}</h2>}
          <p><button type="button" onClick={() => void show()}>{t("samples.show")}</button></p>
        </section>
      )}
      {result && <Result result={result} />}
    </main>
  );
}
