import { useState } from "preact/hooks";
import { accessApi, kRoles, type Account, type Role } from "./access_api";
import type { Tenant } from "./api";
import { focusSoon } from "./focus";
import { kNoTown } from "./route";
import { Screen, useAct, useRead, Waiting } from "./screen";
import { colon, formatTime, t } from "./words";

/// What somebody who administers one town hands out (web/api_accounts.cc); the engine refuses the others.
const kTownRoles: Role[] = ["reader", "community_manager", "tenant_admin"];
const kEveryTown = "*";

function rolesOffered(caller: Tenant): Role[] {
  return caller.engine_rights.includes("manage_accounts") ? kRoles.filter((role) => role !== "operator") : kTownRoles;
}

/// What is shown once and never again.
function Secret({ text, secret, onCopied }: { text: string; secret: string; onCopied: () => void }) {
  return (
    <div class="notice" role="status">
      <p id="secret" tabIndex={-1}>{text}</p>
      <p><code>{secret}</code> <button type="button" onClick={() => void navigator.clipboard?.writeText(secret).then(onCopied)}>{t("accounts.copy")}</button></p>
    </div>
  );
}

function RoleBoxes({ legend, offered, held, onChange }: { legend: string; offered: Role[]; held: Role[]; onChange: (held: Role[]) => void }) {
  return (
    <fieldset class="boxes">
      <legend>{legend}</legend>
      {offered.map((role) => (
        <label key={role} class="check"><input type="checkbox" checked={held.includes(role)} onChange={(e) => onChange(e.currentTarget.checked ? [...held, role] : held.filter((one) => one !== role))} /> {t(`accounts.role.${role}`)}</label>
      ))}
    </fieldset>
  );
}

function RolesForm({ account, tenant, onChanged }: { account: Account; tenant: Tenant; onChanged: () => Promise<void> }) {
  const [held, setHeld] = useState<Role[]>(account.roles[tenant.id] ?? []);
  const { error, busy, act } = useAct();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await act(() => accessApi.setRoles(account.name, tenant.id, held), { 404: t("accounts.notAllowed") })) await onChanged();
  };
  return (
    <form onSubmit={submit}>
      <RoleBoxes legend={t("accounts.rolesThis", { name: account.name, town: tenant.name })} offered={rolesOffered(tenant)} held={held} onChange={setHeld} />
      <button type="submit" disabled={busy}>{t("accounts.save")}</button>
      <p class="error" role="alert">{error}</p>
    </form>
  );
}

function stateOf(account: Account): string {
  const state = account.disabled ? "disabled" : account.invited ? "invited" : "active";
  return [t(`accounts.${state}`), ...(account.second_factor ? [t("accounts.secondFactor")] : [])].join(", ");
}

function AccountRow({ account, tenant, towns, onChanged, onSecret }: { account: Account; tenant: Tenant; towns: Tenant[]; onChanged: () => Promise<void>; onSecret: (text: string, secret: string) => void }) {
  const { error, act } = useAct();
  const { name } = account;
  const change = async (what: () => Promise<unknown>) => {
    if (await act(what)) await onChanged();
  };
  const renew = async () => {
    if (!confirm(t("accounts.confirmPassword", { name }))) return;
    await act(async () => onSecret(t("accounts.once", { name }), (await accessApi.renewPassword(name)).password));
  };
  const townOf = (id: string) => (id === kEveryTown ? t("accounts.everyTown") : towns.find((one) => one.id === id)?.name ?? id);
  return (
    <li class="card account">
      <div class="figure-head">
        <h3><bdi>{name}</bdi> <span class="muted">{stateOf(account)}</span></h3>
        {account.manageable && (
          <span class="buttons">
            <button type="button" aria-label={t("accounts.passwordThis", { name })} onClick={() => void renew()}>{t("accounts.password")}</button>{" "}
            {account.disabled
              ? <button type="button" aria-label={t("accounts.enableThis", { name })} onClick={() => void change(() => accessApi.enableAccount(name))}>{t("accounts.enable")}</button>
              : <button type="button" aria-label={t("accounts.disableThis", { name })} onClick={() => void change(() => accessApi.disableAccount(name))}>{t("accounts.disable")}</button>}
          </span>
        )}
      </div>
      <p>{Object.entries(account.roles).map(([id, roles]) => `${townOf(id)}${colon()}${roles.map((role) => t(`accounts.role.${role}`)).join(", ")}`).join(" · ")}</p>
      {account.manageable && tenant.id !== kNoTown && <details><summary>{t("accounts.roles")}</summary><RolesForm account={account} tenant={tenant} onChanged={onChanged} /></details>}
      <p class="error" role="alert">{error}</p>
    </li>
  );
}

