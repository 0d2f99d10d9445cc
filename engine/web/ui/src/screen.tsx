import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Refused, type Tenant } from "./api";
import { focusSoon } from "./focus";
import { t } from "./words";

interface ScreenProps {
  title: string;
  tenant: Tenant;
  children: ComponentChildren;
  class?: string;
  /// Beside the heading.
  actions?: ComponentChildren;
}

/// A screen's frame: its title in the window and as the one h1, which gets the focus when the screen opens.
export function Screen({ title, tenant, children, actions, class: kind = "" }: ScreenProps) {
  useEffect(() => focusSoon("h1"), []);
  useEffect(() => {
    document.title = [title, tenant.name, "Vigie"].filter(Boolean).join(" – ");
  });
  return (
    <main id="content" tabIndex={-1} class={`screen ${kind}`}>
      <div class="page-head"><h1 tabIndex={-1}>{title}</h1>{actions}</div>
      {children}
    </main>
  );
}

/// What is read again whenever `of` changes, and on demand. What was read stays while it is read again.
export function useRead<T>(read: () => Promise<T>, of: unknown[]): { data: T | null; failed: boolean; reading: boolean; again: () => Promise<void> } {
  const [data, setData] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const [reading, setReading] = useState(true);
  const latest = useRef(0);
  const again = useCallback(async () => {
    const mine = ++latest.current;
    setReading(true);
    try {
      const now = await read();
      if (mine !== latest.current) return;
      setData(now);
      setFailed(false);
    } catch {
      if (mine === latest.current) setFailed(true);
    }
    if (mine === latest.current) setReading(false);
  }, of);
  useEffect(() => {
    void again();
    return () => void ++latest.current;
  }, [again]);
  return { data, failed, reading, again };
}

/// What stands where data will be, or cannot be read.
export function Waiting({ failed, again }: { failed: boolean; again: () => Promise<void> }) {
  if (!failed) return <p class="muted" role="status">{t("say.loading")}</p>;
  return <p class="error" role="alert">{t("say.unread")} <button type="button" onClick={() => void again()}>{t("say.again")}</button></p>;
}

/// Does something that may be refused; what went wrong is said in words. True once it is done.
export function useAct(): { error: string; busy: boolean; act: (what: () => Promise<unknown>, words?: Record<number, string>) => Promise<boolean>; clear: () => void } {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const act = useCallback(async (what: () => Promise<unknown>, words: Record<number, string> = {}) => {
    setError("");
    setBusy(true);
    try {
      await what();
      return true;
    } catch (refusal) {
      const known = refusal instanceof Refused ? words[refusal.status] : undefined;
      setError(known ?? (refusal instanceof Refused && refusal.detail ? t("say.refused", { detail: refusal.detail }) : t("say.failed")));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(""), []);
  return { error, busy, act, clear };
}
