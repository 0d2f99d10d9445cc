import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { Alerts } from "./alerts";
import { api, type Alert, type Connector, type Summary } from "./api";
import { Inbox } from "./inbox";
import { Overview } from "./overview";
import { SignIn } from "./sign_in";
import { initWords, switchLanguage, t } from "./words";

type Link = "live" | "paused" | "lost";

/// Everything a signed-in person sees of one town.
function Town({ tenant }: { tenant: string }) {
  const [summary, setSummary] = useState<Summary | null>(null);
  const [connectors, setConnectors] = useState<Connector[]>([]);
  const [alerts, setAlerts] = useState<Alert[]>([]);
  const [fresh, setFresh] = useState(0);
  const [paused, setPaused] = useState(false);
  const [link, setLink] = useState<Link>("live");

  const refresh = useCallback(async () => {
    try {
      const [newSummary, newAlerts, newConnectors] = await Promise.all([api.summary(tenant), api.alerts(tenant), api.connectors()]);
      setSummary(newSummary);
      setAlerts(newAlerts);
      setConnectors(newConnectors);
    } catch {
      setLink("lost");
    }
  }, [tenant]);
  const onRead = useCallback(() => setFresh(0), []);

  useEffect(() => {
    void refresh();
    if (paused) {
      setLink("paused");
      return;
    }
    // Many mentions may arrive at once: the four numbers are read again at most every second.
    let waiting: number | undefined;
    const soon = () => {
      waiting ??= window.setTimeout(() => {
        waiting = undefined;
        void refresh();
      }, 1000);
    };
    const stream = api.stream(tenant);
    stream.onopen = () => setLink("live");
    stream.onerror = () => setLink("lost");
    stream.addEventListener("mention", () => {
      setFresh((count) => count + 1);
      soon();
    });
    stream.addEventListener("alert", soon);
    return () => {
      stream.close();
      window.clearTimeout(waiting);
    };
  }, [tenant, paused, refresh]);

  return (
    <main id="content">
      <div class="live">
        <span role="status">{t(link === "live" ? "header.live" : link === "paused" ? "header.paused" : "header.lost")}</span>
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {t(paused ? "header.resume" : "header.pause")}
        </button>
      </div>
      {summary && <Overview summary={summary} connectors={connectors} />}
      <Alerts tenant={tenant} alerts={alerts} onChanged={() => void refresh()} />
      <Inbox tenant={tenant} fresh={fresh} onRead={onRead} />
    </main>
  );
}

function App() {
  const [signedIn, setSignedIn] = useState<boolean | null>(null);
  const [tenants, setTenants] = useState<{ id: string; name: string }[]>([]);
  const [tenant, setTenant] = useState("");
  const [, redraw] = useState(0);

  const enter = useCallback(async () => {
    try {
      await api.session();
      const all = await api.tenants();
      setTenants(all);
      setTenant((old) => old || (all[0]?.id ?? ""));
      setSignedIn(true);
    } catch {
      setSignedIn(false);
    }
  }, []);
  useEffect(() => void enter(), [enter]);

  const otherLanguage = async () => {
    await switchLanguage();
    redraw((n) => n + 1);
  };
  const leave = async () => {
    await api.signOut();
    setSignedIn(false);
  };

  return (
    <>
      <a class="skip" href="#content">{t("skip")}</a>
      <header>
        <span class="brand">Vigie</span>
        {signedIn && tenants.length > 0 && (
          <label>
            <span class="hidden">{t("header.tenant")}</span>
            <select value={tenant} onChange={(e) => setTenant(e.currentTarget.value)}>
              {tenants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
            </select>
          </label>
        )}
        <span class="spacer" />
        <button type="button" onClick={() => void otherLanguage()}>{t("header.language")}</button>
        {signedIn && <button type="button" onClick={() => void leave()}>{t("header.signOut")}</button>}
      </header>
      {signedIn === false && <SignIn onDone={() => void enter()} />}
      {signedIn && tenant && <Town key={tenant} tenant={tenant} />}
    </>
  );
}

void initWords().then(() => render(<App />, document.getElementById("app")!));