function Invite({ tenant, onMade }: { tenant: Tenant; onMade: (name: string, password: string) => void }) {
  const [name, setName] = useState("");
  const [held, setHeld] = useState<Role[]>(["reader"]);
  const { error, busy, act } = useAct();
  const submit = async (event: Event) => {
    event.preventDefault();
    const made = await act(async () => {
      const { password } = await accessApi.invite(name.trim(), { [tenant.id]: held });
      onMade(name.trim(), password);
    }, { 404: t("accounts.notAllowed"), 409: t("accounts.exists") });
    if (made) setName("");
  };
  return (
    <form class="card fields" onSubmit={submit} aria-labelledby="invite-title">
      <h2 id="invite-title">{t("accounts.invite")}</h2>
      <label>{t("accounts.name")} <input required pattern="[A-Za-z0-9._@\-]{1,64}" title={t("accounts.inviteHint")} aria-describedby="invite-hint" value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
      <RoleBoxes legend={`${t("accounts.roles")} – ${tenant.name}`} offered={rolesOffered(tenant)} held={held} onChange={setHeld} />
      <p id="invite-hint" class="muted">{t("accounts.inviteHint")} {rolesOffered(tenant).includes("director") ? "" : t("accounts.beyond")}</p>
      <button type="submit" class="primary" disabled={busy || held.length === 0}>{t("accounts.invite")}</button>
      <p class="error" role="alert">{error}</p>
    </form>
  );
}

function Tokens({ tenant, onSecret }: { tenant: Tenant; onSecret: (text: string, secret: string) => void }) {
  const { data: tokens, failed, again } = useRead(() => accessApi.tokens(), [tenant.id]);
  const [name, setName] = useState("");
  const [rights, setRights] = useState<string[]>(["read_figures"]);
  const [days, setDays] = useState(90);
  const { error, busy, act } = useAct();
  const make = async (event: Event) => {
    event.preventDefault();
    const made = await act(async () => onSecret(t("accounts.token", { name }), (await accessApi.makeToken({ name: name.trim(), rights, tenants: [tenant.id], days })).token), { 409: t("accounts.exists") });
    if (made) setName("");
    await again();
  };
  const revoke = async (which: string) => {
    await act(() => accessApi.revokeToken(which));
    await again();
    focusSoon("#tokens-title");
  };
  return (
    <section class="card" aria-labelledby="tokens-title">
      <h2 id="tokens-title" tabIndex={-1}>{t("accounts.tokens")}</h2>
      <p class="muted">{t("accounts.aboutTokens")}</p>
      {!tokens ? <Waiting failed={failed} again={again} /> : tokens.length === 0 ? <p class="muted">{t("accounts.noToken")}</p> : (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("accounts.tokens")}><table>
          <caption class="hidden">{t("accounts.tokens")}</caption>
          <thead><tr>{["name", "by", "rights", "until", "used"].map((column) => <th key={column} scope="col">{t(`accounts.columns.${column}`)}</th>)}<th scope="col"><span class="hidden">{t("accounts.revoke")}</span></th></tr></thead>
          <tbody>{tokens.map((token) => (
            <tr key={token.name}>
              <th scope="row"><bdi>{token.name}</bdi></th><td><bdi>{token.made_by}</bdi></td><td>{token.rights.map((right) => t(`accounts.right.${right}`)).join(", ")}</td>
              <td>{token.expires_at ? formatTime(token.expires_at) : "–"}</td><td>{token.used_at ? formatTime(token.used_at) : t("say.never")}</td>
              <td><button type="button" aria-label={t("accounts.revokeThis", { name: token.name })} onClick={() => void revoke(token.name)}>{t("accounts.revoke")}</button></td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
      {tenant.id !== kNoTown && (
        <form class="fields" onSubmit={make}>
          <h3>{t("accounts.make")}</h3>
          <label>{t("accounts.tokenName")} <input required pattern="[A-Za-z0-9._@\-]{1,64}" value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
          <label>{t("accounts.days")} <input type="number" min={1} max={366} required value={days} onInput={(e) => setDays(Number(e.currentTarget.value))} /></label>
          <fieldset class="boxes">
            <legend>{t("accounts.rights")}</legend>
            {tenant.rights.map((right) => (
              <label key={right} class="check"><input type="checkbox" checked={rights.includes(right)} onChange={(e) => setRights(e.currentTarget.checked ? [...rights, right] : rights.filter((one) => one !== right))} /> {t(`accounts.right.${right}`)}</label>
            ))}
          </fieldset>
          <button type="submit" class="primary" disabled={busy || rights.length === 0}>{t("accounts.make")}</button>
        </form>
      )}
      <p class="error" role="alert">{error}</p>
    </section>
  );
}

/// Who may sign in and as what; tokens for programs.
export function Accounts({ tenant, towns }: { tenant: Tenant; towns: Tenant[] }) {
  const { data: accounts, failed, again } = useRead(() => accessApi.accounts(), [tenant.id]);
  const [secret, setSecret] = useState<{ text: string; secret: string } | null>(null);
  const show = (text: string, value: string) => {
    setSecret({ text, secret: value });
    focusSoon("#secret");
  };
  return (
    <Screen title={t("nav.accounts")} tenant={tenant}>
      {secret && <Secret {...secret} onCopied={() => focusSoon("#people-title")} />}
      <section aria-labelledby="people-title">
        <h2 id="people-title" tabIndex={-1}>{t("accounts.people")}</h2>
        {!accounts ? <Waiting failed={failed} again={again} /> : (
          <ul class="plain">{accounts.map((account) => <AccountRow key={account.name + JSON.stringify(account.roles)} account={account} tenant={tenant} towns={towns} onChanged={again} onSecret={show} />)}</ul>
        )}
      </section>
      {tenant.id !== kNoTown && <Invite tenant={tenant} onMade={(name, password) => { show(t("accounts.once", { name }), password); void again(); }} />}
      <Tokens tenant={tenant} onSecret={show} />
    </Screen>
  );
}
