import { useEffect, useState } from "preact/hooks";
import { api, Refused } from "./api";
import { focusSoon } from "./focus";
import { t } from "./words";

/// Why somebody is asked to sign in.
export type Notice = "first" | "left" | "over" | "unsure" | "failed";

export function SignIn({ notice, onDone }: { notice: Notice; onDone: () => void }) {
  const [account, setAccount] = useState("admin");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const [error, setError] = useState("");
  const [directory, setDirectory] = useState("");

  useEffect(() => {
    api.directory().then(setDirectory, () => setDirectory(""));
  }, []);
  useEffect(() => {
    document.title = `${t("signIn.title")} – Vigie`;
    if (notice !== "first") focusSoon("h1");
  }, [notice]);

  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.signIn(account, password, code);
      onDone();
    } catch (refusal) {
      const status = refusal instanceof Refused ? refusal.status : 0;
      if (refusal instanceof Refused && refusal.needs === "code") {
        setAsksCode(true);
        setError("");
        focusSoon("#code");
        return;
      }
      const refused = asksCode ? "signIn.codeRefused" : "signIn.refused";
      setError(t(status === 429 ? "signIn.throttled" : status === 401 ? refused : "signIn.failed"));
    }
  };

  return (
    <main class="page sign-in" id="content" tabIndex={-1}>
      <form onSubmit={submit}>
        <h1 tabIndex={-1}>{t("signIn.title")}</h1>
        {notice !== "first" && <p class="notice" role="alert">{t(`signIn.${notice}`)}</p>}
        <label for="account">{t("signIn.user")}</label>
        <input id="account" autocomplete="username" required value={account}
          onInput={(e) => setAccount(e.currentTarget.value)} />
        <label for="password">{t("signIn.password")}</label>
        <input id="password" type="password" autocomplete="current-password" required value={password}
          aria-describedby={error ? "sign-in-error first-password" : "first-password"} onInput={(e) => setPassword(e.currentTarget.value)} />
        {asksCode && (
          <>
            <label for="code">{t("signIn.code")}</label>
            <input id="code" autocomplete="one-time-code" required value={code}
              aria-describedby={error ? "sign-in-error" : undefined} onInput={(e) => setCode(e.currentTarget.value)} />
          </>
        )}
        <p id="first-password" class="muted">{t("signIn.first")} <code>data/first-sign-in.yaml</code></p>
        <p id="sign-in-error" class="error" role="alert">{error}</p>
        <button type="submit" class="primary">{t("signIn.submit")}</button>
        {directory && <a class="button" href="/auth/directory">{directory}</a>}
      </form>
    </main>
  );
}
