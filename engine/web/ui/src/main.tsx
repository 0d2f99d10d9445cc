import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Accessibility } from "./accessibility";
import { Alerts, kAlertsPerPage } from "./alerts";
import { Accounts } from "./accounts";
import { AlertsScreen } from "./alerts_screen";
import { CardsPage } from "./arguments";
import { api, onSessionOver, Refused, watch, type AlertList, type Connector, type Duty, type Summary, type Tenant } from "./api";
import { Counter } from "./counter";
import { Dashboard } from "./dashboard";
import { Emergent } from "./emergent";
import { Explorer } from "./explorer";
import { focusSoon } from "./focus";
import { Inbox } from "./inbox";
import { Kiosk } from "./kiosk";
import { kScreens, mayOpen, Nav } from "./nav";
import { Operations } from "./operations";
import { Overview } from "./overview";
import { notifyOfAlert } from "./notify";
import { Privacy } from "./privacy";
import { Profile } from "./profile";
import { address, useRoute, type Route } from "./route";
import { Rules } from "./rules";
import { Samples } from "./samples";
import { Settings, useFirstSteps } from "./settings";
import { Screen } from "./screen";
import { Shortcuts } from "./shortcuts";
import { DutyForm } from "./duty";
import { SignIn, type Notice } from "./sign_in";
import { Town } from "./town";
import { initWords, otherLanguage, switchLanguage, t } from "./words";

type Link = "live" | "paused" | "lost";

const kMinuteMs = 60_000;

/// Everything a signed-in person sees of one town.
function TownInbox({ tenant, openRef, filter }: { tenant: Tenant; openRef: string | null; filter: URLSearchParams }) {
  const [summary, setSummary] = useState<Summary | null>(null);
  const [connectors, setConnectors] = useState<Connector[]>([]);
  const [alerts, setAlerts] = useState<AlertList>({ alerts: [], more: false });
  const [wanted, setWanted] = useState(kAlertsPerPage);
  const [fresh, setFresh] = useState(0);
  const [paused, setPaused] = useState(false);
  const [link, setLink] = useState<Link>("live");
  const [reconnects, setReconnects] = useState(0);
  const [, setMinute] = useState(0);
  const isBehind = useRef(false);

  const refresh = useCallback(async () => {
    try {
      const [newSummary, newAlerts, newConnectors] =
        await Promise.all([api.summary(tenant.id), api.openAlerts(tenant.id, wanted), api.connectors()]);
      setSummary(newSummary);
      setAlerts(newAlerts);
      setConnectors(newConnectors);
    } catch {
      isBehind.current = true;
      setLink("lost");
    }
  }, [tenant.id, wanted]);
  const latestRefresh = useRef(refresh);
  latestRefresh.current = refresh;
  const onRead = useCallback(() => setFresh(0), []);

  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    const count = summary?.urgent_unhandled ?? 0;
    document.title = `${t("inbox.title")}${count > 0 ? ` (${count})` : ""} – ${tenant.name} – Vigie`;
  });

  useEffect(() => {
    const minute = window.setInterval(() => {
      setMinute((count) => count + 1); // ages and deadlines go on by themselves
      if (!paused) void latestRefresh.current();
    }, kMinuteMs);
    return () => window.clearInterval(minute);
  }, [paused]);

  useEffect(() => {
    if (paused) {
      isBehind.current = true;
      setLink("paused");
      return;
    }
    // Many mentions may arrive at once: the four numbers are read again at most every second.
    let waiting: number | undefined;
    const soon = () => {
      waiting ??= window.setTimeout(() => {
        waiting = undefined;
        void latestRefresh.current();
      }, 1000);
    };
    const stop = watch(tenant.id, {
      onOpen: () => {
        setLink("live");
        if (!isBehind.current) return;
        isBehind.current = false;
        setReconnects((count) => count + 1);
        void latestRefresh.current();
      },
      onLost: () => {
        isBehind.current = true;
        setLink("lost");
      },
      onMentions: (count) => {
        setFresh((old) => old + count);
        soon();
      },
      onAlert: () => {
        notifyOfAlert(tenant.name);
        soon();
      },
    });
    return () => {
      stop();
      window.clearTimeout(waiting);
    };
  }, [tenant.id, paused]);

  return (
    <main id="content" tabIndex={-1}>
      <div class="page-head">
        <h1 tabIndex={-1}>{t("inbox.title")}</h1>
        <span role="status" class={link === "lost" ? "error" : "muted"}>{t(`header.${link}`)}</span>
        {tenant.counter && <a class="button" href={address.counter(tenant.id)}>{t("counter.open")}</a>}
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {t(paused ? "header.resume" : "header.pause")}
        </button>
      </div>
      {summary && <Overview summary={summary} connectors={connectors} />}
      <Alerts tenant={tenant.id} list={alerts} total={summary?.open_alerts ?? 0} onChanged={refresh}
        onMore={() => setWanted(wanted + kAlertsPerPage)} />
      <Inbox tenant={tenant.id} openRef={openRef} fresh={fresh} reconnects={reconnects} onRead={onRead} filter={filter} />
    </main>
  );
}

