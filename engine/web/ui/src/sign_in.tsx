import { useState } from "preact/hooks";
import { api, Refused } from "./api";
import { t } from "./words";

export function SignIn({ onDone }: { onDone: () => void }) {
  const [account, setAccount] = useState("admin");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");

  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await api.signIn(account, password);
      onDone();
    } catch (refusal) {
      const status = refusal instanceof Refused ? refusal.status : 0;
      setError(t(status === 429 ? "signIn.throttled" : status === 401 ? "signIn.refused" : "signIn.failed"));
    }
  };

  return (
    <main class="sign-in" id="content">
      <h1>Vigie</h1>
      <form onSubmit={submit}>
        <h2>{t("signIn.title")}</h2>
        <label for="account">{t("signIn.user")}</label>
        <input id="account" autocomplete="username" required value={account}
          onInput={(e) => setAccount(e.currentTarget.value)} />
        <label for="password">{t("signIn.password")}</label>
        <input id="password" type="password" autocomplete="current-password" required value={password}
          aria-describedby={error ? "sign-in-error" : undefined} onInput={(e) => setPassword(e.currentTarget.value)} />
        <p id="sign-in-error" class="error" role="alert">{error}</p>
        <button type="submit" class="primary">{t("signIn.submit")}</button>
      </form>
    </main>
  );
}
