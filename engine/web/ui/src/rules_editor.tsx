import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refused, type Tenant, type TextProblem } from "./api";
import { formatNumber } from "./figure";
import { focusSoon } from "./focus";
import { rulesApi, type RulePack, type RulesCheck, type RulesPreview } from "./rules_api";
import { RulesTable, testCounts, TestList } from "./rules_parts";
import { editedText, keepText, lineAt, placeOf } from "./rules_text";
import { address } from "./route";
import { useAct } from "./screen";
import { formatTime, t } from "./words";

const kCheckAfterMs = 500;
const kAgainAfterMs = 5000;
const kPreviewDays = 7;

interface Props {
  tenant: Tenant;
  own: RulePack;
  variables: string[];
  onPublished: (number: number) => Promise<void>;
  onReread: () => Promise<void>;
}

/// The caller's text of the town's own pack: checked while they type, tried on the last days, put in force by who may.
export function RulesEditor({ tenant, own, variables, onPublished, onReread }: Props) {
  const kept = editedText(tenant.id);
  const [text, setText] = useState(kept?.text ?? own.text);
  const [base, setBase] = useState(kept?.base ?? own.hash ?? "");
  const [check, setCheck] = useState<RulesCheck | null>(null);
  const [checked, setChecked] = useState<string | null>(null);
  const [line, setLine] = useState(1);
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLPreElement>(null);
  const lines = text.split("\n").length;
  const isChanged = text !== own.text;
  const isStale = base !== (own.hash ?? "");

  // Before anybody can leave the screen.
  useLayoutEffect(() => keepText(tenant.id, isChanged ? { text, base } : null), [tenant.id, text, base, isChanged]);

  useEffect(() => {
    let wanted = true;
    let timer = 0;
    const ask = () => {
      rulesApi.check(tenant.id, text).then(
        (now) => {
          if (!wanted) return;
          setCheck(now);
          setChecked(text);
        },
        () => {
          if (wanted) timer = window.setTimeout(ask, kAgainAfterMs);
        },
      );
    };
    timer = window.setTimeout(ask, kCheckAfterMs);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [tenant.id, text]);

  const go = (toLine: number, column = 1) => {
    const field = area.current!;
    const place = placeOf(text, toLine, column);
    field.focus();
    field.setSelectionRange(place, place);
    const height = field.scrollHeight / lines;
    field.scrollTop = Math.max(0, (toLine - 4) * height);
    setLine(toLine);
  };
  const follow = () => area.current && setLine(lineAt(text, area.current.selectionStart));
  const scroll = () => {
    if (gutter.current && area.current) gutter.current.scrollTop = area.current.scrollTop;
  };

  const isUpToDate = checked === text;
  const problems = check?.problems ?? [];
  const here = problems.filter((one) => one.line === line);
  const isGood = isUpToDate && problems.length === 0 && (check?.tests ?? []).every(({ passed }) => passed);
  const faulty = new Set(problems.map((one) => one.line));
  const state = !isUpToDate ? t("rules.checking") : problems.length > 0 ? t("rules.problems", { count: problems.length })
    : `${t("rules.noProblem")} ${t("rules.count", { count: check?.rules.length ?? 0 })}, ${testCounts(check?.tests ?? [])}.`;

  return (
    <div class="rules-editor">
      {own.text === "" && text === "" && (
        <p><button type="button" onClick={() => setText(t("rules.example", { town: tenant.name }))}>{t("rules.insertExample")}</button></p>
      )}
      {own.refused_text !== undefined && (
        <div class="notice">
          <p>{t("rules.leftOut")} {own.refused_text !== text && <button type="button" onClick={() => setText(own.refused_text ?? "")}>{t("rules.takeRefused")}</button>}</p>
          <ul class="plain">{(own.problems ?? []).map((one) => <li key={`${one.line} ${one.message}`}>{one.line ? `${one.line} : ` : ""}<span lang="en">{one.message}</span></li>)}</ul>
        </div>
      )}
      <label for="rules-text">{t("rules.text")}</label>
      <p id="rules-hint" class="muted">{t("rules.hint")} {variables.length > 0 && t("rules.variables", { names: variables.map((name) => `{${name}}`).join(", ") })}</p>
      <div class="code-field">
        <pre ref={gutter} aria-hidden="true">{Array.from({ length: lines }, (_, at) => `${faulty.has(at + 1) ? "! " : ""}${at + 1}`).join("\n")}</pre>
        <textarea id="rules-text" ref={area} rows={Math.min(Math.max(lines + 1, 12), 30)} value={text} spellcheck={false} wrap="off" autocapitalize="off" autocomplete="off"
          aria-describedby="rules-hint rules-here rules-state" aria-invalid={isUpToDate && problems.length > 0}
          onInput={(event) => { setText(event.currentTarget.value); setLine(lineAt(event.currentTarget.value, event.currentTarget.selectionStart)); }}
          onClick={follow} onKeyUp={follow} onScroll={scroll} />
      </div>
      {here[0] && <pre aria-hidden="true" class="caret error">{`${text.split("\n")[line - 1] ?? ""}\n${" ".repeat(Math.max(here[0].column - 1, 0))}^`}</pre>}
      <p id="rules-here" class={here.length > 0 ? "error" : "muted"}>
        {t("rules.lineIs", { line })}<span aria-live="polite">{here.map((one) => <span key={one.message} lang="en"> {one.message}</span>)}</span>
      </p>
      <p id="rules-state" role="status" class={isUpToDate && !isGood ? "error" : "muted"}>{state}</p>
      {problems.length > 0 && <ProblemList problems={problems} onGo={go} />}
      {check && isUpToDate && check.doubts.length > 0 && <><h3>{t("rules.doubts")}</h3><ProblemList problems={check.doubts} onGo={go} label={t("rules.doubts")} /></>}
      {check && isUpToDate && problems.length === 0 && check.tests.some(({ passed }) => !passed) && (
        <><h3>{t("rules.failing")}</h3><TestList tests={check.tests.filter(({ passed }) => !passed)} onGo={go} /></>
      )}
      {check && check.rules.length > 0 && (
        <details><summary>{t("rules.read")}</summary><RulesTable rules={check.rules} title={t("rules.read")} /><TestList tests={check.tests} onGo={go} /></details>
      )}
      {isStale && isChanged && <p class="notice" role="alert" id="rules-stale" tabIndex={-1}>{t("rules.stale")} <button type="button" onClick={() => setBase(own.hash ?? "")}>{t("rules.rebase")}</button></p>}
      {isChanged && (
        <p><button type="button" onClick={() => { setBase(own.hash ?? ""); setText(own.text); }}>{t("rules.discard")}</button></p>
      )}
      <Preview tenant={tenant} text={text} disabled={!isUpToDate || problems.length > 0} />
      {tenant.rights.includes("publish_rules") && (
        <Publish tenant={tenant} text={text} base={base} ready={isGood && isChanged} onPublished={async (number, sent) => {
          if (editedText(tenant.id)?.text === sent) keepText(tenant.id, null); // else: what was typed meanwhile
          await onPublished(number);
        }} onReread={onReread} onGo={go} />
      )}
    </div>
  );
}

function ProblemList({ problems, onGo, label = t("rules.problemsTitle") }: { problems: TextProblem[]; onGo: (line: number, column: number) => void; label?: string }) {
  return (
    <ul class="plain rule-problems" aria-label={label}>
      {problems.map((one) => (
        <li key={`${one.file} ${one.line} ${one.column} ${one.message}`}>
          {one.file || !one.line
            ? <span class="muted">{one.file}{one.line ? ` ${one.line}` : ""}</span>
            : <button type="button" class="link" onClick={() => onGo(one.line!, one.column || 1)}>{t("rules.place", { line: one.line, column: one.column || 1 })}</button>}
          {" "}<span lang="en">{one.message}</span>
        </li>
      ))}
    </ul>
  );
}

/// What the kept mentions of the last days would have become.
function Preview({ tenant, text, disabled }: { tenant: Tenant; text: string; disabled: boolean }) {
  const [shown, setShown] = useState<RulesPreview | null>(null);
  const { error, busy, act } = useAct();
  useEffect(() => setShown(null), [text]);
  const ask = () => void act(async () => setShown(await rulesApi.preview(tenant.id, text, kPreviewDays)), { 503: t("rules.busy") });
  const found = shown?.backtest;
  return (
    <section aria-labelledby="preview-title">
      <h3 id="preview-title">{t("rules.preview", { count: kPreviewDays })}</h3>
      <p><button type="button" aria-disabled={disabled || busy} onClick={() => !disabled && !busy && ask()}>{t(busy ? "rules.trying" : "rules.try")}</button></p>
      {error && <p class="error" role="alert">{error}</p>}
      <div role="status">
        {found && (
          <>
            <p>{t("rules.tried", { count: found.kept_mentions, mentions: formatNumber(found.kept_mentions) })}{found.is_cut ? ` ${t("rules.cut")}` : ""}</p>
            <dl class="facts">
              <div><dt>{t("rules.topicGained")}</dt><dd>{formatNumber(found.topic_gained)}</dd></div>
              <div><dt>{t("rules.topicLost")}</dt><dd>{formatNumber(found.topic_lost)}</dd></div>
              <div><dt>{t("rules.alerts")}</dt><dd>{t("rules.alertsAre", { before: found.alerts_before, after: found.alerts_after, gained: found.gained, lost: found.lost })}</dd></div>
              <div><dt>{t("rules.reading")}</dt><dd>{t("rules.minutes", { minutes: (found.extra_reading_minutes > 0 ? "+" : "") + formatNumber(found.extra_reading_minutes, 1) })}</dd></div>
            </dl>
          </>
        )}
      </div>
      {found && (["topics_gained", "topics_lost"] as const).map((list) => found[list].length > 0 && (
        <details key={list} open={list === "topics_gained"}>
          <summary>{t(`rules.examples.${list}`, { count: found[list].length })}</summary>
          <ul class="plain examples">
            {found[list].map((one) => (
              <li key={one.mention}><a href={address.mention(tenant.id, one.mention)}>{one.text}</a> <span class="muted">{t("rules.topics", { before: one.before || t("say.none"), after: one.after || t("say.none") })}</span></li>
            ))}
          </ul>
        </details>
      ))}
      {found && (["gained_alerts", "lost_alerts"] as const).map((list) => found[list].length > 0 && (
        <details key={list} open>
          <summary>{t(`rules.examples.${list}`, { count: found[list].length })}</summary>
          <ul class="plain examples">
            {found[list].map((one) => (
              <li key={`${one.mention} ${one.received_at}`}><a href={address.mention(tenant.id, one.mention)}>{one.headline}</a> : {one.text} <span class="muted">{formatTime(one.received_at)}</span></li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

interface PublishProps {
  tenant: Tenant;
  text: string;
  base: string;
  ready: boolean;
  onPublished: (number: number, sent: string) => Promise<void>;
  onReread: () => Promise<void>;
  onGo: (line: number, column: number) => void;
}

function Publish({ tenant, text, base, ready, onPublished, onReread, onGo }: PublishProps) {
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const [problems, setProblems] = useState<TextProblem[]>([]);
  const { error, busy, act } = useAct();
  useEffect(() => setProblems([]), [text]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setFault("");
    if (busy || !ready) return;
    if (!reason.trim()) {
      setFault(t("rules.reasonMissing"));
      document.getElementById("rules-reason")?.focus();
      return;
    }
    await act(async () => {
      try {
        const { number } = await rulesApi.publish(tenant.id, text, reason.trim(), base);
        setReason("");
        await onPublished(number, text);
      } catch (refusal) {
        if (refusal instanceof Refused && refusal.status === 422) setProblems(refusal.problems);
        if (refusal instanceof Refused && refusal.status === 409) {
          await onReread();
          focusSoon("#rules-stale", "#own-title");
        }
        throw refusal;
      }
    }, { 409: t("rules.conflict"), 422: t("rules.refused"), 503: t("rules.busy") });
  };
  return (
    <form class="publish" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{t("rules.publish")}</h3>
      <p class="muted" id="publish-hint">{t(ready ? "rules.publishHint" : "rules.publishWhen")}</p>
      <label for="rules-reason">{t("rules.reason")}</label>
      <input id="rules-reason" value={reason} maxLength={120} required aria-invalid={fault !== ""} aria-describedby={fault ? "reason-fault" : undefined} onInput={(event) => setReason(event.currentTarget.value)} />
      {fault && <p class="error" id="reason-fault">{fault}</p>}
      {error && <p class="error" role="alert">{error}</p>}
      {problems.length > 0 && <ProblemList problems={problems} onGo={onGo} />}
      <p><button class="primary" aria-disabled={!ready || busy} aria-describedby="publish-hint">{t(busy ? "rules.publishing" : "rules.publish")}</button></p>
    </form>
  );
}
