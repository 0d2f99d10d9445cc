import { useEffect, useRef, useState } from "preact/hooks";
import { api, type CorrectionRequest, type Mention, type Tone } from "./api";
import { isShortcut } from "./shortcuts";
import { t } from "./words";

interface Choice<Value> {
  value: Value;
  name: string;
}

/// One question with its answers: the pressed one is what people said; pressing it again takes it back.
function Question<Value>({ title, choices, said, disabled, onSay }: {
  title: string;
  choices: Choice<Value>[];
  said: Value | undefined;
  disabled: boolean;
  onSay: (value: Value | undefined) => void;
}) {
  return (
    <div role="group" aria-label={title} class="views">
      {choices.map(({ value, name }) => (
        <button key={name} type="button" aria-pressed={said === value} aria-disabled={disabled}
          onClick={() => !disabled && onSay(said === value ? undefined : value)}>
          {name}
        </button>
      ))}
    </div>
  );
}

const kToneKeys: Record<string, Tone> = { "+": "positive", "0": "neutral", "-": "negative" };
const kTones: Tone[] = ["negative", "neutral", "positive"];

/// What people say against the engine's verdict: each answer is kept at once.
export function Correct({ tenant, mention, onCorrected }: { tenant: string; mention: Mention; onCorrected: (now: Mention) => void }) {
  const [state, setState] = useState<"ready" | "saving" | "saved" | "failed">("ready");
  const { tone, urgent, useful } = mention.correction ?? {};
  const saving = state === "saving";
  const say = async (change: CorrectionRequest) => {
    setState("saving");
    try {
      onCorrected(await api.correct(tenant, mention.ref, { tone, urgent, useful, ...change }));
      setState("saved");
    } catch {
      setState("failed");
    }
  };
  const latest = useRef(say);
  latest.current = say;
  const now = useRef({ saving, tone, useful });
  now.current = { saving, tone, useful };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event) || event.repeat || now.current.saving) return;
      const wanted = kToneKeys[event.key];
      if (wanted) void latest.current({ tone: now.current.tone === wanted ? undefined : wanted });
      else if (event.key === "u") void latest.current({ useful: now.current.useful === undefined ? true : now.current.useful ? false : undefined });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <section class="correct" aria-labelledby="correct">
      <h3 id="correct">{t("correction.title")}</h3>
      <Question title={t("axis.sentiment")} said={tone} disabled={saving} onSay={(value) => void say({ tone: value })}
        choices={kTones.map((value) => ({ value, name: t(`tone.${value}`) }))} />
      <Question title={t("axis.urgency")} said={urgent} disabled={saving} onSay={(value) => void say({ urgent: value })}
        choices={[{ value: true, name: t("correction.urgent") }, { value: false, name: t("correction.notUrgent") }]} />
      <Question title={t("correction.usefulness")} said={useful} disabled={saving} onSay={(value) => void say({ useful: value })}
        choices={[{ value: true, name: t("correction.useful") }, { value: false, name: t("correction.notUseful") }]} />
      <p class="muted" role="status">{state === "saved" ? t("correction.saved") : ""}</p>
      {state === "failed" && <p class="error" role="alert">{t("correction.failed")}</p>}
    </section>
  );
}
