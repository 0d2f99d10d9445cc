import { useEffect, useRef, useState } from "preact/hooks";
import { api, type WorkStep } from "./api";
import { isShortcut } from "./shortcuts";
import { t } from "./words";

const kSteps = { p: "take", f: "close", m: "mute" } as const;

interface Props {
  tenant: string;
  refs: string[];
  onNone: () => void;
  onDone: () => Promise<void>;
}

/// What can be done with several stories at once. The keys that act on the open mention act on them instead while any is ticked.
export function TickedBar({ tenant, refs, onNone, onDone }: Props) {
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const then = useRef(onDone);
  then.current = onDone;
  const act = async (step: WorkStep["step"]) => {
    if (busy) return;
    setBusy(true);
    let done = 0;
    for (const ref of refs) {
      await api.doWork(tenant, ref, { step }).then(() => ++done, () => undefined);
    }
    setSaid(done === refs.length ? t("ticked.done", { count: done }) : t("ticked.some", { done, all: refs.length }));
    setBusy(false);
    await then.current(); // the list that is shown by now
  };
  const latest = useRef(act);
  latest.current = act;
  const isAny = refs.length > 0;
  useEffect(() => {
    if (!isAny) return;
    const onKey = (event: KeyboardEvent) => {
      const step = kSteps[event.key as keyof typeof kSteps];
      if (!step || event.repeat || !isShortcut(event)) return;
      event.stopImmediatePropagation();
      void latest.current(step);
    };
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, [isAny]);
  return (
    <div class="ticked">
      {isAny && (
        <div class="views" role="group" aria-label={t("ticked.count", { count: refs.length })}>
          <span>{t("ticked.count", { count: refs.length })}</span>
          {Object.values(kSteps).map((step) => <button key={step} type="button" aria-disabled={busy} onClick={() => void act(step)}>{t(`work.do.${step}`)}</button>)}
          <button type="button" onClick={onNone}>{t("ticked.none")}</button>
        </div>
      )}
      <p class="muted" role="status">{said}</p>
    </div>
  );
}
