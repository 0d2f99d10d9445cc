import { useState } from "preact/hooks";
import { api, type Tenant } from "./api";
import { NewPassword, SecondFactor } from "./duty";
import { focusSoon } from "./focus";
import { mayNotify, setNotify, wantsNotify } from "./notify";
import { Screen, useRead, Waiting } from "./screen";
import { ShortcutSwitch } from "./shortcuts";
import { otherLanguage, t } from "./words";

function Notifications() {
  const [on, setOn] = useState(wantsNotify());
  const [denied, setDenied] = useState(false);
  const turn = async () => {
    if (on) {
      setNotify(false);
      setOn(false);
      return;
    }
    const may = await mayNotify();
    setDenied(!may);
    setNotify(may);
    setOn(may);
  };
  return (
    <section class="card" aria-labelledby="notify-title">
      <h2 id="notify-title">{t("profile.notify")}</h2>
      <p class="muted">{t("profile.notifyAbout")}</p>
      <button type="button" aria-pressed={on} onClick={() => void turn()}>{t(on ? "profile.notifyOff" : "profile.notifyOn")}</button>
      <p class="error" role="alert">{denied ? t("profile.notifyDenied") : ""}</p>
    </section>
  );
}

/// The caller's own account: language, keys, notifications, password, second factor.
export function Profile({ tenant, onLanguage }: { tenant: Tenant; onLanguage: () => void }) {
  const { data: session, failed, again } = useRead(() => api.session(), []);
  const [changed, setChanged] = useState(false);
  const [adding, setAdding] = useState(false);
  const roles = Object.entries(session?.roles ?? {}).map(([id, held]) => `${id === "*" ? t("accounts.everyTown") : id} : ${held.map((role) => t(`accounts.role.${role}`)).join(", ")}`);
  return (
    <Screen title={t("nav.profile")} tenant={tenant} class="page-wide">
      {!session ? <Waiting failed={failed} again={again} /> : (
        <>
          <section class="card"><p>{t("profile.who", { name: session.account })}</p><p>{t("profile.roles")} – {roles.join(" · ")}</p></section>
          <section class="card" aria-labelledby="language-title">
            <h2 id="language-title">{t("profile.language")}</h2>
            <p>{t("profile.languageNow")} <button type="button" lang={otherLanguage()} onClick={onLanguage}>{t("header.language")}</button></p>
            <ShortcutSwitch />
          </section>
          <Notifications />
          {session.directory ? <section class="card"><p>{t("profile.directory")}</p></section> : (
            <>
              <section class="card" aria-labelledby="new-password-title">
                <h2 id="new-password-title" tabIndex={-1}>{t("profile.password")}</h2>
                <p role="status">{changed ? t("profile.changed") : ""}</p>
                <NewPassword key={String(changed)} old={t("profile.old")} onDone={() => { setChanged(true); focusSoon("#new-password-title"); }} />
              </section>
              <section class="card" aria-labelledby="factor-title">
                <h2 id="factor-title" tabIndex={-1}>{t("profile.factor")}</h2>
                {session.second_factor ? <p>{t("profile.factorOn")}</p> : !adding ? <p>{t("profile.factorOff")} <button type="button" onClick={() => setAdding(true)}>{t("profile.addFactor")}</button></p> : (
                  <SecondFactor onDone={() => { setAdding(false); void again(); focusSoon("#factor-title"); }} />
                )}
              </section>
            </>
          )}
        </>
      )}
    </Screen>
  );
}
