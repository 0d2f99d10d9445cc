import { useEffect, useRef, useState } from "preact/hooks";
import { api, Refused, type Mention, type Work, type WorkEvent, type WorkStep } from "./api";
import { focusSoon } from "./focus";
import { isShortcut } from "./shortcuts";
import { colon, formatClock, formatTime, t } from "./words";

const kIcon: Record<Work["state"], string> = { new: "•", taken: "▶", answered: "↩", closed: "✓", muted: "∅" };

/// Word and icon, who has it, and by when it is due: nothing where nobody has to do anything.
export function WorkBadge({ work }: { work: Work }) {
  if (work.state === "new" && !work.due_at && !work.assignee) return null;
  const isOpen = work.state === "new" || work.state === "taken";
  return (
    <span class="badge work">
      <span aria-hidden="true">{kIcon[work.state]}</span> {t(`work.state.${work.state}`)}
      {work.assignee ? ` · ${work.assignee}` : ""}
      {isOpen && work.due_at && (
        <span class={work.overdue ? "late" : ""}> · {t(work.overdue ? "alerts.late" : "alerts.deadline", { at: formatClock(work.due_at) })}</span>
      )}
    </span>
  );
}

/// What one event says after who and when.
function said(event: WorkEvent): string {
  if (event.step === "answer" && event.draft) return t("work.answeredWith", { number: event.draft });
  const text = event.withdrawn ? t("work.withdrawn") : event.text ?? event.tag ?? event.assignee ?? (event.step === "assign" ? t("work.nobody") : "");
  return [t(`work.did.${event.step}`), text].filter(Boolean).join(colon());
}

const kButtons = ["take", "answer", "close", "mute", "reopen"] as const;
const kKeys: Record<string, WorkStep["step"]> = { p: "take", f: "close", m: "mute", z: "undo" };

/// How things stand with the story of a mention, what can be done, and what was done.
export function WorkPanel({ tenant, mention, onChanged }: { tenant: string; mention: Mention; onChanged: (now: Mention) => void }) {
  const [events, setEvents] = useState<WorkEvent[]>([]);
  const [allowed, setAllowed] = useState<string[] | null>(null); // null: not read yet; the engine says what it refuses
  const [note, setNote] = useState("");
  const [tag, setTag] = useState("");
  const [accounts, setAccounts] = useState<string[]>([]);
  const [saving, setSaving] = useState(false);
  const [fault, setFault] = useState("");
  const noteBox = useRef<HTMLTextAreaElement>(null);
  const { work } = mention;

  const read = async () => {
    const [item, history] = await Promise.all([api.work(tenant, mention.ref), api.workHistory(tenant, mention.ref)]);
    setAllowed(item.allowed);
    setEvents(history);
  };
  useEffect(() => {
    read().catch(() => setFault(t("work.failed")));
    api.workAccounts(tenant).then(setAccounts, () => undefined);
  }, [tenant, mention.ref, work.last_step]);

  const act = async (step: WorkStep) => {
    if (saving) return;
    setSaving(true);
    setFault("");
    try {
      await api.doWork(tenant, mention.ref, step);
      if (step.step === "note") setNote("");
      if (step.step === "tag") setTag("");
    } catch (error) {
      setFault(t(error instanceof Refused && error.status === 409 ? "work.tooLate" : "work.failed"));
    }
    try {
      onChanged(await api.mention(tenant, mention.ref));
      await read();
    } catch {
      setFault(t("work.failed"));
    }
    setSaving(false);
  };
  const undo = () => void (work.last_step && act({ step: "undo", undoes: work.last_step }));
  const latest = useRef({ act, undo, allowed });
  latest.current = { act, undo, allowed };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event) || event.repeat) return;
      const step = kKeys[event.key];
      if (event.key === "n") {
        event.preventDefault();
        noteBox.current?.focus();
      } else if (event.key === "s") focusSoon("#work-assignee");
      else if (event.key === "l") {
        event.preventDefault();
        focusSoon("#work-tag");
      } else if (step === "undo") latest.current.undo();
      else if (step && latest.current.allowed?.includes(step) !== false) void latest.current.act({ step });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <section class="work-panel" aria-labelledby="work-title">
      <h3 id="work-title" tabIndex={-1}>{t("work.title")}</h3>
      <p class="row-head"><WorkBadge work={work} /></p>
      <div class="views" role="group" aria-labelledby="work-title">
        {kButtons.filter((step) => allowed?.includes(step)).map((step) => (
          <button key={step} type="button" aria-disabled={saving} onClick={() => void act({ step })}>{t(`work.do.${step}`)}</button>
        ))}
        {work.last_step !== null && <button type="button" aria-disabled={saving} onClick={undo}>{t("work.do.undo")}</button>}
      </div>
      <label>
        {t("work.assignee")}{" "}
        <select id="work-assignee" value={work.assignee ?? ""} disabled={!allowed?.includes("assign")}
          onChange={(e) => void act({ step: "assign", to: e.currentTarget.value || null })}>
          <option value="">{t("work.nobody")}</option>
          {[...new Set([...accounts, ...(work.assignee ? [work.assignee] : [])])].map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <form class="one-line" onSubmit={(e) => { e.preventDefault(); if (tag.trim()) void act({ step: "tag", tag: tag.trim() }); }}>
        <input id="work-tag" aria-label={t("work.tag")} placeholder={t("work.tag")} maxLength={50} value={tag} onInput={(e) => setTag(e.currentTarget.value)} />
        <button type="submit">{t("work.do.tag")}</button>
      </form>
      {work.tags.length > 0 && (
        <span class="chips">
          {work.tags.map((name) => (
            <button key={name} type="button" class="chip" aria-label={t("work.untag", { tag: name })} onClick={() => void act({ step: "untag", tag: name })}>{name} ×</button>
          ))}
        </span>
      )}
      <form onSubmit={(e) => { e.preventDefault(); if (note.trim()) void act({ step: "note", text: note.trim() }); }}>
        <label class="note">{t("work.note")}
          <textarea ref={noteBox} rows={2} maxLength={2000} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
        </label>
        <button type="submit">{t("work.do.note")}</button>
      </form>
      {fault && <p class="error" role="alert">{fault}</p>}
      {events.length > 0 && (
        <>
          <h4>{t("work.history")}</h4>
          <ol class="history">
            {[...events].reverse().map((event) => (
              <li key={event.number}>
                <span class="muted">{formatTime(event.at)} · {event.by}</span>{" "}
                {event.undone ? <s>{said(event)}</s> : said(event)}{event.undone ? ` (${t("work.undone")})` : ""}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