/// The screen that the address names, if the caller's roles open it: the engine refuses in any case.
function Page({ tenant, towns, route, isNamed, onLanguage, onRenamed }: { tenant: Tenant; towns: Tenant[]; route: Route; isNamed: boolean; onLanguage: () => void; onRenamed: () => void }) {
  useFirstSteps(tenant, route.page === "town" && !route.ref);
  if (!mayOpen(route.page, tenant)) {
    const other = kScreens.find(({ page }) => mayOpen(page, tenant));
    if (route.page === "town" && other) {
      location.replace(address[other.page](tenant.id)); // where somebody's day begins who reads no mentions
      return null;
    }
    return <Screen title={t("nav.forbidden")} tenant={tenant}>{null}</Screen>;
  }
  switch (route.page) {
    // A ref of a town that is not here is nobody's: it must not open another town's mention.
    case "town": return <TownInbox tenant={tenant} openRef={route.ref && !isNamed ? null : route.ref} filter={route.query} />;
    case "accounts": return <Accounts tenant={tenant} towns={towns} />;
    case "alerts": return <AlertsScreen tenant={tenant} />;
    case "dashboard": return <Dashboard tenant={tenant} towns={towns} query={route.query} />;
    case "emergent": return <Emergent tenant={tenant} />;
    case "privacy": return <Privacy tenant={tenant} wanted={route.query.get("mention") ?? ""} />;
    case "profile": return <Profile tenant={tenant} onLanguage={onLanguage} />;
    case "explorer": return <Explorer tenant={tenant} query={route.query} />;
    case "rules": return <Rules tenant={tenant} />;
    case "operations": return <Operations tenant={tenant} />;
    case "samples": return <Samples tenant={tenant.id} name={tenant.name} />;
    case "cards": return <CardsPage tenant={tenant.id} name={tenant.name} wanted={route.ref} />;
    case "settings": return <Settings tenant={tenant} onSaved={onRenamed} />;
    case "counter": return <Counter tenant={tenant.id} name={tenant.name} />;
    default: return null;
  }
}

function App() {
  const [signedIn, setSignedIn] = useState<boolean | null>(null);
  const [duty, setDuty] = useState<Duty | null>(null);
  const [notice, setNotice] = useState<Notice>("first");
  const [tenants, setTenants] = useState<Tenant[]>([]);
  const [, redraw] = useState(0);
  const route = useRoute();
  const last = useRef("");

  const leave = useCallback((why: Notice) => {
    setNotice(why);
    setDuty(null);
    setSignedIn(false);
  }, []);
  const enter = useCallback(async () => {
    try {
      const session = await api.session();
      setDuty(session.duty ?? null);
      setTenants(await api.tenants());
      setSignedIn(true);
    } catch (error) {
      leave(error instanceof Refused && error.status === 401 ? "first" : "failed");
    }
  }, [leave]);
  useEffect(() => {
    onSessionOver(() => leave("over"));
    void enter();
  }, [enter, leave]);

  const changeLanguage = async () => {
    await switchLanguage();
    redraw((n) => n + 1);
  };
  const signOut = async () => {
    try {
      await api.signOut();
      leave("left");
    } catch (error) {
      leave(error instanceof Refused && error.status === 401 ? "left" : "unsure");
    }
  };

  const named = tenants.find(({ id }) => id === route.tenant);
  const tenant = named ?? tenants.find(({ id }) => id === last.current) ?? tenants[0];
  if (tenant) last.current = tenant.id;
  const isIn = signedIn === true && !duty;
  const isOpenToAll = route.page === "accessibility" || route.page === "kiosk";
  const onDone = () => void enter().then(() => focusSoon("h1"));

  return (
    <>
      <a class="skip" href="#content" onClick={(e) => { e.preventDefault(); focusSoon("#content"); }}>{t("skip")}</a>
      <header>
        <span class="brand">Vigie</span>
        {isIn && tenant && tenant.name && (
          <label>
            <span class="hidden">{t("header.tenant")}</span>
            <select value={tenant.id} onChange={(e) => { location.hash = address.town(e.currentTarget.value); }}>
              {tenants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
            </select>
          </label>
        )}
        <span class="spacer" />
        <button type="button" lang={otherLanguage()} onClick={() => void changeLanguage()}>
          <span class="wide">{t("header.language")}</span><span class="narrow" aria-hidden="true">{otherLanguage().toUpperCase()}</span>
        </button>
        {signedIn && <button type="button" onClick={() => void signOut()}>{t("header.signOut")}</button>}
      </header>
      {route.page === "kiosk" && <Kiosk key={route.tenant} town={route.tenant} />}
      {isIn && tenant && !isOpenToAll && <Nav tenant={tenant} page={route.page} />}
      {route.page === "accessibility" && <Accessibility back={last.current ? address.town(last.current) : "#/"} />}
      {!isOpenToAll && signedIn === false && <SignIn notice={notice} onDone={onDone} />}
      {!isOpenToAll && signedIn && duty && <DutyForm key={duty} duty={duty} onDone={onDone} />}
      {!isOpenToAll && isIn && (tenant ? <Town.Provider value={tenant}><Page key={`${route.page} ${tenant.id}`} tenant={tenant} towns={tenants} route={route} isNamed={named !== undefined} onLanguage={() => void changeLanguage()} onRenamed={() => void api.tenants().then(setTenants, () => undefined)} /></Town.Provider>
        : <main class="page" id="content" tabIndex={-1}><h1 tabIndex={-1}>{t("header.noTown")}</h1></main>)}
      <footer>
        <a href={address.accessibility}>{t("access.title")}</a>
        {signedIn && <Shortcuts />}
      </footer>
    </>
  );
}

void initWords().then(() => render(<App />, document.getElementById("app")!));
