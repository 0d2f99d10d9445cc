import { useEffect, useState } from "preact/hooks";
import { api, Refused, type Duty } from "./api";
import { focusSoon } from "./focus";
import { t } from "./words";

/// What an account must do before anything else: a password of its own, or a second factor.
export function DutyForm({ duty, onDone }: { duty: Duty; onDone: () => void }) {
  useEffect(() => {
    document.title = `${t(`duty.${duty}`)} – Vigie`;
    focusSoon("h1");
  }, [duty]);
  return (
    <main class="page sign-in" id="content" tabIndex={-1}>
      <div class="card">
        <h1 tabIndex={-1}>{t(`duty.${duty}`)}</h1>
        {duty === "change_password" ? <NewPassword old={t("duty.old")} onDone={onDone} /> : <SecondFactor onDone={onDone} />}
      </div>
    </main>
  );
}

function statusOf(refusal: unknown): number {
  return refusal instanceof Refused ? refusal.status : 0;
}

/// Changes the caller's own; `old`: what the present one is called.
export function NewPassword({ old: oldName, onDone }: { old: string; onDone: () => void }) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [error, setError] = useState("");

  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.changePassword(old, fresh);
      onDone();
    } catch (refusal) {
      const status = statusOf(refusal);
      setError(t(status === 422 ? "duty.weak" : status === 403 ? "duty.wrong" : status === 429 ? "signIn.throttled" : "signIn.failed"));
    }
  };

  return (
    <form class="stack" onSubmit={submit}>
      <label for="old">{oldName}</label>
      <input id="old" type="password" autocomplete="current-password" required value={old} onInput={(e) => setOld(e.currentTarget.value)} />
      <label for="fresh">{t("duty.fresh")}</label>
      <input id="fresh" type="password" autocomplete="new-password" required value={fresh}
        aria-describedby={error ? "duty-error strength" : "strength"} onInput={(e) => setFresh(e.currentTarget.value)} />
      <p id="strength" class="muted">{t("duty.strength")}</p>
      <p id="duty-error" class="error" role="alert">{error}</p>
      <button type="submit" class="primary">{t("duty.save")}</button>
    </form>
  );
}

/// Enrols one and shows the recovery codes.
export function SecondFactor({ onDone }: { onDone: () => void }) {
  const [enrolment, setEnrolment] = useState<{ secret: string; uri: string } | null>(null);
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState<string[]>([]);
  const [error, setError] = useState("");

  useEffect(() => {
    api.beginSecondFactor().then(setEnrolment, () => setError(t("signIn.failed")));
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      setRecovery(await api.confirmSecondFactor(code));
      focusSoon("#recovery");
    } catch (refusal) {
      setError(t(statusOf(refusal) === 409 ? "signIn.codeRefused" : "signIn.failed"));
    }
  };

  if (recovery.length > 0) {
    return (
      <form class="stack" onSubmit={(event) => { event.preventDefault(); onDone(); }}>
        <h2 id="recovery" tabIndex={-1}>{t("duty.recovery")}</h2>
        <p>{t("duty.keep")}</p>
        <ul>{recovery.map((one) => <li key={one}><code>{one}</code></li>)}</ul>
        <button type="submit" class="primary">{t("duty.go")}</button>
      </form>
    );
  }
  return (
    <form class="stack" onSubmit={submit}>
      <p>{t("duty.enrol")}</p>
      {enrolment && <p><code>{enrolment.secret}</code></p>}
      {enrolment && <p><a href={enrolment.uri}>{t("duty.openApp")}</a></p>}
      <label for="code">{t("signIn.code")}</label>
      <input id="code" autocomplete="one-time-code" required value={code}
        aria-describedby={error ? "duty-error" : undefined} onInput={(e) => setCode(e.currentTarget.value)} />
      <p id="duty-error" class="error" role="alert">{error}</p>
      <button type="submit" class="primary">{t("duty.save")}</button>
    </form>
  );
}
